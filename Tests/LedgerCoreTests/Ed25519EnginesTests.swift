import CLedgerCore
import LedgerCore
import Testing

private let engineNames = ["portable", "avx2", "avx512ifma"]

@Suite("Ed25519's implementations")
struct Ed25519EnginesTests {
  @Test("the chosen implementation has a name; unknown names are none")
  func choice() throws {
    let chosen = try Ed25519.implementation()
    #expect(engineNames.contains(chosen))
    #expect(Engine("sse9") == nil && Engine("") == nil)
    #expect(Engine("portable") != nil)
  }

  @Test("each gives ZIP-215's verdict on every published case, one by one", arguments: engineNames)
  func singles(name: String) throws {
    guard let engine = Engine(name) else { return skipped(name) }
    for entry in try Ed25519Case.all() {
      let verdict = engine.verify(entry)
      #expect(verdict == entry.isValid, "\(entry.name)")
    }
  }

  @Test(
    "each names the invalid ones among published and mutated cases, in batches of any size",
    arguments: engineNames)
  func batches(name: String) throws {
    guard let engine = Engine(name) else { return skipped(name) }
    var generator = SeededGenerator(state: 41)
    let cases = try Ed25519Case.all() + mutated(&generator, count: 600)
    let valid = cases.filter(\.isValid)
    let sizes = [1, 2, 3, 8, 15, 16, 17, 63, 64, 65, 96, 97, 109, 110, 279, 280, 600, 2049, 4099]
    for size in sizes {
      for badPercent in [0, 1, 20] {
        let batch = (0..<size).map { _ in
          let pool = Int.random(in: 0..<100, using: &generator) < badPercent ? cases : valid
          return pool[Int.random(in: 0..<pool.count, using: &generator)]
        }
        let verdicts = engine.verify(batch)
        #expect(verdicts == batch.map(\.isValid), "\(size), \(badPercent) %")
      }
    }
  }

  @Test(
    "torsion and forgeries that cancel: the batch is the AND of the singles, every time",
    arguments: engineNames)
  func torsionAndForgeries(name: String) throws {
    guard let engine = Engine(name) else { return skipped(name) }
    var generator = SeededGenerator(state: 42)
    let torsion = try Ed25519Case.zip215() + Ed25519Case.speccheck()
    let one: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
    let minusOne = [UInt8](repeating: 255, count: 32)
    let signed = try Ed25519Case.signLines().map(\.valid)
    let cache = try #require(KeyCache(engine, keysMax: 64))
    for round in 0..<1000 {
      // Every size that one of the implementations sums up in another way.
      let size = round % 50 == 0 ? 300 : round % 25 == 0 ? 120 : [4, 5, 8, 13][round % 4]
      let forged = signed[Int.random(in: 1..<signed.count, using: &generator)]
      var batch = (2..<size).map { _ in
        torsion[Int.random(in: 0..<torsion.count, using: &generator)]
      }
      batch.insert(forged.shifted(by: one), at: Int.random(in: 0...size / 2, using: &generator))
      batch.append(forged.shifted(by: minusOne))
      let verdicts = engine.verify(batch, cache: round % 2 == 0 ? nil : cache)
      #expect(verdicts == batch.map(\.isValid), "round \(round), \(size)")
    }
  }

