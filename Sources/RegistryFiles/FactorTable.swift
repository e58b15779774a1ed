/// What an emission factor is an average of. Only averages that count all greenhouse gases are ever
/// charged; the others are kept out by kind, not by name of source.
public enum FactorKind: String, CaseIterable, Sendable {
  /// Average of all generation, CO2e.
  case average
  /// Average of all generation, stated as CO2e by its source.
  case averageCO2e = "average CO2e"
  /// Average of all generation, carbon dioxide only.
  case averageCO2Only = "average CO2-only"
  case combinedMargin = "combined-margin(consumption)"
  case operatingMargin = "operating-margin"

  /// Whether a factor of this kind may be charged: an average, in CO2e.
  public var isChargeable: Bool { self == .average || self == .averageCO2e }
}

/// One row of the factor table.
public struct EmissionFactor: Sendable, Equatable {
  /// Counts from 1 after the header.
  public let record: Int
  /// ISO 3166-1 alpha-3, a province or state, or a group such as `World`; ASCII. Empty for a few
  /// territories that have no code.
  public let regionCode: String
  /// The region's name.
  public let region: String
  /// The year the factor describes.
  public let year: UInt16
  /// µg CO2e per kWh: 557.5 g/kWh is 557,500,000.
  public let microgramsPerKilowattHour: UInt64
  public let kind: FactorKind
  public let source: String
  public let licence: String
}

/// Why a row of the factor table is refused.
public enum FactorRefusal: String, CaseIterable, Sendable {
  /// Zero means that there is no data.
  case zero
  /// Not a plain decimal number with at most six decimals.
  case value
  /// Not a year.
  case year
  /// A kind this version does not know.
  case kind
  /// The region code is longer than 32 bytes or not printable ASCII.
  case regionCode = "region-code"
  /// Region, source, kind and year of an earlier row.
  case duplicate
  /// The row has another number of cells than the header.
  case cells
}

/// A row of the factor table that is not used.
public struct RefusedFactor: Sendable, Equatable {
  /// Counts from 1 after the header.
  public let record: Int
  public let reason: FactorRefusal

  public init(record: Int, reason: FactorRefusal) {
    self.record = record
    self.reason = reason
  }
}

/// A table of grid emission factors and where each number comes from.
public struct FactorTable: Sendable, Equatable {
  /// The usable rows, in file order.
  public internal(set) var factors: [EmissionFactor] = []
  /// The refused rows, in file order.
  public internal(set) var refused: [RefusedFactor] = []

  /// How many rows were refused for this reason.
  public func refusedCount(_ reason: FactorRefusal) -> Int {
    refused.count { $0.reason == reason }
  }

  /// Reads a table with the columns `region_code`, `region`, `year`, `gco2_per_kwh`, `kind`,
  /// `source`, `licence`.
  ///
  /// - Throws: when the file as a whole makes no sense; a bad row is refused, not thrown.
  public static func read(bytes: [UInt8]) throws(RegistryFileError) -> FactorTable {
    let records = try CSVTokenizer.records(bytes)
    guard let header = records.first else { throw .empty }
    var reader = try FactorReader(header: header)
    for record in records.dropFirst() { reader.take(record) }
    return reader.table
  }

  /// The one factor that is charged in each region, in order of region code.
  ///
  /// Kind average in CO2e, latest year. Where sources give the same year, the highest value is
  /// taken, so that a footprint is never stated too low; where the values are equal too, the first
  /// in the file. Rows without a region code are left out: nothing could name them.
  public func active() -> [EmissionFactor] {
    let candidates = factors.filter { $0.kind.isChargeable && !$0.regionCode.isEmpty }
    let ranked = candidates.sorted { left, right in
      if left.regionCode != right.regionCode { return left.regionCode < right.regionCode }
      if left.year != right.year { return left.year > right.year }
      if left.microgramsPerKilowattHour != right.microgramsPerKilowattHour {
        return left.microgramsPerKilowattHour > right.microgramsPerKilowattHour
      }
      return left.record < right.record
    }
    var active: [EmissionFactor] = []
    for factor in ranked where factor.regionCode != active.last?.regionCode {
      active.append(factor)
    }
    return active
  }
}
