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
    batch(1024, .avx2, bar: .atLeast(4.5)),
    batch(1024, .portable, bar: .atLeast(2.8)),
    single,
  ]

  /// An engine of signature verification, as the environment names it.
  enum Engine: String {
    case avx512ifma, avx2, portable

    /// What figures call it.
    var figureName: String { self == .avx512ifma ? "ifma" : rawValue }
    var environment: [String: String] { ["ECO2_ED25519": rawValue] }
  }

  static let oneByOne = "libsodium one by one"

  private static func batch(_ count: Int, _ engine: Engine, bar: Bar) -> FigureDefinition {
    FigureDefinition(
      id: "ed25519.batch\(count).\(engine.figureName)", bar: bar,
      environment: engine.environment, against: oneByOne
    ) { effort in
      let signed = try SignedMessages(count: count)
      // The peer's time does not depend on how many there are: a turn of 64 is long enough.
      let peerCount = min(count, 64)
      var verdicts = [UInt8](repeating: 0, count: (count + 7) / 8)
      var code: Int32 = 0
      var peerValid = 0
      let run = PairedRun(
        effort: effort, subjectUnits: count, peerUnits: peerCount,
        subject: { code = signed.verify(&verdicts) },
        peer: { peerValid = signed.verifyBySodium(peerCount) })
      guard code == CL_ED25519_VALID, peerValid == peerCount else {
        throw BenchmarkFault.broken("valid signatures were refused")
      }
      return run
    }
  }

  private static let single = FigureDefinition(
    id: "ed25519.single.portable", bar: .atLeast(1.3),
    environment: Engine.portable.environment, against: oneByOne
  ) { effort in
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
}

extension SignedMessages {
  /// The engine's batch verification of all.
  func verify(_ verdicts: inout [UInt8]) -> Int32 {
    bytes.withUnsafeBufferPointer { base in
      cl_ed25519_verify_batch(
        base.baseAddress, base.count, nil, 0, items, items.count, &verdicts)
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
