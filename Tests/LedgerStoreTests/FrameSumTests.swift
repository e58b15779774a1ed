import LedgerCore
import Testing

@testable import LedgerStore

/// GMAC, the checksum of frames.
@Suite("The checksum of frames")
struct FrameSumTests {
  private func sum(_ key: [UInt8], _ nonce: [UInt8], _ pieces: [[UInt8]]) -> [UInt8] {
    let sum = FrameSum(key: key, nonce: nonce)
    for piece in pieces { unsafe piece.withUnsafeBytes { unsafe sum.add($0) } }
    return sum.finish()
  }

  private func hex(_ text: String) throws -> [UInt8] { try #require(Hex.decode(text)) }

  @Test(
    "published GMAC vectors are met",
    arguments: [
      // McGrew and Viega, "The Galois/Counter Mode of Operation", test case 1.
      (
        "00000000000000000000000000000000", "000000000000000000000000", "",
        "58e2fccefa7e3061367f1d57a4e7455a"
      ),
      // NIST CAVP, gcmEncryptExtIV128: no text, 128 bits of additional data.
      (
        "77be63708971c4e240d1cb79e8d77feb", "e0e00f19fed7ba0136a797f3",
        "7a43ec1d9c0a5a78a0b16533a6213cab", "209fcc8d3675ed938e9c7166709dd946"
      ),
    ])
  func vectors(key: String, nonce: String, data: String, tag: String) throws {
    let data = try hex(data)
    #expect(try sum(hex(key), hex(nonce), [data]) == hex(tag))
    #expect(try sum(hex(key), hex(nonce), data.map { [$0] }) == hex(tag))
  }

  @Test("every single flipped bit, and every range that reads as zeros, changes the sum")
  func changesAreSeen() {
    let (key, nonce) = (bytes(16, 7), bytes(12, 9))
    let data = bytes(600, 1).map { $0 | 1 }
    let whole = sum(key, nonce, [data])
    for bit in 0..<data.count * 8 {
      var changed = data
      changed[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(sum(key, nonce, [changed]) != whole)
    }
    for start in data.indices {
      for length in [1, 8, 64, 512] where start + length <= data.count {
        var torn = data
        torn.replaceSubrange(start..<start + length, with: repeatElement(0, count: length))
        #expect(sum(key, nonce, [torn]) != whole)
      }
    }
  }

  @Test("salt, offset and part of the frame are all summed")
  func isBound() {
    let data: [UInt8] = bytes(100, 2)
    var sums: Set<[UInt8]> = []
    for salt in [bytes(16, 1), bytes(16, 2)] {
      for offset: UInt64 in [0, 8, 1 << 40] {
        for part in [FrameSum.Part.head, .payload] {
          let sum = FrameSum(salt, part, at: offset)
          unsafe data.withUnsafeBytes { unsafe sum.add($0) }
          sums.insert(sum.finish())
        }
      }
    }
    #expect(sums.count == 12)
  }
}
