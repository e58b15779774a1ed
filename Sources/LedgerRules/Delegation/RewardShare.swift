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

  /// Gives a candidate's votes a part of a reward; there must be votes.
  static func divide(_ reward: Amount, among candidate: inout Candidate) {
    let total = reward.baseUnits * unit + candidate.undivided
    candidate.earned += total / candidate.votes.baseUnits
    candidate.undivided = total % candidate.votes.baseUnits
  }

  /// Pays votes what they have earned since they were last touched: whole base units.
  static func pay(_ stake: inout VoteStake, of candidate: Candidate) -> Amount {
    let total =
      stake.amount.baseUnits * (candidate.earned - stake.paidTo) + stake.fraction
    stake.paidTo = candidate.earned
    stake.fraction = total % unit
    return Amount(total / unit)
  }
}
