/// The neutrality fund and its bid for ECC. Amounts are decimal: µg CO2e, ECO2 in base units.
public struct FundAnswer: Codable, Equatable, Sendable {
  /// The height whose state is shown.
  public var height: UInt64
  /// ECO2 it has.
  public var eco2: String
  /// ECC it has.
  public var ecc: String
  /// What it could not consume yet.
  public var overheadOpen: String
  /// ECC it has still to destroy for credits that nobody replaced.
  public var reserveOpen: String
  /// When the day's bid opened, ms since 1970.
  public var bidOpenedAt: UInt64
  /// ECC it still wants.
  public var bidLeft: String
  /// ECO2 base units per tonne at the last block's time.
  public var bidPrice: String

  public init(
    height: UInt64, eco2: String, ecc: String, overheadOpen: String, reserveOpen: String,
    bidOpenedAt: UInt64, bidLeft: String, bidPrice: String
  ) {
    self.height = height
    self.eco2 = eco2
    self.ecc = ecc
    self.overheadOpen = overheadOpen
    self.reserveOpen = reserveOpen
    self.bidOpenedAt = bidOpenedAt
    self.bidLeft = bidLeft
    self.bidPrice = bidPrice
  }
}

/// A row of the table of grid emission factors.
public struct FactorAnswer: Codable, Equatable, Sendable {
  public var row: UInt64
  public var regionCode: String
  public var region: String
  public var year: UInt16
  /// µg CO2e per kWh.
  public var microgramsPerKilowattHour: UInt64
  public var source: String
  public var licence: String
  /// Whether it is the one charged in its region.
  public var isInForce: Bool

  public init(
    row: UInt64, regionCode: String, region: String, year: UInt16,
    microgramsPerKilowattHour: UInt64, source: String, licence: String, isInForce: Bool
  ) {
    self.row = row
    self.regionCode = regionCode
    self.region = region
    self.year = year
    self.microgramsPerKilowattHour = microgramsPerKilowattHour
    self.source = source
    self.licence = licence
    self.isInForce = isInForce
  }
}

/// Carbon statements of a range of blocks, summed. Amounts are µg CO2e, decimal.
public struct StatementSumsAnswer: Codable, Equatable, Sendable {
  /// First height.
  public var from: UInt64
  /// Last height.
  public var to: UInt64
  /// The first block's timestamp, ms since 1970.
  public var timestampFrom: UInt64
  /// The last one's.
  public var timestampTo: UInt64
  /// Of nodes, overhead and operations: what the line's footprint grew by.
  public var footprint: String
  /// Of the ER Nodes alone.
  public var nodesFootprint: String
  /// What the ER Nodes owed.
  public var due: String
  /// What of it they paid.
  public var paid: String
  /// What of it the fund paid for them.
  public var fund: String
  /// What of it was booked as arrears.
  public var arrears: String
  /// Due for standbys, observers and other full nodes.
  public var overheadDue: String
  /// What of that the fund paid.
  public var fundOverhead: String
  /// What transactions were charged.
  public var charges: String
  /// What was consumed on the number line.
  public var consumed: String
  /// Open after the last block.
  public var arrearsOpen: String
  /// Retired from the number line.
  public var tonnesRetired: UInt64
  /// Blocks whose statement says not covered.
  public var blocksNotCovered: UInt64
  /// Whether every block of the range was covered.
  public var covered: Bool

  public init(
    from: UInt64, to: UInt64, timestampFrom: UInt64, timestampTo: UInt64, footprint: String,
    nodesFootprint: String, due: String, paid: String, fund: String, arrears: String,
    overheadDue: String, fundOverhead: String, charges: String, consumed: String,
    arrearsOpen: String, tonnesRetired: UInt64, blocksNotCovered: UInt64, covered: Bool
  ) {
    self.from = from
    self.to = to
    self.timestampFrom = timestampFrom
    self.timestampTo = timestampTo
    self.footprint = footprint
    self.nodesFootprint = nodesFootprint
    self.due = due
    self.paid = paid
    self.fund = fund
    self.arrears = arrears
    self.overheadDue = overheadDue
    self.fundOverhead = fundOverhead
    self.charges = charges
    self.consumed = consumed
    self.arrearsOpen = arrearsOpen
    self.tonnesRetired = tonnesRetired
    self.blocksNotCovered = blocksNotCovered
    self.covered = covered
  }
}

/// `GET /v1/carbon/statements`: what blocks used and who paid for it.
public struct StatementRangeAnswer: Codable, Equatable, Sendable {
  /// Of all blocks asked for.
  public var sums: StatementSumsAnswer
  /// The same in equal parts, in order; empty unless asked for.
  public var buckets: [StatementSumsAnswer]
  /// Retirements in these blocks.
  public var retirementCount: UInt64
  /// Of these with their serials, at most `CarbonFormat.rangeRetirementsMax`.
  public var retirements: [RetirementAnswer]

  public init(
    sums: StatementSumsAnswer, buckets: [StatementSumsAnswer], retirementCount: UInt64,
    retirements: [RetirementAnswer]
  ) {
    self.sums = sums
    self.buckets = buckets
    self.retirementCount = retirementCount
    self.retirements = retirements
  }
}
