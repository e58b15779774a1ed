import LedgerCore
import LedgerState

// Voters' veto (carbon rules, "Governance's limits"). What is against a motion is a number beside
// it, so that votes that change touch 16 bytes for each of the motions they are against.

extension ExecutionContext {
  /// Puts the sender's votes against a motion, or takes them back; with a third of all votes
  /// against it the motion is over.
  mutating func apply(_ operation: VetoMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    let record = try openMotion(operation.motion)
    guard canBeVetoed(record.motion) else { throw .fault(.noVeto) }
    let place = try voterSlot(sender)
    guard var voter = voters.entries[place].current, !voter.placed.isZero else {
      throw .fault(.votesInsufficient)
    }
    dropVetoesOver(&voter)
    guard voter.vetoes.contains(operation.motion) != operation.isVeto,
      voter.vetoes.count < CandidateLimits.vetoesMax || !operation.isVeto
    else { throw .fault(.alreadyDecided) }
    if operation.isVeto {
      voter.vetoes.append(operation.motion)
      try changeVotes(against: operation.motion, from: .zero, to: voter.placed)
    } else {
      voter.vetoes.removeAll { $0 == operation.motion }
      try changeVotes(against: operation.motion, from: voter.placed, to: .zero)
    }
    voters.set(place, voter)
    if try isVetoed(operation.motion) { try end(operation.motion, record, as: .vetoed) }
  }

  /// Follows a change of an account's votes in what it has put against motions.
  mutating func follow(_ voter: inout Voter, from before: Amount) throws(OperationFailure) {
    guard !voter.vetoes.isEmpty else { return }
    dropVetoesOver(&voter)
    for number in voter.vetoes {
      try changeVotes(against: number, from: before, to: voter.placed)
    }
  }

  /// Forgets motions that are over.
  private func dropVetoesOver(_ voter: inout Voter) {
    let open = now.governance.open
    voter.vetoes.removeAll { number in !open.contains { $0.number == number } }
  }

  /// Whether voters can veto a motion now: cuts of margin, floors or weights, the rules of
  /// elections and governance, and appointments.
  func canBeVetoed(_ motion: Motion) -> Bool {
    switch motion {
    case .appointRegistrars, .appointCustodian, .dismissCustodian: true
    default:
      motion.applied(to: nextParameters).map {
        $0.isCut(of: nextParameters) || $0.elections != nextParameters.elections
          || $0.governance != nextParameters.governance
      } ?? false
    }
  }

  /// Whether a third of all votes is against a motion.
  mutating func isVetoed(_ number: UInt64) throws(OperationFailure) -> Bool {
    let against = try votes(against: number)
    return !against.isZero && against.baseUnits * 3 >= votesCounted
  }

  /// All votes, as far as shares of them count: a hundredth of the supply at least, so that the
  /// first who vote do not govern alone. Base units.
  var votesCounted: UInt128 {
    max(now.delegation.placed.baseUnits, Supply.total.baseUnits / 100)
  }

  /// Votes against an open motion, base units.
  mutating func votes(against number: UInt64) throws(OperationFailure) -> Amount {
    do {
      return try view.find(MotionVetoes.key(number), as: MotionVetoes.self)?.votes ?? .zero
    } catch { throw OperationFailure(error) }
  }

  private mutating func changeVotes(against number: UInt64, from before: Amount, to after: Amount)
    throws(OperationFailure)
  {
    let votes = try votes(against: number).saturatingSubtracting(before).added(after)
    let key = MotionVetoes.key(number)
    if votes.isZero { view.remove(key) } else { view.set(key, MotionVetoes(votes: votes).bcs) }
  }
}
