import CLedgerCore
import CPeers
import Paired

extension FigureDefinition {
  /// A level of a Merkle tree: 4,096 pairs of 32 bytes, each hashed with its tag.
  static let sha256: [FigureDefinition] = [
    node("avx512", bar: .atLeast(12)),
    node("shani", bar: .atLeast(6)),
  ]

  private static func node(_ engine: String, bar: Bar) -> FigureDefinition {
    FigureDefinition(
      id: "sha256.node.\(engine)", bar: bar, environment: ["ECO2_SHA256": engine],
      against: "SHA256() of the same bytes, one-shot"
    ) { effort in
      let count = 4096
      let pairs = (0..<64 * count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
      var tagged: [UInt8] = []
      for node in 0..<count { tagged += [1] + pairs[64 * node..<64 * node + 64] }
      var ours = [UInt8](repeating: 0, count: 32 * count)
      var theirs = ours
      let run = PairedRun(
        effort: effort, subjectUnits: count, peerUnits: count,
        subject: { cl_sha256_inner_level(pairs, count, &ours) },
        peer: { peers_sha256_one_shot(tagged, 65, count, &theirs) })
      guard ours == theirs else { throw BenchmarkFault.broken("the hashes differ") }
      return run
    }
  }
}
