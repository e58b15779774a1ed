public import LedgerCore

/// The fixed supply of ECO2 and how genesis divides it (carbon rules, "Tokens").
public enum Supply {
  /// 300,000,000 tokens, in base units.
  public static let total = tokens(300_000_000)
  /// 50 %: what block rewards draw from, and nothing else.
  public static let blockRewards = tokens(150_000_000)
  /// 20 %.
  public static let operatingCommittee = tokens(60_000_000)
  /// 20 %: a quarter each at months 24, 30, 36 and 42.
  public static let founders = tokens(60_000_000)
  /// 10 %.
  public static let neutralityFund = tokens(30_000_000)
  /// Months after genesis at which a quarter of the founders' share is released.
  public static let vestingMonths = [24, 30, 36, 42]

  /// µg CO2e in a tonne.
  public static let microgramsPerTonne: UInt128 = 1_000_000_000_000
  /// Days of due that genesis puts into each ER Node's reserve.
  public static let nodeReserveDays: UInt64 = 90
  /// Tonnes that genesis gives the neutrality fund.
  public static let fundTonnes: UInt128 = 10
  /// Days an attestation of site and region holds: 12 months.
  public static let attestationDays: UInt64 = 365
  static let millisecondsPerDay: UInt64 = 86_400_000

  private static func tokens(_ count: UInt128) -> Amount {
    Amount(count * Token.eco2.baseUnitsPerToken)
  }
}
