public import LedgerCore
public import LedgerState

/// A row of the factor table: an average in CO2e of all generation in a region, with where it comes
/// from. Append-only.
public struct FactorRow: NumberedRecord {
  public static var kind: RecordKind { .factorRow }

  /// ISO 3166-1 alpha-3, a province or state, or a group such as `World`; printable ASCII.
  public let regionCode: String
  public let region: String
  /// The year the factor describes.
  public let year: UInt16
  /// µg CO2e per kWh: 557.5 g/kWh is 557,500,000. Never zero.
  public let microgramsPerKilowattHour: UInt64
  public let source: String
  public let licence: String

  public init(
    regionCode: String, region: String, year: UInt16, microgramsPerKilowattHour: UInt64,
    source: String, licence: String
  ) {
    self.regionCode = regionCode
    self.region = region
    self.year = year
    self.microgramsPerKilowattHour = microgramsPerKilowattHour
    self.source = source
    self.licence = licence
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    regionCode = try reader.text(max: RulesLimits.regionCodeBytesMax, "region code")
    region = try reader.text(max: RulesLimits.regionNameBytesMax, "region")
    year = try reader.u16("year")
    microgramsPerKilowattHour = try reader.u64("factor")
    source = try reader.text(max: RulesLimits.sourceBytesMax, "source")
    licence = try reader.text(max: RulesLimits.licenceBytesMax, "licence")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(regionCode)
    writer.text(region)
    writer.u16(year)
    writer.u64(microgramsPerKilowattHour)
    writer.text(source)
    writer.text(licence)
  }
}

/// Which row is in force in a region.
public struct ActiveFactor: LedgerRecord {
  public static var kind: RecordKind { .activeFactor }

  public let row: UInt64
  /// µg CO2e per kWh, as that row says.
  public let microgramsPerKilowattHour: UInt64

  init(row: UInt64, microgramsPerKilowattHour: UInt64) {
    self.row = row
    self.microgramsPerKilowattHour = microgramsPerKilowattHour
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    row = try reader.u64("row")
    microgramsPerKilowattHour = try reader.u64("factor")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(row)
    writer.u64(microgramsPerKilowattHour)
  }
}

/// How far the factor table goes, and its highest factor: what an unattested node is charged.
public struct FactorTableRecord: SingleRecord {
  public static var kind: RecordKind { .factorTable }

  public let rows: UInt64
  /// The highest of the factors in force, µg CO2e per kWh.
  public let highest: UInt64

  init(rows: UInt64, highest: UInt64) {
    self.rows = rows
    self.highest = highest
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    rows = try reader.u64("rows")
    highest = try reader.u64("highest factor")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(rows)
    writer.u64(highest)
  }
}

extension ActiveFactor {
  /// Where the row in force of a region stands.
  public static func key(region: String) -> StateKey { kind.key(region.utf8) }
}
