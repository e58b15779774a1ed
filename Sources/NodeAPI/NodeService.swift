public import LedgerCore
public import NodeAnswers

/// What the API asks of the node behind it; nothing here can write but by a signed transaction.
public protocol NodeService: Sendable {
  /// The text form of addresses on this network.
  var isTestNetwork: Bool { get }
  func status() async -> StatusAnswer
  /// The final block at a height, or the latest for nil; nil when there is none.
  func block(_ height: UInt64?) async throws(NodeServiceError) -> BlockAnswer?
  func account(_ id: AccountID) async throws(NodeServiceError) -> AccountAnswer
  /// Hands transactions to the node and waits as asked; one state for each, in order.
  func submit(_ transactions: [ArraySlice<UInt8>], wait: SubmissionWait) async -> SubmissionAnswer
  /// Where transactions stand, by their ids, in order; nil for one this node does not know: never
  /// seen, or final before what it remembers.
  func transactions(_ ids: [Digest]) async -> [TransactionAnswer?]
  /// The text exposition of the node's metrics.
  func metrics() -> String
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
  /// What was asked for cannot be read.
  case storeFailed(String)
}
