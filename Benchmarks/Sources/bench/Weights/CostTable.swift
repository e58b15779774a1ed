import LedgerCore
import LedgerRules

/// The costs that genesis carries, of what was weighed: doubled, because the slowest of a network's
/// processors is not the one that weighed, and rounded up.
struct CostTable {
  /// What a median is multiplied by.
  static let margin = 2.0
  private static let nanosecondsStep: UInt64 = 1_000
  private static let bytesStep: UInt64 = 32

  let transaction: WorkCost
  let signature: WorkCost
  let operations: [WorkCost]
  let lot: WorkCost

  init(_ costs: CostMeasurement.Costs) {
    transaction = Self.cost(costs.transaction)
    signature = Self.cost(costs.signature)
    operations = OperationKind.allCases.map { kind in
      Self.cost(.most(costs.operations.filter { $0.kind == kind }.map(\.weight)))
    }
    lot = Self.cost(.most(costs.lots.map(\.weight)))
  }

  private static func cost(_ weight: Weight) -> WorkCost {
    WorkCost(
      cpuNanoseconds: rounded(weight.nanoseconds * margin, nanosecondsStep),
      bytes: rounded(weight.bytes, bytesStep))
  }

  private static func rounded(_ value: Double, _ step: UInt64) -> UInt64 {
    UInt64(max(0, (value / Double(step)).rounded(.up))) * step
  }

  /// The Swift source of `MeasuredCosts`.
  var source: String {
    let rows = zip(OperationKind.allCases, operations).map { kind, cost in
      "    // \(kind.name)\n    \(Self.text(cost)),"
    }
    return """
      // Written by `make weights`: what it measures and how is said in Benchmarks/README.md. Not to be
      // changed by hand.

      /// The measured costs of this implementation, with their margin.
      enum MeasuredCosts {
        static let transaction = \(Self.text(transaction))
        static let signature = \(Self.text(signature))
        /// Of each lot that an operation states.
        static let lot = \(Self.text(lot))
        /// In the order of the operations' tags.
        static let operations = [
      \(rows.joined(separator: "\n"))
        ]
      }

      """
  }

  private static func text(_ cost: WorkCost) -> String {
    "WorkCost(cpuNanoseconds: \(grouped(cost.cpuNanoseconds)), bytes: \(grouped(cost.bytes)))"
  }

  /// Digits in threes, as numbers are written in sources.
  private static func grouped(_ number: UInt64) -> String {
    let digits = Array(String(number))
    return digits.enumerated().map { index, digit in
      (digits.count - index) % 3 == 0 && index > 0 ? "_\(digit)" : "\(digit)"
    }.joined()
  }
}
