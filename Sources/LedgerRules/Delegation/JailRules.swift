import LedgerCore
import LedgerState

// What a node is punished with (carbon rules, "Elections"; protocol §5): jail, which it can leave
// for a fine, and exclusion, which it cannot. Either is told at once; the seat is given up as soon
// as the limit of departures allows.

extension ExecutionContext {
  /// Jails a candidate; one that is jailed already, or excluded, stays what it is.
  mutating func jail(_ account: AccountID) throws(ExecutionError) {
    let time = header.timestamp
    try change(account) { record in
      if record.isElectable { record.jailedAt = time }
    }
  }

  /// Jails members that have owed for a day without a break.
  mutating func jailDebtors() throws(ExecutionError) {
    for member in sets.following.members {
      let slot = try node(member.account)
      guard let node = nodes.entries[slot].current, node.owes,
        header.timestamp - min(node.owesSince, header.timestamp)
          >= parameters.fund.debtMilliseconds
      else { continue }
      try jail(member.account)
    }
  }

  /// Punishes a recorded offence: a part of the bond goes to the fund, and the offender is excluded
  /// for votes that contradict each other, jailed for a bundle that cannot be used.
  mutating func punish(_ offender: AccountID, _ offence: Offence) throws(ExecutionError) {
    let percent = UInt128(parameters.elections.slashPercent)
    let time = header.timestamp
    var lost = Amount.zero
    try change(offender) { record in
      // Below 2^55 base units, so the product fits.
      lost = Amount(record.bond.baseUnits * percent / 100)
      record.bond = record.bond.saturatingSubtracting(lost)
      switch offence.family {
      case .votes: record.standing = .excluded
      case .bundles: if record.isElectable { record.jailedAt = time }
      }
    }
    now.delegation.bonds = try now.delegation.bonds.less(lost)
    now.fund.eco2 = try now.fund.eco2.sum(lost)
  }

  /// Ends the sender's jail, for a fine to the fund.
  mutating func apply(_ operation: ReleaseNode, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    let record = try candidate(sender)
    guard record.standing == .standing else { throw .fault(.candidateNotStanding) }
    guard record.jailedAt > 0 else { throw .fault(.notJailed) }
    guard
      header.timestamp - min(record.jailedAt, header.timestamp)
        >= parameters.elections.jailMilliseconds
    else { throw .fault(.jailTooShort) }
    let place: Int
    do { place = try node(sender) } catch { throw .fatal(error) }
    guard nodes.entries[place].current?.owes == false else { throw .fault(.owesDues) }
    let fine = parameters.elections.releaseFine
    try take(fine, of: .ecc, from: slot)
    do throws(ExecutionError) {
      now.fund.ecc = try now.fund.ecc.sum(fine)
      try change(sender) { $0.jailedAt = 0 }
    } catch { throw .fatal(error) }
  }

  /// Changes a candidate, and its place in the tally; nothing where the account is none.
  mutating func change(_ account: AccountID, _ edit: (inout Candidate) -> Void)
    throws(ExecutionError)
  {
    let place: Int
    do { place = try candidates.slot(of: account, in: &view) } catch { throw .record(error) }
    guard let before = candidates.entries[place].current else { return }
    var after = before
    edit(&after)
    if after != before { try replace(account, before, with: after) }
  }
}
