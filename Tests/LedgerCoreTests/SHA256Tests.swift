import LedgerCore
import Testing

@Suite("SHA-256")
struct SHA256Tests {
  /// Messages and digests of FIPS 180-4's examples.
  static let examples: [(String, String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test("the standard's examples come out, whole, split and streamed", arguments: examples)
  func standardExamples(text: String, digest: String) {
    let message = Array(text.utf8)
    #expect(SHA256.hash(message).hex == digest)
    #expect(SHA256.hash((Array("xy".utf8) + message)[2...]).hex == digest)
    for cut in 0...message.count {
      let split = SHA256.hash(prefix: Array(message[..<cut]), message[cut...])
      #expect(split.hex == digest)
    }
    var stream = SHA256.Stream()
    for byte in message { stream.update([byte]) }
    let streamed = stream.finish()
    #expect(streamed.hex == digest)
  }

  @Test("a million a's, in pieces of any size, twice through one stream")
  func longMessage() {
    var stream = SHA256.Stream()
    for piece in [1, 7, 64, 1000, 1_000_000] {
      var rest = 1_000_000
      while rest > 0 {
        let count = min(piece, rest)
        stream.update([UInt8](repeating: UInt8(ascii: "a"), count: count)[...])
        rest -= count
      }
      let digest = stream.finish()
      #expect(
        digest.hex == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }
  }

  @Test("an interleaved stream does not disturb one-shot hashing on its thread")
  func interleaved() {
    var stream = SHA256.Stream()
    stream.update(Array("ab".utf8)[...])
    let oneShot = SHA256.hash(Array("abc".utf8))
    stream.update(Array("c".utf8)[...])
    let streamed = stream.finish()
    #expect(streamed == oneShot)
  }

  @Test("hashing in many tasks at once gives what one gives")
  func concurrent() async {
    let expected = (0..<64).map { SHA256.hash([UInt8](repeating: UInt8($0), count: $0)) }
    let found = await withTaskGroup(of: (Int, Digest).self) { group in
      for index in 0..<64 {
        group.addTask {
          var digest = Digest.zero
          for _ in 0..<200 {
            digest = SHA256.hash([UInt8](repeating: UInt8(index), count: index))
          }
          return (index, digest)
        }
      }
      var digests = [Digest](repeating: .zero, count: 64)
      for await (index, digest) in group { digests[index] = digest }
      return digests
    }
    #expect(found == expected)
  }

  @Test("random bytes come in the asked number, and differ")
  func randomBytes() throws {
    #expect(try SystemRandom.bytes(0).isEmpty)
    #expect(try SystemRandom.bytes(-1).isEmpty)
    let first = try SystemRandom.bytes(1000)
    let second = try SystemRandom.bytes(1000)
    #expect(first.count == 1000 && first != second)
  }
}
