import LedgerCore
import LedgerState

@testable import LedgerRules

extension CarbonYear {
  typealias Big = BigUnsigned

  private func check(_ what: @autoclosure () -> String, _ found: Amount, _ expected: Big) throws {
    guard expected.value == found.baseUnits else { throw differs(what(), found, expected) }
  }

  private func check<Value: Equatable>(
    _ what: @autoclosure () -> String, _ found: Value, _ expected: Value
  ) throws {
    guard found == expected else { throw differs(what(), found, expected) }
  }

  // MARK: After every block

  /// Statement, receipts, sets, debtors, fund, line and energy.
  func compare(_ outcome: ExecutionOutcome, _ expected: YearModel.Expected) throws {
    let found = outcome.statement
    try check("height", found.height, model.height)
    try check("footprint", found.footprint, expected.footprint)
    try check("due", found.due, expected.due)
    try check("paid", found.paid, expected.paid)
    try check("covered by the fund", found.coveredByFund, expected.coveredByFund)
    try check("arrears", found.arrears, expected.arrears)
    try check("overhead paid", found.fundOverhead, expected.overheadPaid)
    try check("overhead due", found.overheadDue, expected.overheadDue)
    try check("charges", found.operationCharges, expected.charges)
    try check("arrears open", found.arrearsOpen, expected.arrearsOpen)
    try check("footprint so far", found.footprintCumulative, expected.footprintCumulative)
    try check("consumed so far", found.consumedCumulative, expected.consumedCumulative)
    try check("tonnes retired", found.tonnesRetiredCumulative, expected.tonnesRetired)
    try check("covered", found.covered, expected.covered)
    guard
      found.paid.baseUnits + found.coveredByFund.baseUnits + found.arrears.baseUnits
        == found.due.baseUnits
    else { throw differs("due", found, "paid + covered + arrears") }

    try check("receipts", outcome.receipts.count, expected.receipts.count)
    for (receipt, wanted) in zip(outcome.receipts, expected.receipts) {
      try check("outcome", receipt.outcome, wanted.fault.map { .fault($0) } ?? .applied)
      try check("charge", receipt.charge, wanted.charge)
      try check("fee", receipt.fee, wanted.fee)
    }
    let sets = [(outcome.validators, model.current), (outcome.nextValidators, model.following)]
    for (set, places) in sets {
      guard set.members.elementsEqual(places, by: { $0.account == model.nodes[$1].account })
      else { throw differs("set", set.members.count, places.count) }
    }
    for (member, place) in model.current.enumerated()
    where outcome.debtors.contains(member) != model.nodes[place].owes {
      throw differs("debtors", outcome.debtors, model.nodes[place].account)
    }
    try compareFund()
  }

  private func compareFund() throws {
    let fund = try record(NeutralityFund.key, as: NeutralityFund.self)
    try check("fund's ECO2", fund.eco2, model.fund.eco2)
    try check("fund's ECC", fund.ecc, model.fund.ecc)
    try check(
      "overhead open", fund.overheadOpen, model.fund.overhead - model.fund.overheadPaid)
    try check("reserve open", fund.reserveOpen, .zero)
    let bid = try record(FundBid.key, as: FundBid.self)
    try check("bid", bid.left, model.fund.bidLeft)
    try check("bid opened", bid.openedAt, model.fund.bidOpenedAt)
    let line = try record(NumberLine.key, as: NumberLine.self)
    try check("line's place", line.consumed, model.consumed)
    try check("line's footprint", line.footprint, model.footprint)
    try check("line's arrears", line.arrearsOpen, model.arrearsOpen)
    try check("line's tonnes", line.tonnesRetired, model.pool.retired)
    let block = try record(BlockRecord.key(model.height), as: BlockRecord.self)
    try check("energy", Amount(block.energyCumulative), model.energy)
    try check("transactions", block.transactionsCumulative, model.executed)
  }

  /// Every node's record, and that its due is what was paid, covered and booked.
  func compareNodes() throws {
    for (place, node) in model.nodes.enumerated() {
      let found = try nodeCarbon(place)
      try check("reserve of \(place)", found.reserve, node.reserve)
      try check("arrears of \(place)", found.arrears, node.arrears)
      try check("debt of \(place)", found.fundDebt, node.fundDebt)
      try check("withheld of \(place)", found.withheld, node.withheld)
      try check("owes since of \(place)", found.owesSince, node.owesSince)
      try check("withdrawal of \(place)", found.withdrawal, node.withdrawal)
      try check("collectable of \(place)", found.collectableAt, node.collectableAt)
      try check("jailed at of \(place)", try candidate(place).jailedAt, node.jailedAt)
      guard node.paid + node.covered + node.booked == node.due else {
        throw differs("due of \(place)", node.due, "paid + covered + booked")
      }
    }
  }

  /// Accounts that a block of these has touched.
  func compareAccounts(of transactions: [Transaction], author: Int) throws {
    try compareAccount(network.document.nodes[author].account)
    for transaction in transactions {
      try compareAccount(transaction.body.sender)
      switch transaction.body.operations[0] {
      case .transfer(let transfer): try compareAccount(transfer.recipient)
      case .topUpReserve(let operation):
        if model.balances[operation.node] != nil { try compareAccount(operation.node) }
      default: break
      }
    }
  }

