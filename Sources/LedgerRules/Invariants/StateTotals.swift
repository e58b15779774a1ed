public import LedgerCore

/// What all records of a state add up to.
public struct StateTotals: Hashable, Sendable {
  public var height: UInt64 = 0
  public var records: UInt64 = 0
  public var accounts: UInt64 = 0
  /// ECO2 base units in accounts.
  public var eco2InAccounts: Amount = .zero
  /// ECO2 base units withheld from debtors.
  public var eco2Withheld: Amount = .zero
  /// ECO2 base units in the neutrality fund.
  public var eco2InFund: Amount = .zero
  /// ECO2 base units that block rewards have still to give.
  public var eco2InRewards: Amount = .zero
  /// ECO2 base units that filers of open requests have locked.
  public var eco2InDeposits: Amount = .zero
  /// ECO2 base units that custodians have bonded.
  public var eco2InBonds: Amount = .zero
  /// ECO2 base units that voters have locked, those on their way back included.
  public var eco2Locked: Amount = .zero
  /// ECO2 base units that candidates have bonded.
  public var eco2InCandidates: Amount = .zero
  /// ECO2 base units that votes have earned and nobody has taken yet.
  public var eco2Unclaimed: Amount = .zero
  /// ECO2 base units that founders have still to receive.
  public var eco2Vesting: Amount = .zero
  /// µg in accounts.
  public var eccInAccounts: Amount = .zero
  /// µg in the ER Nodes' reserves.
  public var eccInReserves: Amount = .zero
  /// µg in the neutrality fund.
  public var eccInFund: Amount = .zero
  /// µg on the number line.
  public var consumed: Amount = .zero
  /// Tonnes that the pool has retired.
  public var tonnesRetired: UInt64 = 0
  /// Tonnes of lots in the reserve.
  public var tonnesInReserve: UInt64 = 0
  /// What custodians and fund owe the reserve, µg CO2e.
  public var reserveObligations: Amount = .zero
  public var lots: UInt64 = 0
  /// µg of dues in arrears.
  public var arrears: Amount = .zero
  /// Offences recorded.
  public var offences: UInt64 = 0

  /// Of no records.
  public init() {}

  /// ECO2 in all places; nil when the sum leaves 128 bits.
  public var eco2: Amount? {
    Self.sum([
      eco2InAccounts, eco2Withheld, eco2InFund, eco2InRewards, eco2InDeposits, eco2InBonds,
      eco2Locked, eco2InCandidates, eco2Unclaimed, eco2Vesting,
    ])
  }

  /// ECC in all places; nil when the sum leaves 128 bits.
  public var ecc: Amount? { Self.sum([eccInAccounts, eccInReserves, eccInFund]) }

  /// µg that back ECC or did: in reserve, retired by the pool, and owed to the reserve; nil when
  /// the sum leaves 128 bits.
  public var eccBacking: Amount? {
    let tonnes = UInt128(tonnesInReserve) + UInt128(tonnesRetired)
    return Self.sum([Amount(tonnes * Supply.microgramsPerTonne), reserveObligations])
  }

  static func sum(_ amounts: [Amount]) -> Amount? {
    var total = Amount.zero
    for amount in amounts {
      guard let next = try? total.adding(amount) else { return nil }
      total = next
    }
    return total
  }
}
