public import LedgerCore

/// The reward of a block (carbon rules, "Tokens"): 3.5 ECO2 in year 1, half an ECO2 less each year
/// to 0.5, then flat to the last rewarded block.
public enum BlockReward {
  /// Blocks of 10 s in a year of 365 days.
  public static let blocksPerYear: UInt64 = 3_153_600
  /// No block above this height is rewarded: the reserve is used up.
  public static let lastHeight: UInt64 = 233_774_400
  /// Of a reward, per cent, to the block's author; the rest to its voters, or without voters to the
  /// neutrality fund.
  static let authorPercent: UInt128 = 60

  /// The whole reward of a height, ECO2 base units.
  public static func reward(at height: UInt64) -> Amount {
    guard height >= 1, height <= lastHeight else { return .zero }
    let year = (height - 1) / blocksPerYear
    let halves = year >= 6 ? 1 : 7 - UInt128(year)
    return Amount(halves * Token.eco2.baseUnitsPerToken / 2)
  }

  /// How a reward is shared between the block's author and those who vote for it.
  static func shares(of reward: Amount) -> (author: Amount, voters: Amount) {
    let author = Amount(reward.baseUnits / 100 * authorPercent)
    return (author, reward.saturatingSubtracting(author))
  }
}
