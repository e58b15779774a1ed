import CLedgerCore
import CPeers
import LedgerCore
import Paired

extension FigureDefinition {
  static let ed25519: [FigureDefinition] = [
    batch(64, .avx512ifma, bar: .atLeast(9)),
    batch(256, .avx512ifma, bar: .atLeast(14)),
    batch(1024, .avx512ifma, bar: .atLeast(18)),
    batch(4096, .avx512ifma, bar: .atLeast(20)),
    batch(4096, .avx512ifma, isCached: true, bar: .atLeast(25)),
    batch(1024, .avx2, bar: .atLeast(4.5)),
    batch(1024, .portable, bar: .atLeast(2.8)),
    prepared,
    single,
    workers,
    oneBad,
  ]

  /// An engine of signature verification, as the environment names it.
  enum Engine: String {
    case avx512ifma, avx2, portable

    /// What figures call it.
    var figureName: String { self == .avx512ifma ? "ifma" : rawValue }
    var environment: [String: String] { ["ECO2_ED25519": rawValue] }

    /// Throws where this process has not chosen the engine.
    func expectChosen() throws {
      var name: UnsafePointer<CChar>?
      guard cl_ed25519_engine_chosen(&name) == 0, let name, String(cString: name) == rawValue
      else { throw BenchmarkFault.unavailable("this processor does not run \(rawValue)") }
    }
  }

  static let oneByOne = "libsodium one by one"

  /// - Parameter isCached: every key has been seen before, and is in the cache of decoded keys.
  private static func batch(
    _ count: Int, _ engine: Engine, isCached: Bool = false, bar: Bar
  ) -> FigureDefinition {
    FigureDefinition(
      id: "ed25519.batch\(count).\(engine.figureName)" + (isCached ? ".cached" : ""), bar: bar,
      environment: engine.environment, against: oneByOne
    ) { effort in
      try engine.expectChosen()
      let signed = try SignedMessages(count: count)
      let cache = isCached ? cl_ed25519_new_key_cache(4 * count) : nil
      defer { cl_ed25519_free_key_cache(cache) }
      // The peer's time does not depend on how many there are: a turn of 64 is long enough.
      let peerCount = min(count, 64)
      var verdicts = [UInt8](repeating: 0, count: (count + 7) / 8)
      var code: Int32 = 0
      var peerValid = 0
      let run = PairedRun(
        effort: effort, subjectUnits: count, peerUnits: peerCount,
        subject: { code = signed.verify(on: nil, keys: cache, &verdicts) },
        peer: { peerValid = signed.verifyBySodium(peerCount) })
      guard code == CL_ED25519_VALID, peerValid == peerCount else {
        throw BenchmarkFault.broken("valid signatures were refused")
      }
      if isCached { try expectFound(in: cache) }
      return run
    }
  }

  /// Throws where a tenth of the look-ups or more, the first round's among them, found nothing.
  private static func expectFound(in cache: OpaquePointer?) throws {
    var (hits, misses): (UInt64, UInt64) = (0, 0)
    cl_ed25519_key_cache_counts(cache, &hits, &misses)
    guard hits > 9 * misses else {
      throw BenchmarkFault.broken("the cache held \(hits) of \(hits + misses) keys")
    }
  }

  private static let prepared = FigureDefinition(
    id: "ed25519.single.prepared", bar: .atLeast(2.2), environment: [:], against: oneByOne
  ) { effort in
    // As many keys as an ER Node's set has; the processor's memory holds other keys' tables, too.
    let signed = try SignedMessages(count: 21)
    let keys = try signed.prepareKeys()
    var (valid, peerValid) = (0, 0)
    let run = PairedRun(
      effort: effort, subjectUnits: signed.count, peerUnits: signed.count,
      subject: { valid = signed.verify(with: keys) },
      peer: { peerValid = signed.verifyBySodium(signed.count) })
    guard valid == signed.count, peerValid == signed.count else {
      throw BenchmarkFault.broken("valid signatures were refused")
    }
    return run
  }

  private static let single = FigureDefinition(
    id: "ed25519.single.portable", bar: .atLeast(1.3),
    environment: Engine.portable.environment, against: oneByOne
  ) { effort in
    try Engine.portable.expectChosen()
    let signed = try SignedMessages(count: 64)
    var (valid, peerValid) = (0, 0)
    let run = PairedRun(
      effort: effort, subjectUnits: signed.count, peerUnits: signed.count,
      subject: { valid = signed.verifyOneByOne() },
      peer: { peerValid = signed.verifyBySodium(signed.count) })
    guard valid == signed.count, peerValid == signed.count else {
      throw BenchmarkFault.broken("valid signatures were refused")
    }
    return run
  }

