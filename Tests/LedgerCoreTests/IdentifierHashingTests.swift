import LedgerCore
import Testing

/// Identifiers as keys of dictionaries and sets.
struct IdentifierHashingTests {
  private func hash(_ value: some Hashable, seed: Int = 0) -> Int {
    value._rawHashValue(seed: seed)
  }

  private func bytes(_ change: (inout [UInt8]) -> Void) throws -> Bytes32 {
    var bytes = [UInt8](repeating: 0, count: 32)
    change(&bytes)
    return try #require(Bytes32(bytes))
  }

  @Test("all identifiers of the same bytes hash as their bytes do, which is what tables call")
  func wrappers() throws {
    let bytes = SHA256.hash([1, 2, 3]).bytes
    for seed in [0, 1, -1, Int.max, Int.min] {
      #expect(hash(Digest(bytes), seed: seed) == hash(bytes, seed: seed))
      #expect(hash(PublicKey(bytes), seed: seed) == hash(bytes, seed: seed))
      #expect(hash(AccountID(bytes), seed: seed) == hash(bytes, seed: seed))
    }
    #expect(hash(bytes, seed: 1) != hash(bytes, seed: 2))
  }

  @Test("bytes that differ in one place alone are spread over a table as random ones are")
  func spread() throws {
    let slots = 1 << 12
    for place in 0..<31 {
      var counts = [Int](repeating: 0, count: slots)
      for number in 0..<(slots * 4) {
        let key = try bytes {
          $0[place] = UInt8(truncatingIfNeeded: number)
          $0[place + 1] = UInt8(truncatingIfNeeded: number >> 8)
        }
        counts[hash(key) & (slots - 1)] += 1
      }
      // Four in the mean: of random ones, 25 in one slot happen once in some hundred million runs.
      #expect((counts.max() ?? 0) < 25, "bytes \(place) and \(place + 1)")
    }
  }

  @Test("a set tells identifiers apart that differ in a single bit, wherever it is")
  func singleBits() throws {
    var set: Set<Digest> = [Digest(.zero)]
    for bit in 0..<256 {
      #expect(set.insert(Digest(try bytes { $0[bit / 8] = 1 << UInt8(bit % 8) })).inserted)
    }
    #expect(set.count == 257)
    #expect(!set.insert(Digest(try bytes { $0[5] = 8 })).inserted)
  }
}
