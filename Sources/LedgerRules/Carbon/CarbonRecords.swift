public import LedgerCore

/// The carbon side of an ER Node: its profile, and what it has paid and owes.
///
/// Invariant: a node that owes has an empty reserve.
public struct NodeCarbon: AccountRecord {
  public static var kind: RecordKind { .nodeCarbon }

  public var profile: EnergyProfile
  /// Tier and region count at parent times before this; milliseconds since 1970-01-01 UTC.
  public var attestedUntil: UInt64
  /// ECC set aside for dues, µg CO2e.
  public var reserve: Amount
  /// Dues that neither reserve nor fund could pay, µg CO2e.
  public var arrears: Amount
  /// Dues that the fund has paid for the node and gets back, µg CO2e.
  public var fundDebt: Amount
  /// What rounding up has already paid of the next due, in 1 / `Dues.unit` µg.
  public var dueCredit: UInt128
  /// The same of the footprint.
  public var footprintCredit: UInt128
  /// Rewards withheld while the node owes, ECO2 base units.
  public var withheld: Amount
  /// The timestamp of the block since which the node owes without a break; 0 when it owes nothing.
  public var owesSince: UInt64
  /// What it has asked back of its reserve, µg CO2e.
  public var withdrawal: Amount
  /// When it can collect that; milliseconds since 1970-01-01 UTC, 0 for nothing.
  public var collectableAt: UInt64
  /// The profile that it has declared for a later term.
  public var nextProfile: EnergyProfile?
  /// When that term begins; milliseconds since 1970-01-01 UTC, 0 without one.
  public var nextProfileFrom: UInt64

  public init(profile: EnergyProfile, attestedUntil: UInt64, reserve: Amount) {
    self.profile = profile
    self.attestedUntil = attestedUntil
    self.reserve = reserve
    arrears = .zero
    fundDebt = .zero
    dueCredit = 0
    footprintCredit = 0
    withheld = .zero
    owesSince = 0
    withdrawal = .zero
    collectableAt = 0
    nextProfile = nil
    nextProfileFrom = 0
  }

  /// Makes the profile that was declared for a term that has begun the one in force. Another tier
  /// or region is not attested yet.
  mutating func takeProfile(at time: UInt64) {
    guard let next = nextProfile, time >= nextProfileFrom else { return }
    if next.tier != profile.tier
      || !next.region.utf8.elementsEqual(profile.region.utf8)
    {
      attestedUntil = 0
    }
    profile = next
    nextProfile = nil
    nextProfileFrom = 0
  }

  /// Whether the node owes carbon dues: to the number line, or to the fund that paid for it.
  public var owes: Bool { !arrears.isZero || !fundDebt.isZero }

  public init(from reader: inout BCSReader) throws(BCSError) {
    profile = try EnergyProfile(from: &reader)
    attestedUntil = try reader.u64("attested until")
    reserve = try Amount(from: &reader)
    arrears = try Amount(from: &reader)
    fundDebt = try Amount(from: &reader)
    dueCredit = try reader.u128("due credit")
    footprintCredit = try reader.u128("footprint credit")
    withheld = try Amount(from: &reader)
    owesSince = try reader.u64("owes since")
    withdrawal = try Amount(from: &reader)
    collectableAt = try reader.u64("collectable at")
    nextProfile = try reader.isPresent("next profile") ? try EnergyProfile(from: &reader) : nil
    nextProfileFrom = try reader.u64("next profile from")
  }

  public func encode(into writer: inout BCSWriter) {
    profile.encode(into: &writer)
    writer.u64(attestedUntil)
    reserve.encode(into: &writer)
    arrears.encode(into: &writer)
    fundDebt.encode(into: &writer)
    writer.u128(dueCredit)
    writer.u128(footprintCredit)
    withheld.encode(into: &writer)
    writer.u64(owesSince)
    withdrawal.encode(into: &writer)
    writer.u64(collectableAt)
    writer.bool(nextProfile != nil)
    nextProfile?.encode(into: &writer)
    writer.u64(nextProfileFrom)
  }
}

/// The neutrality fund.
public struct NeutralityFund: SingleRecord {
  public static var kind: RecordKind { .fund }

  /// ECO2 base units.
  public var eco2: Amount
  /// µg CO2e.
  public var ecc: Amount
  /// What the fund could not consume yet, µg CO2e: overhead, and retirements that were reversed at
  /// their source and that nobody replaced.
  public var overheadOpen: Amount
  /// ECC the fund has still to destroy, µg CO2e: what backed it was invalidated, and nobody
  /// replaced it.
  public var reserveOpen: Amount

  init(eco2: Amount, ecc: Amount) {
    self.eco2 = eco2
    self.ecc = ecc
    overheadOpen = .zero
    reserveOpen = .zero
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    eco2 = try Amount(from: &reader)
    ecc = try Amount(from: &reader)
    overheadOpen = try Amount(from: &reader)
    reserveOpen = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    eco2.encode(into: &writer)
    ecc.encode(into: &writer)
    overheadOpen.encode(into: &writer)
    reserveOpen.encode(into: &writer)
  }
}

/// The line on which every consumed µg has its place: tonne k covers [(k − 1)·10^12, k·10^12).
public struct NumberLine: SingleRecord {
  public static var kind: RecordKind { .numberLine }

  /// µg consumed from block 1: dues, overhead, charges.
  public var consumed: Amount
  /// Tonnes retired from the line's start.
  public var tonnesRetired: UInt64
  /// µg of footprint from block 1: nodes, overhead, operations.
  public var footprint: Amount
  /// Arrears of all nodes, µg.
  public var arrearsOpen: Amount
  /// What rounding up has already counted of the next overhead due, in thousandths of a µg.
  public var overheadCredit: UInt128
  /// The same of the overhead's footprint.
  public var overheadFootprintCredit: UInt128
  /// The same of the operations' footprint, in 1 / `OperationCharge.unit` µg.
  public var operationCredit: UInt128

  init() {
    consumed = .zero
    tonnesRetired = 0
    footprint = .zero
    arrearsOpen = .zero
    overheadCredit = 0
    overheadFootprintCredit = 0
    operationCredit = 0
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    consumed = try Amount(from: &reader)
    tonnesRetired = try reader.u64("tonnes retired")
    footprint = try Amount(from: &reader)
    arrearsOpen = try Amount(from: &reader)
    overheadCredit = try reader.u128("overhead credit")
    overheadFootprintCredit = try reader.u128("overhead footprint credit")
    operationCredit = try reader.u128("operation credit")
  }

  public func encode(into writer: inout BCSWriter) {
    consumed.encode(into: &writer)
    writer.u64(tonnesRetired)
    footprint.encode(into: &writer)
    arrearsOpen.encode(into: &writer)
    writer.u128(overheadCredit)
    writer.u128(overheadFootprintCredit)
    writer.u128(operationCredit)
  }
}
