/// Bounds of the state kept in memory; tests hold their relations.
public enum StateLimits {
  /// Final blocks that may wait for the store: what start-up replays at most (protocol §6).
  public static let overlayLayersMax = 8
  /// Deltas that may stand on each other above the tip.
  public static let stagedDepthMax = 8
  /// Leaves a bucket holds on average at most when the tree is built.
  public static let leavesPerBucket = 4
  /// Levels kept in memory at most: 2^26 buckets hold 2^28 records in 3.3 GB.
  public static let bucketDepthMax = 26
  /// Records that are kept because most blocks read them, and the most bytes of one: 16 MiB.
  static let oftenReadMax = 4_096
  static let oftenReadBytesMax = 4_096
}
