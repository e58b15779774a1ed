import LedgerCore

/// What votes earn, shared lazily: a candidate counts what one base unit of votes has earned in
/// all, and votes are paid the difference when they are touched. Nothing is lost: what a division
/// leaves waits for the next one, and what votes have earned beyond whole base units goes with
/// them.
///
/// All stays inside 128 bits: rewards of all time are below 2^54 base units, so that what a unit of
/// votes earns is below 2^54 × `unit` = 2^118, and so is what all votes for a candidate earn.
enum RewardShare {
  /// Parts of a base unit.
  static let unit: UInt128 = 1 << 64

  /// Gives those of a candidate's votes that earn a part of a reward; there must be some.
  static func divide(_ reward: Amount, among candidate: inout Candidate) {
    let total = reward.baseUnits * unit + candidate.undivided
    candidate.earned += total / candidate.earning.baseUnits
    candidate.undivided = total % candidate.earning.baseUnits
  }

  /// Pays votes what they have earned since they were last touched: whole base units. Both are
  /// brought to the present term.
  ///
  /// - Parameter rate: Of the stake's `freshTerm`, where votes of an earlier term have begun to
  ///   earn.
  static func pay(_ stake: inout VoteStake, of candidate: Candidate, from rate: TermRate?)
    -> Amount
  {
    var total =
      stake.earning.baseUnits * (candidate.earned - stake.paidTo) + stake.fraction
    if let rate {
      total += stake.fresh.baseUnits * (candidate.earned - rate.earned)
      stake.fresh = .zero
    }
    stake.paidTo = candidate.earned
    stake.fraction = total % unit
    return Amount(total / unit)
  }
}
