/// Upper bounds of what the store keeps, in one place; tests hold their relations.
public enum StoreLimits {
  /// A frame of the block log or a bundle file: a full block's bundles, its receipts and its
  /// certificate.
  public static let framePayloadBytesMax = 256 * 1024 * 1024
  /// An index's name: ASCII letters, digits and hyphens.
  public static let indexNameBytesMax = 32
  /// A key of an index: with the name it stays under LMDB's bound of 511 bytes.
  public static let indexKeyBytesMax = 400
  /// A value of an index.
  public static let indexValueBytesMax = 64 * 1024
  /// The state file may not grow beyond this.
  public static let mapBytesMax = 1 << 44
  /// How long a flush waits for readers, who wait for it too if they come later, before it lets
  /// them in.
  public static let growWaitMilliseconds: UInt32 = 2_000
  /// How often it does so before it gives up growing the state file's map. The execution of a block
  /// reads in one transaction, which ends within these 30 seconds, or the chain stands still.
  public static let growAttemptsMax = 15
}
