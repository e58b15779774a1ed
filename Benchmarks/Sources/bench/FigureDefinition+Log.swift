import CPeers
import Foundation
import LedgerCore
import LedgerStore
import Paired

extension FigureDefinition {
  /// The block log: what stands between a decision and telling it.
  static let log: [FigureDefinition] = [append]

  private static let append = FigureDefinition(
    id: "log.append16m", bar: .atMost(1.2),
    against: "pwrite into an allocated file, and fdatasync; the ratio is a cost", cores: 1,
    needs: .folder
  ) { conditions in
    let home = conditions.data.path + "/log"
    try? FileManager.default.removeItem(atPath: home)
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: home) }
    let genesis = StateSubject.chain
    try NodeStore.create(home: home, genesis: genesis, changes: [], root: .zero)
    let log = try NodeStore(home: home, genesis: genesis).log
    let bytes = 16 << 20
    let block = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    let rounds = conditions.isQuick ? 9 : 25
    let file = peers_log_create(home + "/raw", (rounds + 1) * bytes)
    guard file >= 0 else { throw BenchmarkFault.system("allocate \(home)/raw", errno) }
    defer { peers_log_close(file) }
    let run = try PairedRun(
      rounds: rounds,
      subject: { round in
        let height = UInt64(round + 1)
        try log.removeSegments(below: height)
        try conditions.data.settle()
        return try ContinuousClock().measure {
          try log.append(height: height, block: block, receipts: [])
        }
      },
      peer: { round in
        var code: Int32 = 0
        try conditions.data.settle()
        let taken = ContinuousClock().measure {
          code = peers_log_append(file, block, bytes, round * bytes)
        }
        guard code == 0 else { throw BenchmarkFault.system("write \(home)/raw", errno) }
        return taken
      })
    guard try log.read(UInt64(rounds + 1))?.block == block[...] else {
      throw BenchmarkFault.broken("the log does not hold the last block")
    }
    return MeasuredFigure(costOf: run)
  }
}
