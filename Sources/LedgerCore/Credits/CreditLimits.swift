/// Bounds of what is said about credits; each name ends in its unit.
public enum CreditLimits {
  /// A registry's name, such as `gold-standard`.
  public static let registryBytesMax = 48
  /// A project's id within its registry.
  public static let projectIDBytesMax = 64
  /// A project's name.
  public static let projectNameBytesMax = 512
  /// A country's name or code.
  public static let countryBytesMax = 128
  /// A state's or province's name or code.
  public static let subdivisionBytesMax = 128
  /// A project's type, in the registry's words.
  public static let projectTypeBytesMax = 256
  /// A methodology's name.
  public static let methodologyBytesMax = 1_024
  /// A proponent's name.
  public static let proponentBytesMax = 256
  /// The canonical key of a block of serials.
  public static let serialBlockBytesMax = 160
  /// A serial as its registry writes it.
  public static let serialTextBytesMax = 255
  /// A voucher's number, or the reference of a retirement at its registry.
  public static let referenceBytesMax = 64
  /// Documents that one project names.
  public static let documentsMax = 16
  /// Projects in one request.
  public static let requestProjectsMax = 16
  /// Ranges of serials in one request.
  public static let requestRangesMax = 128
  /// Lots that one range of a request may lie in.
  public static let rangeLotsMax = 64
  /// Lots that one request may make or change.
  public static let requestLotsMax = requestRangesMax * rangeLotsMax
  /// Serials in one range: their µg fit 128 bits with room to spare.
  public static let rangeSerialsMax: UInt64 = 1 << 48
}
