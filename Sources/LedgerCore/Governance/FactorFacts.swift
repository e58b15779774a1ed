/// A row of the factor table, as genesis and motions bring it and as it is stored: an average in
/// CO2e of all generation in a region, with where it comes from.
public struct FactorFacts: Hashable, Sendable, BCSCodable {
  /// ISO 3166-1 alpha-3, a province or state, or a group such as `World`; printable ASCII.
  public let regionCode: String
  public let region: String
  /// The year that the factor describes.
  public let year: UInt16
  /// µg CO2e per kWh: 557.5 g/kWh is 557,500,000. Never zero.
  public let microgramsPerKilowattHour: UInt64
  public let source: String
  public let licence: String

  /// Bytes of `region`, at most.
  public static let regionBytesMax = 128
  /// Bytes of `source`, at most.
  public static let sourceBytesMax = 512
  /// Bytes of `licence`, at most.
  public static let licenceBytesMax = 256

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
    regionCode = try reader.text(max: CandidateLimits.regionCodeBytesMax, "region code")
    region = try reader.text(max: Self.regionBytesMax, "region")
    year = try reader.u16("year")
    microgramsPerKilowattHour = try reader.u64("factor")
    source = try reader.text(max: Self.sourceBytesMax, "source")
    licence = try reader.text(max: Self.licenceBytesMax, "licence")
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
