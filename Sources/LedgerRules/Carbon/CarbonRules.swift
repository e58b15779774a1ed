import LedgerCore
import LedgerState

// How a block's carbon is charged: dues before the transactions, what the fund pays on top, and at
// the end what the operations used. Payment never decides validity: what cannot be paid is booked.

extension ExecutionContext {
  /// What a block does before its transactions: dues, the fund's bid, and what has run out.
  mutating func begin() throws(ExecutionError) {
    try takeDues(try readPrices())
    try openBid()
    try expireRequests()
    try callObligations()
    try executeMotions()
    try holdElection()
    settle()
  }

  /// What the ER Nodes of the set count as at the parent's state, in their order: dues and charges
  /// follow from it, and the charges are set by it.
  @discardableResult
  mutating func readPrices() throws(ExecutionError) -> [EffectiveProfile] {
    let highest: UInt64
    do { highest = try view.single(FactorTableRecord.self).highest } catch { throw .record(error) }
    var profiles: [EffectiveProfile] = []
    for member in sets.current.members {
      let slot = try node(member.account)
      guard var node = nodes.entries[slot].current else {
        throw .record(.missing(key: NodeCarbon.key(member.account)))
      }
      node.takeProfile(at: tip.timestamp)
      profiles.append(try effectiveProfile(of: node, highest: highest))
    }
    charges = OperationCharge(profiles, parameters: parameters)
    return profiles
  }

  /// Takes every ER Node's due for the time since the parent, from its reserve, then from the fund,
  /// then as arrears; by its profile in the set's order.
  private mutating func takeDues(_ profiles: [EffectiveProfile]) throws(ExecutionError) {
    let elapsed = height == 1 ? facts.interval : header.timestamp - tip.timestamp
    for (member, profile) in zip(sets.current.members, profiles) {
      let slot = try node(member.account)
      guard var node = nodes.entries[slot].current else {
        throw .record(.missing(key: NodeCarbon.key(member.account)))
      }
      node.takeProfile(at: tip.timestamp)
      try takeDue(of: &node, profile, elapsed)
      nodes.set(slot, node)
    }
    let standbys = try duesOfStandbys(elapsed)
    nodes.settle()
    try payOverhead(and: standbys)
  }

  /// What standbys use and owe for the time since the parent, by the formula of members: the fund
  /// pays it.
  private mutating func duesOfStandbys(_ elapsed: UInt64)
    throws(ExecutionError) -> (due: Amount, footprint: Amount)
  {
    guard !now.delegation.standbys.isEmpty else { return (.zero, .zero) }
    let highest: UInt64
    do { highest = try view.single(FactorTableRecord.self).highest } catch { throw .record(error) }
    var sum = (due: Amount.zero, footprint: Amount.zero)
    for account in now.delegation.standbys where sets.current.index(of: account) == nil {
      let slot = try node(account)
      guard var node = nodes.entries[slot].current else {
        throw .record(.missing(key: NodeCarbon.key(account)))
      }
      node.takeProfile(at: tip.timestamp)
      let profile = try effectiveProfile(of: node, highest: highest)
      let units = try units(of: &node, profile, elapsed, overheadPermille: 0)
      nodes.set(slot, node)
      sum = (try sum.due.sum(units.due), try sum.footprint.sum(units.footprint))
    }
    return sum
  }

  /// A node's due and footprint for a time, with what rounding up has already counted carried on.
  private mutating func units(
    of node: inout NodeCarbon, _ profile: EffectiveProfile, _ elapsed: UInt64,
    overheadPermille: UInt64
  ) throws(ExecutionError) -> (due: Amount, footprint: Amount) {
    guard
      let marked = Dues.numerator(
        profile, milliseconds: elapsed, percent: 100 + parameters.dueMarginPercent),
      let plain = Dues.numerator(profile, milliseconds: elapsed, percent: 100),
      let used = Dues.energy(
        profile, milliseconds: elapsed, overheadPermille: overheadPermille)
    else {
      // Only a time centuries after the parent's: the block is at fault, not this node.
      throw .header(.timestamp(header.timestamp))
    }
    let (dueUnits, dueCredit) = CarriedDivision.divide(
      marked, by: Dues.unit, credit: node.dueCredit)
    let (footprintUnits, footprintCredit) = CarriedDivision.divide(
      plain, by: Dues.unit, credit: node.footprintCredit)
    try use(used)
    node.dueCredit = dueCredit
    node.footprintCredit = footprintCredit
    return (Amount(dueUnits), Amount(footprintUnits))
  }

  /// What a node counts as at the parent's time.
  mutating func effectiveProfile(of node: NodeCarbon, highest: UInt64)
    throws(ExecutionError) -> EffectiveProfile
  {
    let active: ActiveFactor?
    do { active = try view.find(ActiveFactor.key(region: node.profile.region)) } catch {
      throw .record(error)
    }
    return EffectiveProfile(
      node.profile, isAttested: node.attestedUntil > tip.timestamp,
      regionFactor: active?.microgramsPerKilowattHour, highestFactor: highest,
      parameters: parameters)
  }

