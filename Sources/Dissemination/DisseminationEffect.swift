public import LedgerCore

/// What a disseminator wants done. Effects are in order; a token is answered by one event.
public enum DisseminationEffect: Sendable {
  /// Judge each transaction against the last decided state (expired, replayed, payable …), answer
  /// with `.prechecked`. Cheap reads only; signatures are not checked here.
  case precheck(token: UInt64, [PrecheckCandidate])
  /// Verify, answer with `.checked`. All that arrived while the last check ran comes as one batch.
  case check(token: UInt64, [SignatureCheck])
  /// Sign with this node's consensus key, answer with `.bundleSigned`.
  case signBundle(BundleHeader)
  /// Write and sync, answer with `.stored`. No acknowledgement leaves before.
  case store(token: UInt64, [Bundle])
  /// These stored bundles are in the block log or have ended: their disk space may be reused.
  case discard([Digest])
  case send(DisseminationMessage, to: AccountID)
  /// The same to several peers: encoded once.
  case multicast(DisseminationMessage, to: [AccountID])
  /// To every connected peer that is no follower.
  case broadcast(DisseminationMessage)
  /// The answer to one submitted transaction; each gets exactly one.
  case answer(SubmissionAnswer)
  /// Transactions submitted here that are now in a bundle which f + 1 ER Nodes acknowledge.
  case accepted([Digest])
  /// Transactions submitted to this full node that a node it follows says are accepted: its word,
  /// and no more.
  case saidAccepted([Digest], by: AccountID)
  /// A follower relayed what an honest full node refuses by its bytes alone.
  case misbehaved(AccountID, TransactionFault)
  /// Transactions submitted here that end without a block: expired, or used up by another.
  case ended([EndedTransaction])
  /// Needed bundles that are held, verified and stored now.
  case available([Digest])
  /// Needed bundles that never can be used: a transaction in them is badly signed.
  case unusable([Digest])
  /// Proof of an author's offence.
  case misbehaviour(BundleOffence)
  /// Send `.tick` at this time. Replaces an earlier, later wake.
  case wake(at: UInt64)
}

/// A transaction whose standing with the state is asked for.
public struct PrecheckCandidate: Sendable {
  public let id: Digest
  public let transaction: Transaction

  public init(id: Digest, transaction: Transaction) {
    self.id = id
    self.transaction = transaction
  }
}

/// What a submitter is told.
public struct SubmissionAnswer: Hashable, Sendable {
  /// What became of a submission.
  public enum Status: Hashable, Sendable {
    /// In this node's pool: well-signed, and payable when it was looked at.
    case pending
    /// Not taken.
    case refused(TransactionFault)
  }

  public let ticket: UInt64
  /// The transaction's place in the submission.
  public let index: Int
  /// Nil when the bytes are no transaction.
  public let id: Digest?
  public let status: Status

  public init(ticket: UInt64, index: Int, id: Digest?, status: Status) {
    self.ticket = ticket
    self.index = index
    self.id = id
    self.status = status
  }
}

/// A transaction that ends without a block, and why.
public struct EndedTransaction: Hashable, Sendable {
  public let id: Digest
  public let fault: TransactionFault

  public init(id: Digest, fault: TransactionFault) {
    self.id = id
    self.fault = fault
  }
}

/// A bundle header and its author's valid signature.
public struct SignedBundleHeader: Hashable, Sendable {
  public let header: BundleHeader
  public let signature: Signature

  public init(header: BundleHeader, signature: Signature) {
    self.header = header
    self.signature = signature
  }
}

/// What proves that an author broke the rules of bundles (protocol §4).
public enum BundleOffence: Hashable, Sendable {
  /// Two different bundles under one number.
  case equivocation(SignedBundleHeader, SignedBundleHeader)
  /// A bundle with a badly signed transaction: its bytes, and the proof that they are a leaf under
  /// the header's root.
  case badlySigned(SignedBundleHeader, transaction: [UInt8], proof: InclusionProof)
}
