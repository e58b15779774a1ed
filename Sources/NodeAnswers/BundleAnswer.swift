/// `GET /v1/bundles/{digest}`: one bundle of transactions.
public struct BundleAnswer: Codable, Equatable, Sendable {
  public var digest: String
  /// Address of the ER Node that sealed it.
  public var author: String
  public var incarnation: UInt64
  public var number: UInt64
  public var birthHeight: UInt64
  /// RFC 6962 root of its transactions.
  public var transactionsRoot: String
  public var signature: String
  /// The final block that names it, when one does.
  public var height: UInt64?
  /// Ids, in order.
  public var transactions: [String]

  public init(
    digest: String, author: String, incarnation: UInt64, number: UInt64, birthHeight: UInt64,
    transactionsRoot: String, signature: String, height: UInt64? = nil, transactions: [String]
  ) {
    self.digest = digest
    self.author = author
    self.incarnation = incarnation
    self.number = number
    self.birthHeight = birthHeight
    self.transactionsRoot = transactionsRoot
    self.signature = signature
    self.height = height
    self.transactions = transactions
  }
}