  private mutating func takeDue(
    of node: inout NodeCarbon, _ profile: EffectiveProfile, _ elapsed: UInt64
  ) throws(ExecutionError) {
    let (due, footprint) = try units(
      of: &node, profile, elapsed, overheadPermille: parameters.overheadPermille)
    let paid = min(node.reserve, due)
    let byFund = min(now.fund.ecc, try due.less(paid))
    let arrears = try due.less(paid).less(byFund)
    node.reserve = try node.reserve.less(paid)
    now.fund.ecc = try now.fund.ecc.less(byFund)
    node.fundDebt = try node.fundDebt.sum(byFund)
    node.arrears = try node.arrears.sum(arrears)
    if node.owes, node.owesSince == 0 { node.owesSince = header.timestamp }

    statement.footprint = try statement.footprint.sum(footprint)
    statement.due = try statement.due.sum(due)
    statement.paid = try statement.paid.sum(paid)
    statement.coveredByFund = try statement.coveredByFund.sum(byFund)
    statement.arrears = try statement.arrears.sum(arrears)
    now.line.arrearsOpen = try now.line.arrearsOpen.sum(arrears)
    now.line.consumed = try now.line.consumed.sum(paid).sum(byFund)
  }

  /// What the fund pays on top of the dues: for standbys, and for observers and other full nodes.
  /// What it cannot pay stays open and is paid as soon as it can.
  private mutating func payOverhead(
    and standbys: (due: Amount, footprint: Amount)
  ) throws(ExecutionError) {
    let permille = UInt128(parameters.overheadPermille)
    let scaled: Amount
    let plain: Amount
    do {
      scaled = try statement.due.multiplied(by: permille)
      plain = try statement.footprint.multiplied(by: permille)
    } catch { throw .overflow }
    let (due, credit) = CarriedDivision.divide(
      scaled.baseUnits, by: 1_000, credit: now.line.overheadCredit)
    let (footprint, footprintCredit) = CarriedDivision.divide(
      plain.baseUnits, by: 1_000, credit: now.line.overheadFootprintCredit)
    now.line.overheadCredit = credit
    now.line.overheadFootprintCredit = footprintCredit

    let wholeDue = try Amount(due).sum(standbys.due)
    let open = try now.fund.overheadOpen.sum(wholeDue)
    let paid = min(now.fund.ecc, open)
    now.fund.ecc = try now.fund.ecc.less(paid)
    now.fund.overheadOpen = try open.less(paid)
    now.line.consumed = try now.line.consumed.sum(paid)
    now.line.footprint = try now.line.footprint.sum(statement.footprint).sum(Amount(footprint))
      .sum(standbys.footprint)
    statement.overheadDue = wholeDue
    statement.fundOverhead = paid
    let destroyed = min(now.fund.ecc, now.fund.reserveOpen)
    now.fund.ecc = try now.fund.ecc.less(destroyed)
    now.fund.reserveOpen = try now.fund.reserveOpen.less(destroyed)
    now.reserve.obligations = try now.reserve.obligations.less(destroyed)
  }

  /// Counts energy, fJ.
  mutating func use(_ energy: UInt128) throws(ExecutionError) {
    let (sum, overflow) = self.energy.addingReportingOverflow(energy)
    guard !overflow else { throw .overflow }
    self.energy = sum
  }

  /// Counts what the operations used, retires full tonnes and closes the statement.
  mutating func closeStatement() throws(ExecutionError) {
    let (footprint, credit) = CarriedDivision.divide(
      workFootprint, by: OperationCharge.unit, credit: now.line.operationCredit)
    now.line.operationCredit = credit
    now.line.footprint = try now.line.footprint.sum(Amount(footprint))
    now.line.consumed = try now.line.consumed.sum(statement.operationCharges)
    try retireFullTonnes()
    statement.arrearsOpen = now.line.arrearsOpen
    statement.footprintCumulative = now.line.footprint
    statement.consumedCumulative = now.line.consumed
    statement.tonnesRetiredCumulative = now.line.tonnesRetired
    statement.covered =
      now.line.arrearsOpen.isZero && now.line.consumed >= now.line.footprint
  }

  /// Puts ECC of somebody into a node's reserve: first its arrears are paid, then the fund gets
  /// back what it covered, the rest stays. A node that owes nothing any more gets its withheld
  /// rewards.
  mutating func topUp(_ slot: Int, _ amount: Amount, id: AccountID) throws(ExecutionError) {
    guard var node = nodes.entries[slot].current else { return }
    let late = min(amount, node.arrears)
    let back = min(amount.saturatingSubtracting(late), node.fundDebt)
    let rest = try amount.less(late).less(back)
    node.arrears = try node.arrears.less(late)
    now.line.arrearsOpen = try now.line.arrearsOpen.less(late)
    now.line.consumed = try now.line.consumed.sum(late)
    node.fundDebt = try node.fundDebt.less(back)
    now.fund.ecc = try now.fund.ecc.sum(back)
    node.reserve = try node.reserve.sum(rest)
    if !node.owes {
      node.owesSince = 0
      let withheld = node.withheld
      node.withheld = .zero
      try pay(withheld, to: id)
    }
    nodes.set(slot, node)
  }
}
