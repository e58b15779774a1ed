/// What names a bundle: its author's numbered, signed statement of the transactions it holds
/// (protocol §4).
public struct BundleHeader: Hashable, Sendable, BCSCodable {
  public let author: AccountID
  /// The author's start × `Limits.incarnationsPerStart`, and one more for each run it gave up
  /// since: a restarted node never reuses a number.
  public let incarnation: UInt64
  /// Counts the bundles of one incarnation from 0, without gaps.
  public let number: UInt64
  /// The height the author was deciding when it sealed the bundle.
  public let birthHeight: UInt64
  /// Number of transactions, at least 1.
  public let transactionCount: UInt32
  /// Bytes of all transactions, without their length prefixes.
  public let transactionBytes: UInt32
  /// RFC 6962 root over the transactions' bytes.
  public let transactionsRoot: Digest

  public init(
    author: AccountID, incarnation: UInt64, number: UInt64, birthHeight: UInt64,
    transactionCount: UInt32, transactionBytes: UInt32, transactionsRoot: Digest
  ) {
    self.author = author
    self.incarnation = incarnation
    self.number = number
    self.birthHeight = birthHeight
    self.transactionCount = transactionCount
    self.transactionBytes = transactionBytes
    self.transactionsRoot = transactionsRoot
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    author = try AccountID(from: &reader)
    incarnation = try reader.u64("incarnation")
    number = try reader.u64("number")
    birthHeight = try reader.u64("birth height")
    let start = reader.offset
    transactionCount = try reader.u32("transaction count")
    transactionBytes = try reader.u32("transaction bytes")
    guard (1...UInt32(Limits.bundleTransactionsMax)).contains(transactionCount),
      transactionBytes <= UInt32(Limits.bundleBytesMax)
    else { throw BCSError(.invalidValue, field: "bundle size", offset: start) }
    transactionsRoot = try Digest(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    author.encode(into: &writer)
    writer.u64(incarnation)
    writer.u64(number)
    writer.u64(birthHeight)
    writer.u32(transactionCount)
    writer.u32(transactionBytes)
    transactionsRoot.encode(into: &writer)
  }

  /// The bundle's digest: SHA-256 of tag, genesis hash and header.
  public func digest(_ chain: ChainID) -> Digest { SigningDomain.bundle.digest(chain, bcs) }
}