  @Test(
    "each published case gets its verdict alone, prepared, and among neighbours, cached or not",
    arguments: engineNames)
  func published(name: String) throws {
    guard let engine = Engine(name) else { return skipped(name) }
    let neighbours = try Ed25519Case.signLines().map(\.valid).prefix(20)
    // Of few places, so that keys replace each other; and of room for all.
    let caches = try [16, 4096].map { try #require(KeyCache(engine, keysMax: $0)) }
    for (index, entry) in try Ed25519Case.all().enumerated() {
      #expect(engine.verifyPrepared(entry) == entry.isValid, "\(entry.name)")
      // Of 9, AVX2 and IFMA each sum up by their own method.
      var batch = Array(neighbours[(index % 11)...].prefix(8))
      batch.insert(entry, at: index % 9)
      for cache in [nil] + caches + caches {
        let verdicts = engine.verify(batch, cache: cache)
        #expect(verdicts == batch.map(\.isValid), "\(entry.name)")
      }
    }
  }

  @Test(
    "messages of no bytes, the last at the buffer's end", arguments: engineNames)
  func emptyMessages(name: String) throws {
    guard let engine = Engine(name) else { return skipped(name) }
    let key = try SigningKey.generate()
    let signature = key.sign(prefix: [], message: [])
    let entry = Ed25519Case(
      name: "empty", key: key.publicKey, signature: signature, message: [], isValid: true)
    for count in [1, 2, 3, 9, 17] {
      let verdicts = engine.verify(Array(repeating: entry, count: count))
      #expect(verdicts == Array(repeating: true, count: count))
    }
    #expect(engine.verifyPrepared(entry))
  }

  @Test("a cache of keys changes no verdict, however small, and counts what it finds")
  func cache() throws {
    var generator = SeededGenerator(state: 43)
    let cases = try Ed25519Case.all() + mutated(&generator, count: 200)
    for keysMax in [0, 4, 64, 4096] {
      let cache = try #require(SenderKeyCache(keysMax: keysMax))
      var lookups: UInt64 = 0
      for _ in 0..<3 {
        var batch = SignatureBatch(prefix: [])
        for entry in cases {
          batch.append(message: entry.message, signature: entry.signature, key: entry.key)
        }
        let verdicts = batch.verify(keys: cache)
        #expect((0..<cases.count).map { verdicts[$0] } == cases.map(\.isValid))
        let counts = cache.counts
        #expect(counts.hits + counts.misses > lookups)
        lookups = counts.hits + counts.misses
      }
      #expect(keysMax < 4096 || cache.counts.hits > cache.counts.misses)
    }
  }

  @Test("a prepared key gives the single verdict on mutated cases")
  func preparedKeys() throws {
    var generator = SeededGenerator(state: 44)
    for entry in try mutated(&generator, count: 200) {
      let verdict =
        PreparedKey(entry.key)?.verify(entry.signature, prefix: [], message: entry.message[...])
      #expect(verdict ?? false == entry.isValid, "\(entry.name)")
    }
  }

  @Test("a prepared key verifies one domain of one chain")
  func preparedDomain() throws {
    let key = try SigningKey.generate()
    let prepared = try #require(PreparedKey(key.publicKey))
    let chain = ChainID(SHA256.hash([1]).bytes)
    let signature = key.sign(domain: .commit, chain: chain, message: [1, 2])
    #expect(prepared.verify(signature, domain: .commit, chain: chain, message: [1, 2]))
    #expect(!prepared.verify(signature, domain: .prepare, chain: chain, message: [1, 2]))
    #expect(!prepared.verify(signature, domain: .commit, chain: chain, message: [1]))
  }

  /// What this processor does not run is told, not passed over in silence.
  private func skipped(_ name: String) {
    print("\(name): not run by this processor; not tested here")
    #expect(name != "portable")
  }

  /// Signed messages of which most have a changed byte somewhere; verdicts by the portable engine.
  private func mutated(
    _ generator: inout SeededGenerator, count: Int
  ) throws -> [Ed25519Case] {
    let portable = try #require(Engine("portable"))
    let signed = try Ed25519Case.signLines().map(\.valid)
    return try (0..<count).map { index in
      let from = signed[Int.random(in: 0..<signed.count, using: &generator)]
      var bytes = from.key.bytes.array + from.signature.array + from.message
      if index % 4 != 0 {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^=
          1 << UInt8.random(in: 0..<8, using: &generator)
      }
      let key = try #require(PublicKey(bytes[..<32]))
      let signature = try #require(Signature(bytes[32..<96]))
      let entry = Ed25519Case(
        name: "mutated \(index)", key: key, signature: signature, message: Array(bytes[96...]),
        isValid: true)
      return Ed25519Case(
        name: entry.name, key: key, signature: signature, message: entry.message,
        isValid: portable.verify(entry))
    }
  }
}

/// One implementation, by name; nil when the processor does not run it.
@safe private struct Engine {
  nonisolated(unsafe) let handle: OpaquePointer

  init?(_ name: String) {
    guard let handle = unsafe cl_ed25519_engine_named(name) else { return nil }
    unsafe self.handle = handle
  }

  func verify(_ entry: Ed25519Case) -> Bool {
    let code = unsafe cl_ed25519_verify_by(
      handle, entry.key.bytes.array, entry.signature.array, nil, 0, entry.message,
      entry.message.count)
    return code == CL_ED25519_VALID
  }

  /// The verdict by the case's key, prepared.
  func verifyPrepared(_ entry: Ed25519Case) -> Bool {
    var key: OpaquePointer?
    let made = unsafe cl_ed25519_prepare_key_by(handle, &key, entry.key.bytes.array)
    defer { unsafe cl_ed25519_free_prepared_key(key) }
    guard made == CL_ED25519_VALID else { return false }
    let code = unsafe cl_ed25519_verify_prepared(
      key, entry.signature.array, nil, 0, entry.message, entry.message.count)
    return code == CL_ED25519_VALID
  }

  func verify(_ cases: [Ed25519Case], cache: KeyCache? = nil) -> [Bool] {
    var base: [UInt8] = []
    let items = cases.map { entry in
      let start = UInt32(base.count)
      base += entry.key.bytes.array + entry.signature.array + entry.message
      return cl_ed25519_item(
        message_offset: start + 96, message_length: UInt32(entry.message.count),
        signature_offset: start + 32, key_offset: start)
    }
    var verdicts = [UInt8](repeating: 0, count: (cases.count + 7) / 8)
    let code =
      if let cache {
        unsafe cl_ed25519_verify_batch_cached(
          cache.handle, base, base.count, nil, 0, items, items.count, &verdicts)
      } else {
        unsafe cl_ed25519_verify_batch_by(
          handle, base, base.count, nil, 0, items, items.count, &verdicts)
      }
    let found = cases.indices.map { verdicts[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
    let expected = found.allSatisfy(\.self) ? CL_ED25519_VALID : CL_ED25519_INVALID
    return code == expected ? found : []
  }
}

/// A cache of keys that one implementation uses.
@safe private final class KeyCache {
  nonisolated(unsafe) let handle: OpaquePointer

  init?(_ engine: Engine, keysMax: Int) {
    guard let made = unsafe cl_ed25519_new_key_cache_by(engine.handle, keysMax) else { return nil }
    unsafe handle = made
  }

  deinit { unsafe cl_ed25519_free_key_cache(handle) }
}

extension Ed25519Case {
  /// The same with another S, which is not valid.
  fileprivate func shifted(by term: [UInt8]) -> Ed25519Case {
    Ed25519Case(
      name: name + " shifted", key: key,
      signature: Signature(r: signature.r, s: adding(term, to: signature.s)), message: message,
      isValid: false)
  }
}