  private func compareAccount(_ account: AccountID) throws {
    let found = try record(Account.key(account), as: Account.self)
    let expected = model.balance(account)
    try check("ECO2 of \(account)", found.eco2, expected.eco2)
    try check("ECC of \(account)", found.ecc, expected.ecc)
  }

  /// What a block has retired: the serials, of the lots, for the tonnes.
  func compareRetirements(_ pieces: [YearPool.Piece]) throws {
    let first = model.pool.retirements - UInt64(pieces.count)
    for (index, piece) in pieces.enumerated() {
      let key = Retirement.key(first + UInt64(index))
      try check(
        "retirement", try record(key, as: Retirement.self),
        Retirement(
          height: model.height, lot: piece.lot, start: piece.start, end: piece.end,
          purpose: .pool(firstTonne: piece.firstTonne)))
      let lot = try record(Lot.key(piece.lot), as: Lot.self)
      guard lot.state == .retired, lot.start == piece.start, lot.end == piece.end else {
        throw differs("lot", lot, piece)
      }
    }
  }

  /// Who never pays is seen in every statement from its first debt on: in what the fund covers, or
  /// in arrears that are open and keep the block from being covered.
  func checkDefaulter(_ statement: CarbonStatement) throws {
    let account = story.accounts[YearStory.defaulter]
    guard let place = model.places[account], model.nodes[place].owes else { return }
    let arrears = model.nodes[place].arrears
    guard arrears != .zero || statement.coveredByFund > .zero else {
      throw differs("defaulter", statement, "seen")
    }
    guard arrears == .zero || !statement.covered && Big(statement.arrearsOpen.baseUnits) >= arrears
    else { throw differs("defaulter", statement, "not covered") }
  }

  // MARK: Now and then

  /// All accounts and factors, what is still to be given, the sums over everything, and every
  /// identity over all records.
  func compareAll() throws {
    for account in model.balances.keys { try compareAccount(account) }
    let rewards = try record(RewardReserve.key, as: RewardReserve.self)
    try check("rewards left", rewards.eco2, model.rewardsLeft)
    let tip = try record(ChainTip.key, as: ChainTip.self)
    try check("base fee", tip.baseFee, Big(model.parameters.baseFeeFloor.baseUnits))
    for node in model.nodes.indices {
      let found = try nodeCarbon(node)
      // What rounding up has paid ahead, in 1 / D µg.
      let ahead = model.nodes[node].due * YearModel.dueUnit
      let exact = model.nodes[node].exact * Big(100 + UInt128(model.parameters.dueMarginPercent))
      try check("credit of \(node)", Amount(found.dueCredit), ahead - exact)
    }
    let table = try record(FactorTableRecord.key, as: FactorTableRecord.self)
    try check("highest factor", table.highest, model.highestFactor)
    for (region, factor) in model.factors {
      let active = try record(ActiveFactor.key(region: region), as: ActiveFactor.self)
      try check("factor of \(region)", active.microgramsPerKilowattHour, factor)
    }
    try compareTotals()
  }

  /// ECC is what the lots brought; ECO2 is 300,000,000; then the audit's own identities.
  private func compareTotals() throws {
    let ofAccounts = model.balances.values.reduce(YearModel.Balance()) {
      YearModel.Balance(eco2: $0.eco2 + $1.eco2, ecc: $0.ecc + $1.ecc)
    }
    let ecc = model.nodes.reduce(ofAccounts.ecc + model.fund.ecc) { $0 + $1.reserve }
    let brought = Big(UInt128(model.pool.tonnes)) * YearModel.tonne
    try check("ECC and what was consumed", ecc + model.consumed, brought)
    let reserve = try record(Reserve.key, as: Reserve.self)
    try check("tonnes in reserve", reserve.tonnes, model.pool.tonnes - model.pool.retired)
    let given = ofAccounts.eco2 + model.fund.eco2 + model.rewardsLeft + model.vesting
    // A bond of 10,000 ECO2 for each node.
    let eco2 = model.nodes.reduce(given) { $0 + $1.withheld + Big(1_000_000_000_000) }
    try check("ECO2", eco2, Big(300_000_000 * 100_000_000))
    let faults = try faultsOfRecords()
    guard faults.isEmpty else { throw differs("identities", faults, "none") }
  }

  /// The audit's identities over all records, but for the chain of statements: these are looked at
  /// one by one as they are made.
  private func faultsOfRecords() throws -> [StateFault] {
    var invariants = StateInvariants()
    for (key, value) in network.records.records { invariants.add(key, value) }
    var source = network.records
    try invariants.checkRegistry(&source)
    try invariants.checkValidators(&source)
    try invariants.checkPastSets(&source)
    try invariants.checkDelegation(&source)
    try invariants.checkOffences(&source)
    let totals = invariants.totals
    let backed = try (totals.ecc ?? .max).adding(totals.consumed)
    guard totals.eco2 == Supply.total, backed == totals.eccBacking else {
      throw differs("totals", totals, "300,000,000 ECO2, and ECC that is backed")
    }
    return invariants.faults
  }
}
