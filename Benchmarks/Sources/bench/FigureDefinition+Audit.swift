import Audit
import CPeers
import LedgerCore
import LedgerRules
import LedgerStore
import Paired

extension FigureDefinition {
  /// What `eco2 audit` does.
  static let audit: [FigureDefinition] = [whole]

  /// Every record, index entry and block of a stopped node's home, with every identity over them.
  private static let whole = FigureDefinition(
    id: "audit.1m", bar: .valueAtMost(10, unit: "s"),
    against: "reading and hashing each record once; the ratio is a cost", cores: 2, needs: .lots
  ) { conditions in
    let folder = conditions.data.lots
    guard let built = folder.built else { throw BenchmarkFault.broken("the lots are not there") }
    let raw = try RawDatabase(folder)
    let workers = try WorkerPool(workers: 2)
    let run = try PairedRun(
      rounds: conditions.isQuick ? 3 : 5,
      subject: { _ in
        try ContinuousClock().measure {
          let report = try FolderAudit.run(home: folder.ledger, workers: workers)
          if let finding = report.findings.first {
            throw BenchmarkFault.broken("the audit finds: \(finding)")
          }
          guard report.totals.records == UInt64(built.records),
            report.totals.lots >= UInt64(folder.network.lots),
            report.totals.accounts >= UInt64(folder.network.accounts)
          else { throw BenchmarkFault.broken("the audit has not seen all records") }
        }
      },
      peer: { _ in
        try ContinuousClock().measure {
          guard try raw.hashAll() == built.records else {
            throw BenchmarkFault.broken("the raw database does not hold the records")
          }
        }
      })
    return MeasuredFigure(
      value: run.microseconds / 1e6, unit: "s", ratio: 1 / run.ratio,
      quartileLow: 1 / run.quartiles.upperBound, quartileHigh: 1 / run.quartiles.lowerBound)
  }
}
