public import LedgerCore
public import NodeAnswers

/// What the API asks of the node behind it; nothing here can write but by a signed transaction.
public protocol NodeService: CarbonService, DelegationService {
  /// The text form of addresses on this network.
  var isTestNetwork: Bool { get }
  func status() async -> StatusAnswer
  /// Changes whenever a status is not to be handed out any more: with each final block, view and
  /// mode; counters alone do not change it. Nil when that is not known, and each status is made
  /// anew.
  var statusVersion: UInt64? { get }
  /// The final block at a height, or the latest for nil; nil when there is none.
  func block(_ height: UInt64?) async throws(NodeServiceError) -> BlockAnswer?
  func account(_ id: AccountID) async throws(NodeServiceError) -> AccountAnswer
  /// Hands transactions to the node and waits as asked; one state for each, in order.
  func submit(_ transactions: [ArraySlice<UInt8>], wait: SubmissionWait) async -> SubmissionAnswer
  /// Where transactions stand, by their ids, in order; nil for one this node does not know: never
  /// seen, or final before what it remembers.
  func transactions(_ ids: [Digest]) async -> [TransactionAnswer?]
  /// A transaction with its contents, from this node's memory or its history; nil when unknown.
  func transaction(_ id: Digest) async throws(NodeServiceError) -> FoundTransaction?
  /// An account's latest final transactions, newest first: those it sent, paid for, or is named in.
  /// - Parameter before: only those before this place; nil for the newest.
  func history(of account: AccountID, before: TransactionPlace?, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]
  /// A final block with its certificate and bytes; nil when not final here yet.
  func contents(of height: UInt64) async throws(NodeServiceError) -> BlockContents?
  /// Transactions of a final block from place `index` on in execution order, at most `limit`, each
  /// with contents and receipt; empty behind the last one, nil when the block is not final here
  /// yet. A block may hold 100,000 of them: nobody gets all at once.
  func transactions(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [TransactionAnswer]?
  /// Receipts of a final block from place `index` on in execution order, at most `limit`; empty
  /// behind the last one, nil when the block is not final here yet.
  func receipts(of height: UInt64, from index: Int, limit: Int)
    async throws(NodeServiceError) -> [Receipt]?
  /// Final blocks from `height` downwards, at most `limit`.
  func blocks(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [BlockAnswer]
  /// The height of the last final block once it is above `height`: waits, until the task is
  /// cancelled or the node stops.
  func finalHeight(above height: UInt64) async throws(NodeServiceError) -> UInt64
  /// An account's record in the last certified state, with its proof.
  func accountProof(_ id: AccountID) async throws(NodeServiceError) -> ProofAnswer
  /// The record at a raw key in the last certified state, or that there is none, with its proof.
  func recordProof(_ key: [UInt8]) async throws(NodeServiceError) -> ProofAnswer
  /// A bundle this node holds, with its bytes; nil when unknown.
  func bundle(_ digest: Digest) async throws(NodeServiceError) -> (BundleAnswer, bytes: [UInt8])?
  func validators() async throws(NodeServiceError) -> ValidatorsAnswer
  /// How the set changed, by the changes whose last block is above a height, ascending and without
  /// a gap from the set that decides the height after it; at most `limit`.
  func setChanges(after height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [SetChangeAnswer]
  /// - Parameter turns: heights from the next on, 1 … `ScheduleFormat.turnsMax`.
  func schedule(turns: Int) async throws(NodeServiceError) -> ScheduleAnswer
  /// Recorded offences below a number, or the newest for nil, newest first, at most `limit`.
  func offences(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [OffenceAnswer]
  func mempool() async -> MempoolAnswer
  func genesis() -> (GenesisAnswer, bytes: [UInt8])
  func parameters() async throws(NodeServiceError) -> ParametersAnswer
  /// What a transaction with this body and so many signatures would be charged in the next block,
  /// fees for first records included.
  func estimate(_ body: TransactionBody, signatureCount: Int)
    async throws(NodeServiceError) -> EstimateAnswer
  /// Carbon statements of final blocks from `height` downwards.
  func statements(downFrom height: UInt64, limit: Int)
    async throws(NodeServiceError) -> [StatementAtHeight]
  /// The text exposition of the node's metrics.
  func metrics() -> String
}

extension NodeService {
  public var statusVersion: UInt64? { nil }
}

/// A transaction's place in the chain.
public struct TransactionPlace: Hashable, Comparable, Sendable {
  public let height: UInt64
  /// From 0 in execution order.
  public let index: Int

  public init(height: UInt64, index: Int) {
    self.height = height
    self.index = index
  }

  public static func < (one: TransactionPlace, other: TransactionPlace) -> Bool {
    (one.height, one.index) < (other.height, other.index)
  }
}

/// A transaction as an answer and as its bytes.
public struct FoundTransaction: Sendable {
  public let answer: TransactionAnswer
  /// Absent when this node knows only how it ended.
  public let bytes: [UInt8]?

  public init(answer: TransactionAnswer, bytes: [UInt8]?) {
    self.answer = answer
    self.bytes = bytes
  }
}

/// One final block without its transactions.
public struct BlockContents: Sendable {
  public let block: BlockAnswer
  public let certificate: CertificateAnswer
  /// The header, the block (header and runs) and the certificate in BCS.
  public let headerBytes: [UInt8]
  public let blockBytes: [UInt8]
  public let certificateBytes: [UInt8]

  public init(
    block: BlockAnswer, certificate: CertificateAnswer, headerBytes: [UInt8], blockBytes: [UInt8],
    certificateBytes: [UInt8]
  ) {
    self.block = block
    self.certificate = certificate
    self.headerBytes = headerBytes
    self.blockBytes = blockBytes
    self.certificateBytes = certificateBytes
  }
}

/// How far a submission waits before it is answered.
public enum SubmissionWait: String, Sendable, CaseIterable {
  case pending
  case accepted
  case final
}

/// Why the node cannot answer now.
public enum NodeServiceError: Error, Sendable {
  /// The node is shutting down, has stopped for a fault of its own, or has no room for a request.
  case unavailable
  /// Too many others ask for what takes long.
  case busy
  /// This node keeps no history (its configuration says so).
  case noHistory
  /// The block of this height was removed; those from `oldest` on are kept.
  case notKept(height: UInt64, oldest: UInt64)
  /// The change of set that came after this height is lost here with its block.
  case changesNotKept(after: UInt64)
  /// What was asked for cannot be read.
  case storeFailed(String)
}
