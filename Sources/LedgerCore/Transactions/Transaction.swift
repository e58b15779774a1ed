/// A signed transaction: a view over the bytes that arrived, and what they say.
///
/// The bytes are never encoded again on the way from the client to the log: the same ones are
/// hashed, verified, bundled and stored. Layout: body, then the sender's authorizations, then the
/// sponsor's.
public struct Transaction: Sendable {
  /// The exact bytes.
  public let bytes: ArraySlice<UInt8>
  /// How many of them are the body: what is signed and hashed to the id.
  public let bodyByteCount: Int
  public let body: TransactionBody
  /// 1 … `Limits.keysMax`, keys strictly ascending.
  public let senderAuthorizations: [Authorization]
  /// Empty exactly when there is no sponsor; keys strictly ascending.
  public let sponsorAuthorizations: [Authorization]

  /// Decodes bytes that must be one transaction, at most `Limits.transactionBytesMax` long, or
  /// `Limits.reportBytesMax` where it reports a bad bundle. Keeps the slice; copies of it nothing
  /// but evidence.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    try Self.check(bytes.count, max: Limits.reportBytesMax)
    var reader = unsafe BCSReader(bytes.span.bytes)
    body = try TransactionBody(from: &reader)
    bodyByteCount = reader.offset
    senderAuthorizations = try Self.authorizations(
      from: &reader, in: 1...Limits.keysMax, "sender authorizations")
    let sponsorRange = body.sponsor == nil ? 0...0 : 1...Limits.keysMax
    sponsorAuthorizations = try Self.authorizations(
      from: &reader, in: sponsorRange, "sponsor authorizations")
    try reader.finish("transaction")
    if !body.reportsBundle { try Self.check(bytes.count, max: Limits.transactionBytesMax) }
    self.bytes = bytes
  }

  private static func check(_ count: Int, max: Int) throws(BCSError) {
    guard count > max else { return }
    throw BCSError(
      .lengthOutOfRange(length: UInt64(count), min: 1, max: max), field: "transaction", offset: 0)
  }

  /// Assembles the bytes of a body and its authorizations, which are sorted by key.
  public init(
    body: TransactionBody, senderAuthorizations: [Authorization],
    sponsorAuthorizations: [Authorization] = []
  ) throws(BCSError) {
    var writer = BCSWriter(reserving: 512)
    body.encode(into: &writer)
    writer.list(senderAuthorizations.sorted { $0.key < $1.key })
    writer.list(sponsorAuthorizations.sorted { $0.key < $1.key })
    try self.init(decoding: writer.bytes[...])
  }

  private static func authorizations(
    from reader: inout BCSReader, in range: ClosedRange<Int>, _ field: String
  ) throws(BCSError) -> [Authorization] {
    let start = reader.offset
    let list = try reader.list(of: Authorization.self, in: range, field)
    guard zip(list, list.dropFirst()).allSatisfy({ $0.key < $1.key }) else {
      throw BCSError(.unsorted, field: field, offset: start)
    }
    return list
  }

  /// The bytes of the body: with tag and genesis hash before them, what is signed.
  public var bodyBytes: ArraySlice<UInt8> { bytes.prefix(bodyByteCount) }

  /// The id: SHA-256 of tag, genesis hash and body. Signatures do not enter it.
  public func id(_ chain: ChainID) -> Digest {
    SigningDomain.transaction.digest(chain, bodyBytes)
  }

  /// The ids of transactions, in their order: hashed together, they cost half as much or less.
  public static func ids(of transactions: [Transaction], chain: ChainID) -> [Digest] {
    SHA256.hashes(
      prefix: SigningDomain.transaction.prefix(chain), of: transactions.map(\.bodyBytes))
  }

  /// How many signatures the transaction carries.
  public var signatureCount: Int { senderAuthorizations.count + sponsorAuthorizations.count }

  /// The byte offsets, within `bytes`, of each authorization's key; its signature follows at +32.
  public var authorizationOffsets: [Int] {
    let size = 96
    let sponsorStart = bytes.count - sponsorAuthorizations.count * size
    // One ULEB128 byte holds either count, since `keysMax` < 128.
    let senderStart = sponsorStart - 1 - senderAuthorizations.count * size
    return senderAuthorizations.indices.map { senderStart + $0 * size }
      + sponsorAuthorizations.indices.map { sponsorStart + $0 * size }
  }
}
