import LedgerCore
import LedgerState

// Assertions on our own invariants, on in release builds too: a node that would be wrong stops.
// They compare what the block touched before and after, so they cost no scan; the identities over
// the whole state follow by induction from genesis, and `eco2 audit` recomputes them.

extension ExecutionContext {
  /// The end of a block: vesting, rewards, retirement, statement.
  mutating func finish() throws(ExecutionError) {
    try closeStatement()
    try jailDebtors()
    try watchSignatures()
    try changeSet()
    try releaseVesting()
    try payReward()
  }

  /// Checks supply, backing, dues, reserve and coverage over what the block has changed.
  func checkInvariants() throws(ExecutionError) {
    let supply = (before: try eco2(.before), after: try eco2(.after))
    guard supply.before == supply.after else {
      throw .invariant(.supply(before: supply.before, after: supply.after))
    }
    // Used and unused ECC grow by what comes to back it, and by nothing else.
    let backing = (
      before: try ecc(.before).sum(backing(.after)), after: try ecc(.after).sum(backing(.before))
    )
    guard backing.before == backing.after else {
      throw .invariant(.backing(before: backing.before, after: backing.after))
    }
    let inReserve = Amount(UInt128(now.reserve.tonnes) * Supply.microgramsPerTonne)
    guard now.book[.inReserve] == inReserve else {
      throw .invariant(.reserve(tonnes: now.reserve.tonnes, lots: now.book[.inReserve]))
    }
    var states = Amount.zero
    for state in LotState.allCases { states = try states.sum(now.book[state]) }
    guard states == now.book.onboarded else {
      throw .invariant(.states(onboarded: now.book.onboarded, sum: states))
    }
    let shares = try statement.paid.sum(statement.coveredByFund).sum(statement.arrears)
    // Due and footprint each carry what their own rounding has counted ahead: in one block a due
    // may be a unit below the footprint, over all blocks it never is (`Dues`).
    let rounded = try statement.due.sum(Amount(UInt128(sets.current.count)))
    guard statement.due == shares, rounded >= statement.footprint else {
      throw .invariant(.due)
    }
    guard
      !statement.covered || statement.consumedCumulative >= statement.footprintCumulative
    else { throw .invariant(.coverage) }
    for entry in nodes.entries {
      guard let node = entry.current, node.owes, !node.reserve.isZero else { continue }
      throw .invariant(.debtorWithReserve(entry.id))
    }
  }

  /// ECO2 in everything the block has touched.
  private func eco2(_ moment: Moment) throws(ExecutionError) -> Amount {
    let singles = moment == .before ? parent : now
    var sum = try singles.fund.eco2.sum(singles.rewards.eco2)
    sum = try sum.sum(singles.book.deposits).sum(singles.book.bonds)
    let delegation = singles.delegation
    sum = try sum.sum(delegation.locked).sum(delegation.bonds).sum(delegation.unclaimed)
    for entry in accounts.entries { sum = try sum.sum(entry.record(moment)?.eco2 ?? .zero) }
    for entry in nodes.entries { sum = try sum.sum(entry.record(moment)?.withheld ?? .zero) }
    for share in singles.vesting?.founders ?? [] { sum = try sum.sum(share.amount) }
    return sum
  }

  /// What backs ECC or did: tonnes in reserve, tonnes the pool has retired, and what is owed.
  private func backing(_ moment: Moment) throws(ExecutionError) -> Amount {
    let singles = moment == .before ? parent : now
    let tonnes = UInt128(singles.reserve.tonnes) + UInt128(singles.line.tonnesRetired)
    return try Amount(tonnes * Supply.microgramsPerTonne).sum(singles.reserve.obligations)
  }

  /// ECC in everything the block has touched, and what was consumed of it.
  private func ecc(_ moment: Moment) throws(ExecutionError) -> Amount {
    let singles = moment == .before ? parent : now
    var sum = try singles.fund.ecc.sum(singles.line.consumed)
    for entry in accounts.entries { sum = try sum.sum(entry.record(moment)?.ecc ?? .zero) }
    for entry in nodes.entries { sum = try sum.sum(entry.record(moment)?.reserve ?? .zero) }
    return sum
  }
}
