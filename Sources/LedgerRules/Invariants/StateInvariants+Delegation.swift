import LedgerCore
import LedgerState

/// What candidates, voters and votes add up to. Kept in memory: sums by candidate.
struct DelegationTally {
  /// A candidate, and what its votes add up to.
  struct Entry {
    var record: Candidate?
    var votes: UInt128 = 0
    /// Of them, those that earn since their owner has touched them last.
    var settled: UInt128 = 0
    /// Σ of these × what they are paid to, and what they have earned beyond whole base units;
    /// modulo 2^128, as the difference to what they have earned is below that.
    var paid: UInt128 = 0
    var fractions: UInt128 = 0
    /// Votes by the term in which they were placed, as their owners have touched them last.
    var fresh: [UInt64: UInt128] = [:]
    /// What a base unit had earned at the end of a term.
    var rates: [UInt64: UInt128] = [:]

    /// What votes have earned and were not paid, in 1 / `RewardShare.unit` base units, modulo
    /// 2^128; nil where votes of a term that is over have no rate, or others are fresh than those
    /// counted.
    var unpaid: UInt128? {
      guard let record else { return nil }
      var sum = settled &* record.earned &- paid &+ fractions &+ record.undivided
      for term in fresh.keys.sorted() where term != record.freshTerm || record.fresh.isZero {
        guard let rate = rates[term], let votes = fresh[term] else { return nil }
        sum &+= votes &* (record.earned &- rate)
      }
      let current = record.fresh.isZero ? 0 : fresh[record.freshTerm] ?? 0
      return current == record.fresh.baseUnits ? sum : nil
    }
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
      candidates[account, default: Entry()].settled &+= stake.earning.baseUnits
      candidates[account, default: Entry()].paid &+= stake.earning.baseUnits &* stake.paidTo
      candidates[account, default: Entry()].fractions &+= stake.fraction
      if !stake.fresh.isZero {
        candidates[account, default: Entry()].fresh[stake.freshTerm, default: 0] &+=
          stake.fresh.baseUnits
      }
    case .termRate:
      guard id.count == 40, let account = AccountID(id.prefix(32)) else { return false }
      let term = id.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      candidates[account, default: Entry()].rates[term] = try TermRate(bcs: value).earned
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
      guard let unpaid = entry.unpaid else {
        note(.candidate(Candidate.key(account)))
        continue
      }
      earned &+= unpaid
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
