public import LedgerCore
import NodeAnswers

/// How far a transaction has come.
public struct TransactionOutcome: Hashable, Sendable {
  public enum State: Hashable, Sendable {
    /// In a node's pool, or on its way there.
    case pending
    /// In a bundle that f + 1 ER Nodes hold: it ends final or is reported expired.
    case accepted
    /// In a final block, and all its operations were applied.
    case applied(height: UInt64)
    /// In a final block, and none of its operations was applied.
    case notApplied(height: UInt64, Reason)
    /// Not taken, or expired: it will not be in a block.
    case refused(Reason)
    /// No node that answered knows it.
    case unknown
  }

  /// A stable code, and the same as a sentence.
  public struct Reason: Hashable, Sendable {
    public let code: String
    public let sentence: String

    public init(code: String, sentence: String) {
      self.code = code
      self.sentence = sentence
    }

    /// The fault that the code names; nil for one a newer release has.
    public var fault: TransactionFault? { TransactionFault.allCases.first { $0.code == code } }
  }

  public let id: Digest
  public let state: State
  /// Of one that is accepted by another node's word alone, which is all that a full node can know
  /// of acceptance: that node's address.
  public let accordingTo: String?

  public init(id: Digest, state: State, accordingTo: String? = nil) {
    self.id = id
    self.state = state
    self.accordingTo = accordingTo
  }

  /// What a node's answer says of the transaction that was asked for.
  init(_ answer: TransactionAnswer, of id: Digest) throws(ClientError) {
    if let said = answer.id, said != id.hex { throw .malformedAnswer("it is of another id") }
    let code = answer.code.map { String($0.prefix(64)) } ?? "unknown"
    let sentence = answer.message.map { String($0.prefix(ClientLimits.sentenceCharactersMax)) }
    let reason = Reason(code: code, sentence: sentence ?? "No reason was given.")
    switch answer.status {
    case .pending: self.init(id: id, state: .pending)
    case .accepted:
      let teller = answer.accordingTo.map { String($0.prefix(ClientLimits.addressCharactersMax)) }
      self.init(id: id, state: .accepted, accordingTo: teller)
    case .refused: self.init(id: id, state: .refused(reason))
    case .unknown: self.init(id: id, state: .unknown)
    case .final:
      guard let height = answer.height, let applied = answer.applied else {
        throw .malformedAnswer("a final transaction has no height")
      }
      self.init(
        id: id, state: applied ? .applied(height: height) : .notApplied(height: height, reason))
    }
  }

  /// The block it is in.
  public var height: UInt64? {
    switch state {
    case .applied(let height), .notApplied(let height, _): height
    case .pending, .accepted, .refused, .unknown: nil
    }
  }

  /// Whether nothing can change it any more.
  public var isEnded: Bool {
    switch state {
    case .applied, .notApplied, .refused: true
    case .pending, .accepted, .unknown: false
    }
  }

  /// Whether it is as far as asked, or ended.
  func hasReached(_ wait: NodeClient.Wait) -> Bool {
    switch (state, wait) {
    case (.applied, _), (.notApplied, _), (.refused, _): true
    case (.accepted, .pending), (.accepted, .accepted), (.pending, .pending): true
    case (.accepted, .final), (.pending, .accepted), (.pending, .final), (.unknown, _): false
    }
  }
}
