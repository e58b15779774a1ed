/// Where an ER Node stands; decides the floors of its energy profile.
public enum SiteTier: UInt8, Sendable, CaseIterable, BCSCodable {
  case home = 0
  case rack = 1
  case cloud = 2

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("site tier")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}

/// What an ER Node declares of its energy.
public struct EnergyProfile: Hashable, Sendable, BCSCodable {
  public var tier: SiteTier
  /// Code of the grid region, as in the factor table.
  public var region: String
  /// Draw at the wall when idle, mW.
  public var idleMilliwatts: UInt64
  /// Energy above idle for each second of CPU time, mJ.
  public var millijoulesPerCPUSecond: UInt64
  /// Power usage effectiveness, thousandths.
  public var puePermille: UInt64

  public init(
    tier: SiteTier, region: String, idleMilliwatts: UInt64, millijoulesPerCPUSecond: UInt64,
    puePermille: UInt64
  ) {
    self.tier = tier
    self.region = region
    self.idleMilliwatts = idleMilliwatts
    self.millijoulesPerCPUSecond = millijoulesPerCPUSecond
    self.puePermille = puePermille
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    tier = try SiteTier(from: &reader)
    region = try reader.text(max: CandidateLimits.regionCodeBytesMax, "region")
    idleMilliwatts = try reader.u64("idle milliwatts")
    millijoulesPerCPUSecond = try reader.u64("millijoules per CPU-second")
    puePermille = try reader.u64("PUE")
  }

  public func encode(into writer: inout BCSWriter) {
    tier.encode(into: &writer)
    writer.text(region)
    writer.u64(idleMilliwatts)
    writer.u64(millijoulesPerCPUSecond)
    writer.u64(puePermille)
  }
}
