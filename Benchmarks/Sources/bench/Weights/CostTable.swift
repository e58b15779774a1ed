import LedgerCore
import LedgerRules

/// The costs that genesis carries, of what was weighed: doubled, because the slowest of a network's
/// processors is not the one that weighed, and rounded up to two digits, so that another run writes
/// the same.
struct CostTable {
  /// What a median is multiplied by.
  static let margin = 2.0
  /// What an operation costs at least. Beside a transaction's own cost the cheapest ones cannot be
  /// told from nothing; and records that many of a block change are written once, while one alone
  /// writes all of them.
  static let operationMin = WorkCost(cpuNanoseconds: 10_000, bytes: 256)

  let transaction: WorkCost
  let signature: WorkCost
  let operations: [WorkCost]
  let lot: WorkCost

  init(_ costs: CostMeasurement.Costs) {
    transaction = Self.cost(costs.transaction)
    signature = Self.cost(costs.signature)
    operations = OperationKind.allCases.map { kind in
      let cost = Self.cost(.most(costs.operations.filter { $0.kind == kind }.map(\.weight)))
      return WorkCost(
        cpuNanoseconds: max(cost.cpuNanoseconds, Self.operationMin.cpuNanoseconds),
        bytes: max(cost.bytes, Self.operationMin.bytes))
    }
    lot = Self.cost(.most(costs.lots.map(\.weight)))
  }

  private static func cost(_ weight: Weight) -> WorkCost {
    WorkCost(
      cpuNanoseconds: rounded(weight.nanoseconds * margin), bytes: rounded(weight.bytes))
  }

  /// Up to two digits.
  private static func rounded(_ value: Double) -> UInt64 {
    var step = 1.0
    while value / step > 99 { step *= 10 }
    return UInt64(max(0, (value / step).rounded(.up) * step))
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
