import LedgerCore

/// Bounds of catching up; tests hold their relations.
public enum CatchUpLimits {
  /// Blocks asked for at a time from one peer.
  public static let blocksPerRequestMax = 16
  /// A peer's answer ends with the block that reaches this many bytes.
  public static let answerBytesTarget = 8 * 1024 * 1024
  /// One decided block: its bundles at their largest, header, runs and certificate.
  public static let blockBytesMax = 2 * Limits.blockBytesMax
  /// One encoded message: the target, and one more block.
  public static let messageBytesMax = answerBytesTarget + blockBytesMax
  /// Requests under way, to different peers.
  public static let requestsMax = 3
  /// Blocks ahead of the own height that are held.
  public static let bufferBlocksMax = 64
  /// Their bytes; one block is always taken.
  public static let bufferBytesMax = 128 * 1024 * 1024

  /// How long a peer may take to answer, the first time; it doubles with each failure.
  public static let requestTimeoutMilliseconds: UInt64 = 2_000
  /// The longest such wait.
  public static let requestTimeoutMillisecondsMax: UInt64 = 30_000
  /// How long a peer that lied is neither believed nor asked.
  public static let liarPenaltyMilliseconds: UInt64 = 60_000
  /// A certificate for the very next height means catching up only after this long, or after the
  /// block interval if that is shorter: the node's own consensus is about to decide it.
  public static let nextHeightGraceMillisecondsMax: UInt64 = 2_000
  /// The certificates in one peer's tips are checked at most this often.
  public static let tipCheckMilliseconds: UInt64 = 1_000
  /// Progress is reported this often.
  public static let reportMilliseconds: UInt64 = 1_000
  /// A node that is not sure of what its key has signed votes at the height so far above the tip it
  /// reached. A COMMIT of another process with its key at the tip is carried by the next header, or
  /// late by the one after; both are final by then.
  public static let quietHeights: UInt64 = 3
  /// Requests of one peer served in a second.
  public static let servedPerSecondMax = 16
}
