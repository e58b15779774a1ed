/// Bounds of what is asked about carbon.
public enum CarbonFormat {
  /// Lots of the same issuance that a serial's history shows.
  public static let neighboursMax = 64
  /// Blocks of which one request sums the statements.
  public static let rangeBlocksMax: UInt64 = 8_640
  /// Parts into which one request divides them.
  public static let bucketsMax = 360
  /// Retirements with serials that come with the sums.
  public static let rangeRetirementsMax = 100
}
