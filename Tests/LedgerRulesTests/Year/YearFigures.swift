import LedgerCore

@testable import LedgerRules

/// What a year has come to.
struct YearFigures {
  var passedOver = 0
  /// Heights at which the set at work became another.
  var setChanges: Set<UInt64> = []
  var jailed: [(height: UInt64, account: AccountID)] = []
  /// Blocks.
  var notCovered = 0
  var notCoveredWithoutArrears = 0
  var withArrears = 0
  var coveredByFund = 0
  var fundEmpty = 0
  /// How often a block was covered again after one that was not.
  var coveredAgain = 0
  var arrearsMax = Amount.zero
  var overheadOpenMax = BigUnsigned.zero
  /// Rewards withheld from all debtors together, ECO2 base units.
  var withheldMax = BigUnsigned.zero
  var retirements = 0
  var lotsRetired: Set<UInt64> = []
  var changes = 0
  var applied: [OperationKind: Int] = [:]
  var failed: [TransactionFault: Int] = [:]
  var membersMin = Int.max
  private var wasCovered = true

  mutating func add(
    _ outcome: ExecutionOutcome, _ expected: YearModel.Expected, _ turn: YearStory.Turn,
    _ model: YearModel
  ) {
    let statement = outcome.statement
    if statement.covered, !wasCovered { coveredAgain += 1 }
    wasCovered = statement.covered
    if !statement.covered { notCovered += 1 }
    if !statement.covered, statement.arrearsOpen.isZero { notCoveredWithoutArrears += 1 }
    if !statement.arrears.isZero { withArrears += 1 }
    if !statement.coveredByFund.isZero { coveredByFund += 1 }
    if model.fund.ecc == .zero { fundEmpty += 1 }
    arrearsMax = max(arrearsMax, statement.arrearsOpen)
    overheadOpenMax = max(overheadOpenMax, model.fund.overhead - model.fund.overheadPaid)
    withheldMax = max(withheldMax, model.nodes.reduce(.zero) { $0 + $1.withheld })
    retirements += expected.retired.count
    for piece in expected.retired { lotsRetired.insert(piece.lot) }
    changes += turn.changes.count
    for account in expected.jailed { jailed.append((model.height, account)) }
    membersMin = min(membersMin, model.current.count)
    if outcome.validators.firstHeight == model.height + 1 { setChanges.insert(model.height) }
    for (order, receipt) in zip(turn.orders, outcome.receipts) {
      if let fault = receipt.outcome.fault {
        failed[fault, default: 0] += 1
      } else {
        applied[order.operation.kind, default: 0] += 1
      }
    }
  }

  /// In lines for people.
  func text(_ model: YearModel, _ statement: CarbonStatement) -> String {
    func grams(_ amount: BigUnsigned) -> String {
      Token.ecc.format(Amount(amount.value ?? 0)) + " g"
    }
    let unit = BigUnsigned(3_600_000_000_000_000_000_000)
    let kilowattHours = model.energy.divided(by: unit).quotient
    let operations = applied.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.key.name) \($0.value)" }
    let faults = failed.sorted { $0.key.rawValue < $1.key.rawValue }
      .map { "\($0.key.code) \($0.value)" }
    let leavers = jailed.map { "\($0.account) at height \($0.height)" }
    return """
      blocks: \(statement.height), none refused
      energy: \(kilowattHours) kWh
      footprint: \(grams(model.footprint)); consumed: \(grams(model.consumed))
      tonnes retired: \(statement.tonnesRetiredCumulative), in \(retirements) retirements
      arrears at most: \(grams(BigUnsigned(arrearsMax.baseUnits))); open at the end: \
      \(grams(model.arrearsOpen))
      overhead open at most: \(grams(overheadOpenMax))
      blocks with new arrears: \(withArrears); covered by the fund: \(coveredByFund); \
      with an empty fund: \(fundEmpty)
      blocks not covered: \(notCovered), \(notCoveredWithoutArrears) of them without arrears; \
      covered again \(coveredAgain) times
      debtors passed over as primaries: \(passedOver)
      left the set: \(leavers.joined(separator: ", ")); members at least: \(membersMin)
      changes of profiles, attestations and factors: \(changes)
      applied: \(operations.joined(separator: ", ")); failed: \(faults.joined(separator: ", "))
      """
  }
}
