public import LedgerCore

/// Why something asked of the network was not answered as asked; each description says what to do.
public enum ClientError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Nothing listens there, or the network does not reach it.
  case unreachable(NodeAddress, reason: String)
  /// The connection ended before the answer was whole.
  case connectionClosed
  /// The time given to a call was over first.
  case timedOut(milliseconds: Int64)
  /// The task that asked was cancelled.
  case cancelled
  /// More requests wait for a node than it can have connections.
  case tooManyRequests
  /// The node answered with an error: HTTP status, stable code, sentence, and when it wants to be
  /// asked again, if it says so (`Retry-After`).
  case refused(status: Int, code: String, sentence: String, retryAfterSeconds: Int? = nil)
  /// The answer is not what this protocol says.
  case malformedAnswer(String)
  /// No node of several gave an answer: why each did not, in the order asked.
  case noNode([NodeFailure])
  /// The nodes are of another chain than the one asked for, or of several.
  case wrongChain(NodeAddress, found: String, expected: String)
  /// The transaction is not taken, or has expired: it will not be in a block.
  case transactionRefused(id: Digest?, code: String, sentence: String)
  /// The transaction is in a final block, and its operations were not applied.
  case transactionFailed(id: Digest, height: UInt64, code: String, sentence: String)
  /// The time was over before the transaction was as far as asked; it may still get there.
  case outcomeUnknown(id: Digest, validUntil: UInt64)
  /// So many of the account's transactions are under way that the next sequence would lie outside
  /// the window.
  case tooManyUnderWay(AccountID)
  /// The transaction cannot be built.
  case draft(DraftFault)
  /// What the nodes showed was not proved: by no node that was asked.
  case notProved([NodeFailure])

  public var description: String {
    switch self {
    case .unreachable(let node, let reason):
      "No node answers at \(node): \(reason). Does one run there, and is that its API's address?"
    case .connectionClosed: "The node closed the connection before it had answered; try again."
    case .timedOut(let milliseconds):
      "No answer came within \(milliseconds) ms; try again, give more time, or ask another node."
    case .cancelled: "The request was cancelled."
    case .tooManyRequests:
      "Too many requests wait for one node; wait for some of them before asking for more."
    case .refused(_, let code, let sentence, _): "\(sentence) [\(code)]"
    case .malformedAnswer(let what):
      "The node's answer could not be understood (\(what)); are client and node of one release?"
    case .noNode(let failures): Self.list("No node answered.", failures)
    case .wrongChain(let node, let found, let expected):
      "The node at \(node) is of chain \(found), not \(expected); name nodes of one network."
    case .transactionRefused(_, let code, let sentence): "\(sentence) [\(code)]"
    case .transactionFailed(let id, let height, let code, let sentence):
      "Transaction \(id) is in block \(height) and was not applied: \(sentence) [\(code)]"
    case .outcomeUnknown(let id, let validUntil):
      "What became of transaction \(id) is not known yet: it can still be in a block up to height "
        + "\(validUntil). Ask for its id, or submit the same bytes again; that is safe."
    case .tooManyUnderWay(let account):
      "Account \(account.hex) has \(Limits.sequenceLeadMax) sequences under way; wait until some "
        + "of its transactions are final."
    case .draft(let fault): "\(fault)"
    case .notProved(let failures): Self.list("No node proved its answer.", failures)
    }
  }

  private static func list(_ first: String, _ failures: [NodeFailure]) -> String {
    ([first] + failures.map { "\($0.node): \($0.reason)" }).joined(separator: "\n  ")
  }

  /// Whether another node, or the same one later, may well answer.
  var isOfNode: Bool {
    switch self {
    case .unreachable, .connectionClosed, .timedOut, .tooManyRequests, .malformedAnswer: true
    case .refused(let status, _, _, _): status >= 500 || status == 429 || status == 408
    default: false
    }
  }

  /// For how long a node does not want to be asked; within the client's bound.
  var retryAfterMilliseconds: Int64 {
    guard case .refused(_, _, _, let seconds?) = self else { return 0 }
    return min(
      Int64(clamping: max(0, seconds)), ClientLimits.retryAfterMillisecondsMax / 1_000) * 1_000
  }
}

/// A node and why it gave no answer that could be used.
public struct NodeFailure: Hashable, Sendable {
  public let node: NodeAddress
  public let reason: String

  public init(node: NodeAddress, reason: String) {
    self.node = node
    self.reason = reason
  }

  init(_ node: NodeAddress, _ error: ClientError) {
    switch error {
    case .unreachable(_, let reason): self.init(node: node, reason: reason)
    default: self.init(node: node, reason: "\(error)")
    }
  }
}

/// What a draft of a transaction lacks, or has too much of.
public enum DraftFault: Error, Hashable, Sendable, CustomStringConvertible {
  case noOperations
  case tooManyOperations(Int)
  case validityTooLong(heights: UInt64)
  /// An amount would leave the range of 128 bits.
  case overflow
  /// The sponsor signs too, when there is one; and only then.
  case sponsorSignature
  /// No key signs, or more than an account can have.
  case signerCount(Int)
  /// One key twice.
  case signerTwice(PublicKey)
  /// A signature was made by none of the keys the account has, or is not over this body.
  case badSignature(PublicKey)
  /// It is longer than a transaction may be.
  case tooLong

  public var description: String {
    switch self {
    case .noOperations: "The transaction asks for nothing; add an operation."
    case .tooManyOperations(let count):
      "The transaction has \(count) operations; at most \(Limits.operationsMax) go into one."
    case .validityTooLong(let heights):
      "It would be valid for \(heights) heights; at most \(Limits.validityHeightsMax) are allowed."
    case .overflow: "An amount would leave the range of 128 bits."
    case .sponsorSignature: "The sponsor signs when there is one, and only then."
    case .signerCount(let count): "\(count) keys sign; 1 to \(Limits.keysMax) can."
    case .signerTwice(let key): "The key \(key.hex) signs twice."
    case .badSignature(let key): "The signature of key \(key.hex) is not over this transaction."
    case .tooLong:
      "The transaction is longer than \(Limits.transactionBytesMax) bytes; send several."
    }
  }
}
