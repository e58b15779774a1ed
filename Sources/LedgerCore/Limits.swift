/// Upper bounds of everything that comes from outside, in one place; tests hold their relations.
public enum Limits {
  /// One signed transaction; but for reports.
  public static let transactionBytesMax = 32 * 1024
  /// A transaction that reports a bad bundle: it carries one of the bundle's transactions whole.
  public static let reportBytesMax = transactionBytesMax + 4 * 1024
  /// Operations in one transaction.
  public static let operationsMax = 64
  /// Keys of an account, and signatures for one signer of a transaction.
  public static let keysMax = 16
  /// A bundle is sealed at this many bytes of transactions.
  public static let bundleBytesTarget = 512 * 1024
  /// A bundle's transactions at most: the target and one more transaction.
  public static let bundleBytesMax = bundleBytesTarget + reportBytesMax
  /// Transactions in a bundle: no transaction is shorter than 128 bytes.
  public static let bundleTransactionsMax = bundleBytesMax / 128
  /// Bundles of one author in a block.
  public static let runBundlesMax = 256
  /// Bundles in a block.
  public static let blockBundlesMax = 1_024
  /// Transaction bytes in a block.
  public static let blockBytesMax = 64 * 1024 * 1024
  /// A bundle may be named by blocks at most this many heights after its birth.
  public static let bundleAgeHeightsMax: UInt64 = 8
  /// Incarnations of bundles that one start of a node may use: `start × this` and those after it.
  public static let incarnationsPerStart: UInt64 = 65_536
  /// Members of a validator set.
  public static let validatorsMax = 64
  /// The smallest validator set.
  public static let validatorsMin = 4
  /// How far ahead of the current height a transaction's validity may end: 7 days of 10 s blocks.
  public static let validityHeightsMax: UInt64 = 60_480
  /// How old an offence may be when it is reported, by the blocks' timestamps: 7 days.
  public static let evidenceAgeMillisecondsMax: UInt64 = 7 * 24 * 3_600 * 1_000
  /// Reports of one member that a block looks at: what it sends beyond is skipped unjudged.
  public static let reportsPerMemberMax = 4
  /// Heights below the parent whose late COMMITs a header may carry.
  public static let lateCommitHeightsMax: UInt64 = 8
  /// Sequences below an account's highest that its replay window remembers.
  public static let replayWindowBits = 1_024
  /// How far above an account's highest used sequence the next may lie.
  public static let sequenceLeadMax: UInt64 = 512
  /// A record's key.
  public static let recordKeyBytesMax = 255
  /// A record's value.
  public static let recordValueBytesMax = 1024 * 1024
}
