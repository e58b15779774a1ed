import LedgerCore
import LedgerState

/// What candidates, voters and votes add up to. Kept in memory: sums by candidate.
struct DelegationTally {
  /// A candidate, and what its votes add up to.
  struct Entry {
    var record: Candidate?
    var votes: UInt128 = 0
    /// Σ votes × what they are paid to, and what they have earned beyond whole base units; modulo
    /// 2^128, as the difference to what they have earned is below that.
    var paid: UInt128 = 0
    var fractions: UInt128 = 0
  }

  var candidates: [AccountID: Entry] = [:]
  var locked: UInt128 = 0
  var placed: UInt128 = 0
  /// Votes against motions, by number; those that are over too.
  var against: [UInt64: UInt128] = [:]

  /// The entries of the index of those who can be elected, in no order.
  var tally: [OrderedEntry] {
    candidates.compactMap { account, entry in
      entry.record?.tallyKey.map { OrderedEntry($0, account.bytes.array) }
    }
  }

  /// Takes a record; false where its key is none of its kind.
  mutating func add(_ kind: RecordKind, _ key: StateKey, _ value: [UInt8]) throws(BCSError)
    -> Bool
  {
    let id = key.bytes.dropFirst(2)
    switch kind {
    case .candidate:
      let record = try Candidate(bcs: value)
      guard let account = AccountID(id) else { return false }
      candidates[account, default: Entry()].record = record
    case .voter:
      let voter = try Voter(bcs: value)
      guard AccountID(id) != nil, !voter.isEmpty else { return false }
      locked &+= voter.locked.baseUnits
      for unlock in voter.unlocks { locked &+= unlock.amount.baseUnits }
      placed &+= voter.placed.baseUnits
      for motion in voter.vetoes { against[motion, default: 0] &+= voter.placed.baseUnits }
    case .voteStake:
      let stake = try VoteStake(bcs: value)
      guard id.count == 64, let account = AccountID(id.dropFirst(32)) else { return false }
      candidates[account, default: Entry()].votes &+= stake.amount.baseUnits
      candidates[account, default: Entry()].paid &+= stake.amount.baseUnits &* stake.paidTo
      candidates[account, default: Entry()].fractions &+= stake.fraction
    default:
      _ = try KeyOwner(bcs: value)
      return id.count == 32
    }
    return true
  }
}

/// Votes: every locked base unit counts once, the tally is what the votes add up to, and what they
/// have earned is there.
extension StateInvariants {
  mutating func checkDelegation(_ source: inout some RecordSource) throws(RecordError) {
    let kept = try source.single(Delegation.self)
    totals.eco2Locked = kept.locked
    totals.eco2InCandidates = kept.bonds
    totals.eco2Unclaimed = kept.unclaimed
    var bonds: UInt128 = 0
    var votes: UInt128 = 0
    var earned: UInt128 = 0
    for account in delegation.candidates.keys.sorted() {
      guard let entry = delegation.candidates[account] else { continue }
      guard let record = entry.record else {
        note(.candidate(Candidate.key(account)))
        continue
      }
      if record.votes.baseUnits != entry.votes || record.number >= kept.candidates {
        note(.candidate(Candidate.key(account)))
      }
      bonds &+= record.bond.baseUnits
      votes &+= entry.votes
      earned &+= entry.votes &* record.earned &- entry.paid
      earned &+= entry.fractions &+ record.undivided
    }
    if UInt64(delegation.candidates.count) != kept.candidates {
      note(.candidate(Delegation.key))
    }
    check("bonds", kept.bonds, bonds)
    check("votes", kept.placed, votes)
    check("votes of voters", kept.placed, delegation.placed)
    check("locked votes", kept.locked, delegation.locked)
    check("unclaimed rewards", kept.unclaimed, earned / RewardShare.unit)
    if !earned.isMultiple(of: RewardShare.unit) { note(.candidate(Delegation.key)) }
  }

  /// What is kept as votes against each open motion is what its voters have placed.
  mutating func checkVetoes(_ source: inout some RecordSource) throws(RecordError) {
    let open = Set(try source.single(GovernanceBook.self).open.map(\.number))
    for number in Set(vetoes.keys).union(open).sorted() {
      let kept = vetoes[number] ?? 0
      let counted = open.contains(number) ? delegation.against[number] ?? 0 : 0
      guard kept != counted else { continue }
      note(
        .total(
          MotionVetoes.key(number), what: "votes against a motion", kept: Amount(kept),
          counted: Amount(counted)))
    }
  }

  private mutating func check(_ what: String, _ kept: Amount, _ counted: UInt128) {
    guard kept.baseUnits != counted else { return }
    note(.total(Delegation.key, what: what, kept: kept, counted: Amount(counted)))
  }
}
