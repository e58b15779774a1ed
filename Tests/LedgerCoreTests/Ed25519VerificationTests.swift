import LedgerCore
import Testing

@Suite("Ed25519, one by one")
struct Ed25519VerificationTests {
  @Test("every published case gets ZIP-215's verdict")
  func publishedCases() throws {
    let cases = try Ed25519Case.all()
    #expect(cases.count > 196 + 12 + 100 + 256)
    for entry in cases {
      let verdict = entry.verifies
      #expect(verdict == entry.isValid, "\(entry.name)")
    }
  }

  @Test("each file holds the cases its source names")
  func caseCounts() throws {
    #expect(try Ed25519Case.zip215().count == 196)
    #expect(try Ed25519Case.speccheck().count == 12)
    #expect(try Ed25519Case.speccheck().filter(\.isValid).count == 9)
    let tests = try Ed25519Case.wycheproofFile().testGroups.flatMap(\.tests)
    #expect(tests.count == 151)
    let short = tests.filter { $0.sig.utf8.count != 128 }
    #expect(short.allSatisfy { $0.result == "invalid" })
    #expect(short.allSatisfy { Signature(Hex.decode($0.sig) ?? []) == nil })
    #expect(try Ed25519Case.signLines().count == 256)
  }

  @Test("keys and signatures of RFC 8032's reference file are reproduced from the seeds")
  func signing() throws {
    for line in try Ed25519Case.signLines() {
      let key = try #require(SigningKey(seed: line.seed))
      #expect(key.publicKey == line.valid.key)
      let message = line.valid.message
      #expect(key.sign(prefix: [], message: message[...]) == line.valid.signature)
      let cut = message.count / 2
      let split = key.sign(prefix: Array(message[..<cut]), message: message[cut...])
      #expect(split == line.valid.signature)
    }
  }

  @Test("a signature with S + L is refused, though the equation holds")
  func malleatedScalar() throws {
    for line in try Ed25519Case.signLines().prefix(32) {
      let signature = line.valid.signature
      let raised = Signature(r: signature.r, s: adding(Self.order, to: signature.s))
      let verdict = Ed25519.verify(
        signature: raised, key: line.valid.key, prefix: [], message: line.valid.message[...])
      #expect(!verdict)
    }
  }

  @Test("every flipped bit of key, R, S, prefix or message makes a signature invalid")
  func flippedBits() throws {
    let key = try #require(SigningKey(seed: [UInt8](repeating: 7, count: 32)))
    let prefix: [UInt8] = Array("prefix".utf8)
    let message: [UInt8] = Array("a message".utf8)
    let signature = key.sign(prefix: prefix, message: message[...])
    let whole = key.publicKey.bytes.array + signature.array + prefix + message
    for bit in 0..<(whole.count * 8) {
      var bytes = whole
      bytes[bit / 8] ^= 1 << UInt8(bit % 8)
      let verdict = Ed25519.verify(
        signature: try #require(Signature(bytes[32..<96])),
        key: try #require(PublicKey(bytes[..<32])), prefix: Array(bytes[96..<102]),
        message: bytes[102...])
      #expect(!verdict, "bit \(bit)")
    }
  }

  @Test("a message signed for one domain or chain is not valid for another")
  func domains() throws {
    let key = try SigningKey.generate()
    let chain = ChainID(SHA256.hash([1]).bytes)
    let other = ChainID(SHA256.hash([2]).bytes)
    let message: ArraySlice<UInt8> = [1, 2, 3]
    let signature = key.sign(domain: .commit, chain: chain, message: message)
    func verify(_ domain: SigningDomain, _ chain: ChainID) -> Bool {
      Ed25519.verify(
        signature: signature, key: key.publicKey, domain: domain, chain: chain, message: message)
    }
    #expect(verify(.commit, chain))
    #expect(!verify(.prepare, chain))
    #expect(!verify(.commit, other))
  }

  @Test("a consensus key is canonical and of prime order")
  func consensusKeys() throws {
    for line in try Ed25519Case.signLines() {
      #expect(Ed25519.isCanonicalPrimeOrder(line.valid.key))
    }
    for entry in try Ed25519Case.zip215() {
      #expect(!Ed25519.isCanonicalPrimeOrder(entry.key), "\(entry.key)")
    }
    // The others' keys are of small order (0, 1), of mixed order (2–5, 8, 9) or not canonical.
    for (index, entry) in try Ed25519Case.speccheck().enumerated() {
      let expected = [6, 7].contains(index)
      #expect(Ed25519.isCanonicalPrimeOrder(entry.key) == expected, "speccheck \(index)")
    }
  }

  @Test("a seed has 32 bytes")
  func seedLength() {
    for count in [0, 31, 33, 64] {
      #expect(SigningKey(seed: [UInt8](repeating: 1, count: count)) == nil)
    }
  }

  @Test("a key lends the seed it was made of")
  func seedLent() throws {
    let seed = [UInt8](0..<32)
    let key = try #require(SigningKey(seed: seed))
    let lent = key.withSeed { span in
      (0..<span.byteCount).map { unsafe span.unsafeLoad(fromByteOffset: $0, as: UInt8.self) }
    }
    #expect(lent == seed)
  }

  /// L = 2^252 + 27742317777372353535851937790883648493, little-endian.
  static let order: [UInt8] =
    Hex.decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010") ?? []
}

/// The 256-bit little-endian sum, modulo 2^256.
func adding(_ term: [UInt8], to value: Bytes32) -> Bytes32 {
  var sum = value
  var carry: UInt16 = 0
  for index in 0..<32 {
    let total = UInt16(value[index]) + UInt16(term[index]) + carry
    sum[index] = UInt8(truncatingIfNeeded: total)
    carry = total >> 8
  }
  return sum
}
