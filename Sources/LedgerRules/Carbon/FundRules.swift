import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Opens the day's bid: for the fund's gap to the network's due of so many days, and for what it
  /// owes.
  mutating func openBid() throws(ExecutionError) {
    let (due, overflow) = now.bid.openedAt.addingReportingOverflow(Supply.millisecondsPerDay)
    guard !overflow, header.timestamp >= due else { return }
    let target = try networkDue(days: parameters.fund.targetDays)
    let wanted = try target.sum(now.fund.overheadOpen).sum(now.fund.reserveOpen)
    now.bid = FundBid(
      openedAt: header.timestamp, left: wanted.saturatingSubtracting(now.fund.ecc))
  }

  /// What the set's dues and the overhead come to in so many days, µg CO2e.
  private mutating func networkDue(days: UInt64) throws(ExecutionError) -> Amount {
    var total = Amount.zero
    for member in sets.current.members {
      total = try total.sum(due(of: member.account, days: days))
    }
    do {
      let scaled = try total.multiplied(by: UInt128(1_000 + parameters.overheadPermille))
      return Amount(scaled.baseUnits / 1_000)
    } catch { throw .overflow }
  }

  /// A node's due in so many days, µg CO2e.
  mutating func due(of account: AccountID, days: UInt64) throws(ExecutionError) -> Amount {
    let slot = try node(account)
    guard let node = nodes.entries[slot].current else {
      throw .record(.missing(key: NodeCarbon.key(account)))
    }
    return try due(of: node, days: days)
  }

  /// What a node's profile comes to in so many days, µg CO2e.
  mutating func due(of node: NodeCarbon, days: UInt64) throws(ExecutionError) -> Amount {
    let highest: UInt64
    do { highest = try view.single(FactorTableRecord.self).highest } catch { throw .record(error) }
    let profile = try effectiveProfile(of: node, highest: highest)
    let (span, overflow) = days.multipliedReportingOverflow(by: Supply.millisecondsPerDay)
    guard !overflow,
      let units = Dues.numerator(
        profile, milliseconds: span, percent: 100 + parameters.dueMarginPercent)
    else { throw .overflow }
    return Amount(CarriedDivision.divide(units, by: Dues.unit, credit: 0).quotient)
  }

  /// Sells ECC to the fund at the price it bids now.
  mutating func apply(_ operation: SellToFund, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    let price = now.bid.price(at: header.timestamp, parameters.fund)
    guard price >= operation.priceMin else { throw .fault(.bidBelowMinimum) }
    guard operation.amount <= now.bid.left else { throw .fault(.noOpenBid) }
    try take(operation.amount, of: .ecc, from: slot)
    do throws(ExecutionError) {
      let payment = try value(of: operation.amount, at: price)
      guard payment <= now.fund.eco2 else { throw .overflow }
      now.fund.eco2 = try now.fund.eco2.less(payment)
      now.fund.ecc = try now.fund.ecc.sum(operation.amount)
      now.bid.left = try now.bid.left.less(operation.amount)
      try pay(payment, to: sender)
    } catch { throw error == .overflow ? .fault(.noOpenBid) : .fatal(error) }
  }

  /// Asks for ECC of a node's own reserve back.
  mutating func apply(_ operation: WithdrawReserve, of sender: AccountID)
    throws(OperationFailure)
  {
    let slot = try nodeSlot(sender)
    guard var node = nodes.entries[slot].current else { throw .fault(.unknownNode) }
    let (ready, overflow) = header.timestamp.addingReportingOverflow(
      parameters.fund.withdrawalMilliseconds)
    guard !overflow else { throw .fault(.overflow) }
    if !operation.amount.isZero { try checkReserve(node, sender, after: operation.amount) }
    node.withdrawal = operation.amount
    node.collectableAt = operation.amount.isZero ? 0 : ready
    nodes.set(slot, node)
  }

  /// Takes what was asked back, when its time has come and the reserve still allows it.
  mutating func apply(_ operation: CollectReserve, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    let place = try nodeSlot(sender)
    guard var node = nodes.entries[place].current else { throw .fault(.unknownNode) }
    guard !node.withdrawal.isZero, header.timestamp >= node.collectableAt else {
      throw .fault(.notCollectable)
    }
    try checkReserve(node, sender, after: node.withdrawal)
    guard var account = accounts.entries[slot].current else {
      throw .fault(.insufficientBalance)
    }
    node.reserve = node.reserve.saturatingSubtracting(node.withdrawal)
    do { account.ecc = try account.ecc.plus(node.withdrawal) } catch { throw .fault(error) }
    node.withdrawal = .zero
    node.collectableAt = 0
    nodes.set(place, node)
    accounts.set(slot, account)
  }

  private mutating func nodeSlot(_ account: AccountID) throws(OperationFailure) -> Int {
    do { return try node(account) } catch { throw .fatal(error) }
  }

  /// Whether a withdrawal leaves what a reserve has to keep.
  private mutating func checkReserve(
    _ node: NodeCarbon, _ account: AccountID, after amount: Amount
  ) throws(OperationFailure) {
    // Who stands no more and has left has nothing to keep, once it owes nothing.
    let stands = try candidate(account).standing == .standing
    let floor: Amount
    do {
      floor =
        stands || isSeated(account) || node.owes
        ? try due(of: account, days: parameters.fund.withdrawalFloorDays) : .zero
    } catch { throw .fatal(error) }
    guard node.reserve >= amount, node.reserve.saturatingSubtracting(amount) >= floor else {
      throw .fault(.reserveTooLow)
    }
  }
}
