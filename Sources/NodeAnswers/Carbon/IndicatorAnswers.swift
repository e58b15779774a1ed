/// `GET /v1/carbon/indicators`: what the network used over some blocks, and the sustainability
/// indicators of Delegated Regulation (EU) 2025/422 as far as the chain knows them.
public struct IndicatorsAnswer: Codable, Equatable, Sendable {
  /// A test network: no environmental claim.
  public var isTest: Bool
  /// First height.
  public var from: UInt64
  /// Last height.
  public var to: UInt64
  /// Begin of the time that is charged, ms since 1970.
  public var timestampFrom: UInt64
  /// Its end: the last block's timestamp.
  public var timestampTo: UInt64
  /// Transactions executed in these blocks, applied and failed.
  public var transactions: UInt64
  /// fJ, decimal, exact: 3.6 × 10^21 are a kWh.
  public var energy: String
  /// µg CO2e, decimal: of ER Nodes, overhead and operations.
  public var footprint: String
  /// Consumed for it on the number line, µg CO2e, decimal.
  public var consumed: String
  /// Retired from the number line.
  public var tonnesRetired: UInt64
  /// Whether the last block's statement says that all is covered so far.
  public var covered: Bool
  /// In the order of the regulation's fields.
  public var indicators: [IndicatorAnswer]

  public init(
    isTest: Bool, from: UInt64, to: UInt64, timestampFrom: UInt64, timestampTo: UInt64,
    transactions: UInt64, energy: String, footprint: String, consumed: String,
    tonnesRetired: UInt64, covered: Bool, indicators: [IndicatorAnswer]
  ) {
    self.isTest = isTest
    self.from = from
    self.to = to
    self.timestampFrom = timestampFrom
    self.timestampTo = timestampTo
    self.transactions = transactions
    self.energy = energy
    self.footprint = footprint
    self.consumed = consumed
    self.tonnesRetired = tonnesRetired
    self.covered = covered
    self.indicators = indicators
  }
}

/// One sustainability indicator.
public struct IndicatorAnswer: Codable, Equatable, Sendable {
  /// The field in the regulation's annex, such as `S.8`.
  public var field: String
  /// Such as `energy-consumption`.
  public var name: String
  /// Decimal, rounded to the nearest; absent where the chain does not know it.
  public var value: String?
  /// Such as `kWh/a`.
  public var unit: String
  /// Why there is no value, or what one has to know of it.
  public var note: String?

  public init(
    field: String, name: String, value: String? = nil, unit: String, note: String? = nil
  ) {
    self.field = field
    self.name = name
    self.value = value
    self.unit = unit
    self.note = note
  }
}
