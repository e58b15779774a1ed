import LedgerCore

@testable import LedgerRules

/// What block rewards come to, as the carbon rules' text says, and whose they are: shares in
/// fractions of 2^-80 base units, without the rules' lazy sums.
struct EmissionShares {
  struct Stake {
    /// What earns.
    var amount: UInt128
    /// What was placed in this term: it earns from the next on.
    var fresh: UInt128 = 0
    /// Of the candidate, when the votes were touched last.
    var rate: UInt128
    /// Earned and not paid then, in 2^-80 base units.
    var pending: Int128 = 0
  }

  static let bits: UInt128 = 80

  /// By candidate, then by voter.
  private(set) var stakes: [AccountID: [AccountID: Stake]] = [:]
  /// What a base unit of votes for a candidate has earned, in 2^-80 base units.
  private var rates: [AccountID: UInt128] = [:]
  /// Fractions that the last votes of a candidate have left, in 2^-80 base units.
  private var left: [AccountID: Int128] = [:]
  /// Base units that voters of a candidate have earned, and that were paid of it.
  private(set) var earned: [AccountID: UInt128] = [:]
  private(set) var paid: [AccountID: UInt128] = [:]

  /// 3.5 ECO2 in the first year of 3,153,600 blocks, half an ECO2 less each year to 0.5, the last
  /// with block 233,774,400.
  static func reward(_ height: UInt64) -> UInt128 {
    guard height <= 233_774_400 else { return 0 }
    let year = (height - 1) / 3_153_600 + 1
    return max(50_000_000, 350_000_000 - 50_000_000 * UInt128(min(year - 1, 6)))
  }

  /// Of all blocks up to a height.
  static func emitted(_ height: UInt64) -> UInt128 {
    var (sum, first) = (UInt128(0), UInt64(1))
    while first <= height, reward(first) > 0 {
      let last = min((first - 1) / 3_153_600 * 3_153_600 + 3_153_600, height, 233_774_400)
      sum += reward(first) * UInt128(last - first + 1)
      first = last + 1
    }
    return sum
  }

  func votes(of voter: AccountID, for candidate: AccountID) -> UInt128 {
    stakes[candidate]?[voter].map { $0.amount + $0.fresh } ?? 0
  }

  func votes(of voter: AccountID) -> UInt128 {
    stakes.keys.reduce(0) { $0 + votes(of: voter, for: $1) }
  }

  /// The first block of a term: everything placed earns from here on.
  mutating func beginTerm() {
    for candidate in stakes.keys {
      for voter in (stakes[candidate] ?? [:]).keys {
        guard var stake = stakes[candidate]?[voter] else { continue }
        stake.pending += Self.earned(stake, rates[candidate] ?? 0)
        stake.rate = rates[candidate] ?? 0
        stake.amount += stake.fresh
        stake.fresh = 0
        stakes[candidate]?[voter] = stake
      }
    }
  }

  private static func earned(_ stake: Stake, _ rate: UInt128) -> Int128 {
    let (high, low) = stake.amount.multipliedFullWidth(by: rate - stake.rate)
    precondition(high == 0)
    return Int128(low)
  }

  /// Shares a part of a reward among the voters of a block's author; false when there are none.
  mutating func share(_ part: UInt128, author: AccountID) -> Bool {
    let votes = (stakes[author] ?? [:]).values.reduce(0) { $0 + $1.amount }
    guard votes > 0 else { return false }
    let rest = left.removeValue(forKey: author) ?? 0
    let total = Int128(part << Self.bits) + rest
    rates[author, default: 0] += UInt128(max(0, total)) / votes
    earned[author, default: 0] += part
    return true
  }

  /// Changes votes; says what they have earned until now, less what was paid, in 2^-80 base units.
  mutating func touch(_ voter: AccountID, _ candidate: AccountID, by change: Int128) -> Int128 {
    let rate = rates[candidate] ?? 0
    var stake = stakes[candidate]?[voter] ?? Stake(amount: 0, rate: rate)
    stake.pending += Self.earned(stake, rate)
    stake.rate = rate
    if change > 0 {
      stake.fresh += UInt128(change)
    } else {
      // What does not earn yet goes first.
      let gone = UInt128(-change)
      let fresh = min(stake.fresh, gone)
      stake.fresh -= fresh
      stake.amount -= gone - fresh
    }
    stakes[candidate, default: [:]][voter] = stake
    return stake.pending
  }

  /// Notes what votes were paid when they were touched; what is left of none goes to the others.
  mutating func pay(_ amount: UInt128, _ voter: AccountID, _ candidate: AccountID) {
    guard var stake = stakes[candidate]?[voter] else { return }
    stake.pending -= Int128(amount << Self.bits)
    paid[candidate, default: 0] += amount
    if stake.amount + stake.fresh == 0 {
      left[candidate, default: 0] += stake.pending
      stakes[candidate]?[voter] = nil
    } else {
      stakes[candidate]?[voter] = stake
    }
  }
}