  private static let workers = FigureDefinition(
    id: "ed25519.workers2", bar: .atLeast(1.95), environment: [:], against: "one worker"
  ) { effort in
    peers_unbind()
    guard peers_bind_to_core(0) > 1 else {
      throw BenchmarkFault.unavailable("there is one core only")
    }
    peers_unbind()
    let signed = try SignedMessages(count: 65_536)
    var (one, two): (OpaquePointer?, OpaquePointer?)
    guard cl_workers_new(1, &one) == CL_WORKERS_OK, cl_workers_new(2, &two) == CL_WORKERS_OK else {
      throw BenchmarkFault.unavailable("the system gives no threads")
    }
    defer {
      cl_workers_free(one)
      cl_workers_free(two)
    }
    var verdicts = [UInt8](repeating: 0, count: signed.count / 8)
    var codes: Set<Int32> = []
    let run = PairedRun(
      effort: effort, subjectUnits: signed.count, peerUnits: signed.count,
      subject: { codes.insert(signed.verify(on: two, &verdicts)) },
      peer: { codes.insert(signed.verify(on: one, &verdicts)) })
    guard codes == [CL_ED25519_VALID] else {
      throw BenchmarkFault.broken("valid signatures were refused")
    }
    return run
  }

  private static let oneBad = FigureDefinition(
    id: "ed25519.onebad4096", bar: .atMost(1.8), environment: [:],
    against: "4096 good ones; the ratio is a cost"
  ) { effort in
    let (bad, place) = (try SignedMessages(count: 4096, bad: 2717), 2717)
    let good = try SignedMessages(count: 4096)
    var verdicts = [UInt8](repeating: 0, count: 512)
    var unused = verdicts
    // The subject of the pair is the good batch, so that the ratio is bad ÷ good.
    let run = PairedRun(
      effort: effort, subjectUnits: 4096, peerUnits: 4096,
      subject: { _ = good.verify(on: nil, &unused) },
      peer: { _ = bad.verify(on: nil, &verdicts) })
    let named = (0..<4096).filter { verdicts[$0 / 8] >> ($0 % 8) & 1 == 0 }
    guard named == [place] else { throw BenchmarkFault.broken("the bad one was not named") }
    return run
  }
}

extension SignedMessages {
  /// Each key, prepared.
  func prepareKeys() throws -> [PreparedKey] {
    try (0..<count).map { index in
      let start = keyStart + 32 * index
      guard let bytes = Bytes32(bytes[start..<start + 32]),
        let key = PreparedKey(PublicKey(bytes))
      else { throw BenchmarkFault.broken("a key was not prepared") }
      return key
    }
  }

  /// How many of all their own prepared keys find valid, one by one.
  func verify(with keys: [PreparedKey]) -> Int {
    (0..<count).count { index in
      let start = signatureStart + 64 * index
      guard let r = Bytes32(bytes[start..<start + 32]),
        let s = Bytes32(bytes[start + 32..<start + 64])
      else { return false }
      return keys[index].verify(
        Signature(r: r, s: s), prefix: [],
        message: bytes[Self.length * index..<Self.length * (index + 1)])
    }
  }

  /// The engine's batch verification of all, shared out to workers, with a cache of keys.
  func verify(
    on workers: OpaquePointer?, keys: OpaquePointer? = nil, _ verdicts: inout [UInt8]
  ) -> Int32 {
    bytes.withUnsafeBufferPointer { base in
      cl_ed25519_verify_batch_on(
        workers, keys, base.baseAddress, base.count, nil, 0, items, items.count, &verdicts)
    }
  }

  /// How many of all the engine finds valid, one by one.
  func verifyOneByOne() -> Int {
    bytes.withUnsafeBufferPointer { base in
      guard let start = base.baseAddress else { return 0 }
      return (0..<count).count { index in
        cl_ed25519_verify(
          start + keyStart + 32 * index, start + signatureStart + 64 * index, nil, 0,
          start + Self.length * index, Self.length) == CL_ED25519_VALID
      }
    }
  }

  /// How many of the first `first` libsodium finds valid.
  func verifyBySodium(_ first: Int) -> Int {
    bytes.withUnsafeBufferPointer { base in
      guard let start = base.baseAddress else { return 0 }
      return peers_sodium_verify(
        start, Self.length, start + signatureStart, start + keyStart, first)
    }
  }
}
