import CLedgerCore
import LedgerCore
import Testing

/// Every implementation of the hashes that this processor runs, against libcrypto's.
@Suite("Hash engines")
struct HashEngineTests {
  static let sha256 = ["avx512", "shani", "avx2", "evp"]
  static let sha512 = ["avx512", "avx2", "evp"]

  /// Bytes that look random and are the same in every run.
  static func bytes(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return (0..<count).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }

  /// Messages of every length from 0 on, in an order that mixes short and long, then some long.
  static func ranges(in space: Int, count: Int) -> [cl_sha256_range] {
    (0..<count).map { index in
      let length = index % 17 == 16 ? 2000 + index : (index * 37) % 300
      return cl_sha256_range(
        offset: UInt32((index * 7919) % (space - length)), length: UInt32(length))
    }
  }

  private static func messages(
    _ engine: OpaquePointer, prefix: [UInt8], base: [UInt8], _ ranges: [cl_sha256_range]
  ) -> [UInt8] {
    var out = [UInt8](repeating: 0, count: 32 * ranges.count)
    unsafe cl_sha256_messages_by(
      engine, prefix, prefix.count, base, ranges, ranges.count, &out)
    return out
  }

  @Test("each SHA-256 engine gives the standard's digests", arguments: sha256)
  func standardExamples(name: String) {
    guard let engine = unsafe cl_sha256_engine_named(name) else { return skipped(name) }
    for (text, digest) in SHA256Tests.examples {
      let message = Array(text.utf8)
      var out = [UInt8](repeating: 0, count: 32)
      unsafe cl_sha256_by(engine, nil, 0, message, message.count, &out)
      #expect(Hex.encode(out) == digest)
      let range = cl_sha256_range(offset: 0, length: UInt32(message.count))
      let many = unsafe Self.messages(
        engine, prefix: [], base: message, .init(repeating: range, count: 19))
      #expect((0..<19).allSatisfy { Array(many[32 * $0..<32 * $0 + 32]) == out })
    }
  }

  @Test("messages of all lengths, in batches of all sizes, hash as by libcrypto", arguments: sha256)
  func messages(name: String) {
    guard let engine = unsafe cl_sha256_engine_named(name),
      let peer = unsafe cl_sha256_engine_named("evp")
    else { return skipped(name) }
    let base = Self.bytes(20_000, seed: 1)
    for (count, prefixCount) in zip([0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 33, 300, 1100], 0...) {
      let ranges = Self.ranges(in: base.count, count: count)
      for prefix in [prefixCount, 42, 63, 64, 65, 130].map({ Self.bytes($0, seed: 2) }) {
        let found = unsafe Self.messages(engine, prefix: prefix, base: base, ranges)
        let expected = unsafe Self.messages(peer, prefix: prefix, base: base, ranges)
        #expect(found == expected, "\(count) messages after \(prefix.count) bytes")
      }
    }
  }

  @Test("one message of any length hashes as by libcrypto, split anywhere", arguments: sha256)
  func singles(name: String) {
    guard let engine = unsafe cl_sha256_engine_named(name),
      let peer = unsafe cl_sha256_engine_named("evp")
    else { return skipped(name) }
    let message = Self.bytes(300, seed: 3)
    for count in 0...300 {
      let cut = count * 2 / 3
      var found = [UInt8](repeating: 0, count: 32)
      var expected = found
      unsafe cl_sha256_by(
        engine, message, cut, Array(message[cut..<count]), count - cut, &found)
      unsafe cl_sha256_by(peer, nil, 0, message, count, &expected)
      #expect(found == expected, "\(count) bytes")
    }
  }

  @Test(
    "levels of any count, apart, in place and unaligned, hash as by libcrypto",
    arguments: sha256)
  func levels(name: String) throws {
    guard let engine = unsafe cl_sha256_engine_named(name),
      let peer = unsafe cl_sha256_engine_named("evp")
    else { return skipped(name) }
    for count in Array(0...70) + [95, 96, 97, 143, 500] {
      let pairs = Self.bytes(64 * count + 3, seed: UInt64(count))
      let tag = UInt8(count % 3)
      var expected = [UInt8](repeating: 0, count: 32 * count)
      var inPlace = pairs
      var apart = [UInt8](repeating: 0xA5, count: 32 * count + 2)
      unsafe pairs.withUnsafeBufferPointer { pairs in
        guard let start = pairs.baseAddress else { return }
        unsafe cl_sha256_level_by(peer, tag, start + 3, count, &expected)
        unsafe apart.withUnsafeMutableBufferPointer { out in
          guard let out = out.baseAddress else { return }
          unsafe cl_sha256_level_by(engine, tag, start + 3, count, out + 1)
        }
      }
      unsafe inPlace.withUnsafeMutableBufferPointer { bytes in
        guard let start = bytes.baseAddress else { return }
        unsafe cl_sha256_level_by(engine, tag, start + 3, count, start + 3)
      }
      #expect(Array(apart.dropFirst().dropLast()) == expected, "\(count) nodes")
      #expect(apart.first == 0xA5 && apart.last == 0xA5, "\(count) nodes")
      #expect(Array(inPlace[3..<3 + 32 * count]) == expected, "\(count) nodes in place")
      #expect(inPlace[(3 + 32 * count)...] == pairs[(3 + 32 * count)...])
    }
  }

