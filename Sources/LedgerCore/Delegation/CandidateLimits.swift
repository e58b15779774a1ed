/// Bounds of what a candidate states of itself.
public enum CandidateLimits {
  /// A node's name.
  public static let nameBytesMax = 64
  /// Where peers reach it.
  public static let endpointBytesMax = 255
  /// The code of a grid region.
  public static let regionCodeBytesMax = 32
  /// Motions that an account's votes are against at a time.
  public static let vetoesMax = 16
  /// Amounts of ECO2 that an account unlocks at a time.
  public static let unlocksMax = 16
}
