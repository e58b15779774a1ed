public import LedgerCore

/// The numbers of the Global Carbon Registry that governance can change (carbon rules).
public struct RegistryParameters: Hashable, Sendable, BCSCodable {
  /// How long a request can be decided on, ms.
  public var requestMilliseconds: UInt64
  /// ECO2 base units that a filer locks until its request ends.
  public var requestDeposit: Amount
  /// How long a custodian's attestation holds, ms.
  public var attestationMilliseconds: UInt64
  /// ECO2 base units that a custodian has to have bonded to bring credits.
  public var custodianBond: Amount
  /// How much of what a custodian holds live has to be its buffer, per cent.
  public var bufferPercent: UInt64
  /// How long a custodian has to replace invalidated credits, ms.
  public var obligationMilliseconds: UInt64

  /// The defaults of the carbon rules.
  public static let standard = RegistryParameters(
    requestMilliseconds: 30 * Supply.millisecondsPerDay,
    requestDeposit: Amount(10 * Token.eco2.baseUnitsPerToken),
    attestationMilliseconds: 90 * Supply.millisecondsPerDay,
    custodianBond: Amount(10_000 * Token.eco2.baseUnitsPerToken), bufferPercent: 2,
    obligationMilliseconds: 30 * Supply.millisecondsPerDay)

  init(
    requestMilliseconds: UInt64, requestDeposit: Amount, attestationMilliseconds: UInt64,
    custodianBond: Amount, bufferPercent: UInt64, obligationMilliseconds: UInt64
  ) {
    self.requestMilliseconds = requestMilliseconds
    self.requestDeposit = requestDeposit
    self.attestationMilliseconds = attestationMilliseconds
    self.custodianBond = custodianBond
    self.bufferPercent = bufferPercent
    self.obligationMilliseconds = obligationMilliseconds
  }

  /// The checks of genesis, by name.
  var checks: [(String, Bool)] {
    let spans = 1...RulesLimits.spanMillisecondsMax
    return [
      ("request time", spans.contains(requestMilliseconds)),
      ("request deposit", requestDeposit <= Supply.total),
      ("attestation time", spans.contains(attestationMilliseconds)),
      ("custodian bond", custodianBond <= Supply.total),
      ("buffer", bufferPercent <= 100),
      ("obligation time", spans.contains(obligationMilliseconds)),
    ]
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    requestMilliseconds = try reader.u64("request time")
    requestDeposit = try Amount(from: &reader)
    attestationMilliseconds = try reader.u64("attestation time")
    custodianBond = try Amount(from: &reader)
    bufferPercent = try reader.u64("buffer")
    obligationMilliseconds = try reader.u64("obligation time")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(requestMilliseconds)
    requestDeposit.encode(into: &writer)
    writer.u64(attestationMilliseconds)
    custodianBond.encode(into: &writer)
    writer.u64(bufferPercent)
    writer.u64(obligationMilliseconds)
  }
}

/// The numbers of fund and reserves that governance can change (carbon rules, "Zero emission").
public struct FundParameters: Hashable, Sendable, BCSCodable {
  /// The fund bids for its gap to the network's due of so many days.
  public var targetDays: UInt64
  /// ECO2 base units per tonne with which a day's bid begins.
  public var bidPriceMin: Amount
  /// ECO2 base units per tonne that a bid never exceeds.
  public var bidPriceMax: Amount
  /// How often a bid rises by 1 %, ms.
  public var bidStepMilliseconds: UInt64
  /// How many days' due stay in a node's reserve when it withdraws.
  public var withdrawalFloorDays: UInt64
  /// How long a withdrawal takes, ms.
  public var withdrawalMilliseconds: UInt64
  /// How long a node may owe without a break before it leaves the set, ms.
  public var debtMilliseconds: UInt64

  /// The defaults of the carbon rules.
  public static let standard = FundParameters(
    targetDays: 90, bidPriceMin: Amount(10 * Token.eco2.baseUnitsPerToken),
    bidPriceMax: Amount(1_000 * Token.eco2.baseUnitsPerToken),
    bidStepMilliseconds: 600_000, withdrawalFloorDays: 30,
    withdrawalMilliseconds: 7 * Supply.millisecondsPerDay,
    debtMilliseconds: Supply.millisecondsPerDay)

  init(
    targetDays: UInt64, bidPriceMin: Amount, bidPriceMax: Amount, bidStepMilliseconds: UInt64,
    withdrawalFloorDays: UInt64, withdrawalMilliseconds: UInt64, debtMilliseconds: UInt64
  ) {
    self.targetDays = targetDays
    self.bidPriceMin = bidPriceMin
    self.bidPriceMax = bidPriceMax
    self.bidStepMilliseconds = bidStepMilliseconds
    self.withdrawalFloorDays = withdrawalFloorDays
    self.withdrawalMilliseconds = withdrawalMilliseconds
    self.debtMilliseconds = debtMilliseconds
  }

  /// The checks of genesis, by name.
  var checks: [(String, Bool)] {
    let spans = 1...RulesLimits.spanMillisecondsMax
    return [
      ("fund target", targetDays <= 3_650),
      ("bid prices", bidPriceMin <= bidPriceMax && bidPriceMax <= Supply.total),
      ("bid step", spans.contains(bidStepMilliseconds)),
      ("withdrawal floor", withdrawalFloorDays <= 3_650),
      ("withdrawal time", spans.contains(withdrawalMilliseconds)),
      ("debt time", spans.contains(debtMilliseconds)),
    ]
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    targetDays = try reader.u64("fund target")
    bidPriceMin = try Amount(from: &reader)
    bidPriceMax = try Amount(from: &reader)
    bidStepMilliseconds = try reader.u64("bid step")
    withdrawalFloorDays = try reader.u64("withdrawal floor")
    withdrawalMilliseconds = try reader.u64("withdrawal time")
    debtMilliseconds = try reader.u64("debt time")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(targetDays)
    bidPriceMin.encode(into: &writer)
    bidPriceMax.encode(into: &writer)
    writer.u64(bidStepMilliseconds)
    writer.u64(withdrawalFloorDays)
    writer.u64(withdrawalMilliseconds)
    writer.u64(debtMilliseconds)
  }
}
