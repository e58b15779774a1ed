/// Verified transactions of one author, as they travel and are stored (protocol §4).
///
/// Layout: header, signature of the author's consensus key, count, then each transaction with its
/// length. A bundle is a view over those bytes.
public struct Bundle: Sendable {
  /// The exact bytes.
  public let bytes: ArraySlice<UInt8>
  public let header: BundleHeader
  public let signature: Signature
  public let transactions: [Transaction]

  /// Decodes bytes that must be one bundle whose header agrees with its transactions in number,
  /// bytes and root. Signatures are not checked here.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    var reader = unsafe BCSReader(bytes.span.bytes)
    header = try BundleHeader(from: &reader)
    signature = try Signature(from: &reader)
    let start = reader.offset
    let count = try reader.length(in: 1...Limits.bundleTransactionsMax, "transactions")
    var list: [Transaction] = []
    list.reserveCapacity(Swift.min(count, reader.remaining / 128 + 1))
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(list.capacity)
    var byteCount = 0
    for _ in 0..<count {
      let length = try reader.length(in: 1...Limits.reportBytesMax, "transaction")
      let range = try reader.skip(length, "transaction")
      byteCount += length
      let base = bytes.startIndex
      let place = base + range.lowerBound..<base + range.upperBound
      list.append(try Transaction(decoding: bytes[place]))
      ranges.append(place)
    }
    try reader.finish("bundle")
    guard count == Int(header.transactionCount), byteCount == Int(header.transactionBytes),
      MerkleTree.root(of: bytes, leaves: ranges) == header.transactionsRoot
    else { throw BCSError(.invalidValue, field: "bundle contents", offset: start) }
    transactions = list
    self.bytes = bytes
  }

  /// Assembles the bytes of a bundle whose header has been signed.
  public init(header: BundleHeader, signature: Signature, transactions: [Transaction]) {
    var writer = BCSWriter(reserving: Int(header.transactionBytes) + 4 * transactions.count + 256)
    header.encode(into: &writer)
    signature.encode(into: &writer)
    writer.length(transactions.count)
    for transaction in transactions { writer.byteString(transaction.bytes) }
    bytes = writer.bytes[...]
    self.header = header
    self.signature = signature
    self.transactions = transactions
  }
}