  @Test(
    "challenges of all lengths, in batches of all sizes, hash as by libcrypto",
    arguments: sha512)
  func challenges(name: String) {
    guard let engine = unsafe cl_sha512_engine_named(name),
      let peer = unsafe cl_sha512_engine_named("evp")
    else { return skipped(name) }
    let base = Self.bytes(20_000, seed: 4)
    for count in [0, 1, 2, 3, 4, 5, 7, 8, 9, 31, 300, 1100] {
      let ranges = Self.ranges(in: base.count - 64, count: count)
        .map { cl_sha256_range(offset: $0.offset, length: $0.length + 64) }
      for prefix in [0, 42, 64, 200] {
        var found = [UInt8](repeating: 0, count: 64 * count)
        var expected = found
        let code = unsafe cl_sha512_messages_by(
          engine, prefix, base, base.count, ranges, count, &found)
        unsafe cl_sha512_messages_by(peer, prefix, base, base.count, ranges, count, &expected)
        #expect(code == CL_SHA512_OK)
        #expect(found == expected, "\(count) messages, prefix of \(prefix)")
      }
    }
  }

  @Test("each SHA-512 engine gives the digest of a known message", arguments: sha512)
  func knownChallenge(name: String) {
    guard let engine = unsafe cl_sha512_engine_named(name) else { return skipped(name) }
    // FIPS 180-4's example of two blocks.
    let text =
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
      + "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"
    let digest =
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018"
      + "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909"
    let message = Array(text.utf8)
    let ranges = [cl_sha256_range](
      repeating: .init(offset: 0, length: UInt32(message.count)), count: 9)
    var out = [UInt8](repeating: 0, count: 64 * 9)
    let code = unsafe cl_sha512_messages_by(
      engine, 20, message, message.count, ranges, ranges.count, &out)
    #expect(code == CL_SHA512_OK)
    #expect(Hex.encode(out) == String(repeating: digest, count: 9))
  }

  @Test("a challenge outside its buffer, or shorter than nonce and key, is refused")
  func challengeRanges() {
    let base = [UInt8](repeating: 0, count: 100)
    let evp = unsafe cl_sha512_engine_named("evp")
    var out = [UInt8](repeating: 7, count: 64)
    for (offset, length) in [(0, 63), (0, 101), (37, 64), (101, 64)] as [(UInt32, UInt32)] {
      let ranges = [cl_sha256_range(offset: offset, length: length)]
      let code = unsafe cl_sha512_messages_by(evp, 0, base, base.count, ranges, 1, &out)
      #expect(code == CL_SHA512_BAD_RANGE)
    }
    #expect(out.allSatisfy { $0 == 7 })
  }

  @Test("no engine has a name nobody gave it, and the chosen ones are among those named")
  func names() throws {
    let unknown = unsafe (cl_sha256_engine_named("sha3"), cl_sha512_engine_named(""))
    let isUnknown = unsafe unknown.0 == nil && unknown.1 == nil
    #expect(isUnknown)
    let chosen = try EngineChoice.current()
    #expect(Self.sha256.contains(chosen.sha256) && Self.sha512.contains(chosen.sha512))
    let isRunning = unsafe cl_sha256_engine_named(chosen.sha256) != nil
    #expect(isRunning)
  }

  @Test("messages hashed together have the digests of each alone")
  func faces() {
    let prefix = Self.bytes(43, seed: 5)
    for count in [0, 1, 2, 40, 500] {
      let messages = (0..<count).map { index in
        Self.bytes(index == 30 ? 100_000 : index * 11 % 400, seed: UInt64(index))
      }
      #expect(SHA256.hashes(of: messages) == messages.map { SHA256.hash($0) })
      let slices = messages.map { $0.dropFirst(1) }
      #expect(
        SHA256.hashes(prefix: prefix, of: slices)
          == slices.map { SHA256.hash(prefix: prefix, $0) })
      #expect(MerkleTree.leafHashes(slices) == slices.map(MerkleTree.leafHash))
    }
  }

  /// What this processor does not run is told, not passed over in silence.
  private func skipped(_ name: String) {
    print("\(name): not run by this processor; not tested here")
    #expect(name != "evp")
  }
}
