/// `POST /v1/transactions` and `POST /v1/transactions/states`: what became of each transaction
/// sent, in the order sent.
public struct SubmissionAnswer: Codable, Equatable, Sendable {
  public var transactions: [TransactionAnswer]

  public init(transactions: [TransactionAnswer]) { self.transactions = transactions }
}

/// One transaction's state as far as the request has waited.
public struct TransactionAnswer: Codable, Equatable, Sendable {
  /// How far a transaction has come.
  public enum Status: String, Codable, Sendable {
    /// In this node's pool.
    case pending
    /// In a bundle that f + 1 ER Nodes hold: it ends final or is reported expired. On a full node:
    /// so says the node that `accordingTo` names.
    case accepted
    /// In a final block; see `applied`.
    case final
    /// Not taken, or expired; see `code`.
    case refused
    /// Asked for by id, and not known to this node; another may know it.
    case unknown
  }

  /// Hexadecimal; absent when the bytes are no transaction.
  public var id: String?
  public var status: Status
  /// Of a transaction accepted by the word of another node alone, which is all that a full node can
  /// know of acceptance: that node's address.
  public var accordingTo: String?
  /// Of a final transaction: whether its operations were applied.
  public var applied: Bool?
  /// Of a final transaction: its block.
  public var height: UInt64?
  /// Stable code of what went wrong.
  public var code: String?
  /// The same as a sentence.
  public var message: String?
  /// Of a final transaction: its place in the block, from 0.
  public var index: Int?
  /// What it says; absent in answers to submissions.
  public var transaction: TransactionContents?
  /// Of a final transaction, with `transaction`.
  public var receipt: ReceiptContents?

  public init(
    id: String?, status: Status, accordingTo: String? = nil, applied: Bool? = nil,
    height: UInt64? = nil,
    code: String? = nil, message: String? = nil, index: Int? = nil,
    transaction: TransactionContents? = nil, receipt: ReceiptContents? = nil
  ) {
    self.id = id
    self.status = status
    self.accordingTo = accordingTo
    self.applied = applied
    self.height = height
    self.code = code
    self.message = message
    self.index = index
    self.transaction = transaction
    self.receipt = receipt
  }
}

/// Any request that fails as a whole: problem details (RFC 9457), with a stable code.
public struct ErrorAnswer: Codable, Equatable, Sendable {
  /// A reference for the kind of problem: `/v1/problems/{code}`.
  public var type: String
  /// What went wrong, the same for every case of this kind.
  public var title: String
  /// The HTTP status.
  public var status: Int
  /// What went wrong here, and what to do.
  public var detail: String
  /// Stable code of the kind.
  public var code: String

  public init(title: String, status: Int, detail: String, code: String) {
    type = "/v1/problems/\(code)"
    self.title = title
    self.status = status
    self.detail = detail
    self.code = code
  }
}
