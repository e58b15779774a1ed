public import LedgerCore
public import LedgerState

/// A row of the factor table: an average in CO2e of all generation in a region, with where it comes
/// from. Append-only. A motion that adds a row brings it as it is stored.
public typealias FactorRow = FactorFacts

extension FactorFacts: NumberedRecord {
  public static var kind: RecordKind { .factorRow }
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
