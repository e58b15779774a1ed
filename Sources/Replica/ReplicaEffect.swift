public import CatchUp
public import Consensus
public import Dissemination
public import LedgerCore
public import LedgerRules
public import LedgerState

/// Everything a replica wants done. Effects are carried out in their order.
public enum ReplicaEffect: Sendable {
  case send([UInt8], on: MessageChannel, to: AccountID)
  /// To every connected peer; not to followers.
  case broadcast([UInt8], on: MessageChannel)
  /// To every follower.
  case announce([UInt8])
  /// Verify; answer `.verified`. Urgent ones are votes: few, and somebody waits.
  case verify(VerificationToken, [SignatureCheck], isUrgent: Bool)
  /// Sync the watermark, sign with that key of this node's; answer `.voteSigned` or `.voteRefused`.
  case signVote(VoteStatement, member: UInt16, key: PublicKey)
  /// Answer `.bundleSigned`.
  case signBundle(BundleHeader, key: PublicKey)
  /// Sign a member's report with the consensus key; answer `.reportSigned`.
  case signReport(TransactionBody, key: PublicKey)
  /// Say, signed with this key, that this candidate's node is ready for a term: with a key that was
  /// made for it, and is on the disk; answer `.declared`.
  case declareReady(term: UInt64, validUntil: UInt64, key: PublicKey)
  /// Keep, synced, in place of an earlier one; answer `.preparedStored`.
  case storePrepared(token: UInt64, height: UInt64, [UInt8])
  /// Keep, synced; answer `.bundlesStored`.
  case storeBundles(token: UInt64, [Bundle])
  case discardBundles([Digest])
  /// Append and sync; answer `.blockLogged`.
  indirect case appendBlock(LoggedBlock)
  /// Write to LMDB in one transaction; answer `.flushed`. One at a time is outstanding.
  case flush(FlushBatch)
  /// Read blocks from the log and send them to the peer as `CatchUpMessage.blocks`.
  case serveBlocks(from: UInt64, count: Int, to: AccountID)
  /// Send the peer `.decided` of a height from the log.
  case serveDecided(height: UInt64, withBlock: Bool, to: AccountID)
  case answer(SubmissionAnswer)
  /// Submitted here, and now acknowledged by f + 1 ER Nodes.
  case accepted([Digest])
  /// Submitted to this full node, and accepted by the word of a node it follows.
  case saidAccepted([Digest], by: AccountID)
  /// Submitted here, and over without a block.
  case ended([EndedTransaction])
  /// A block is final.
  indirect case finalised(FinalBlock)
  /// Send `.tick` at this time, milliseconds since 1970. Replaces the wake before.
  case wake(at: UInt64)
  case report(ReplicaNote)
  /// The replica has stopped: nothing it says after this may be trusted.
  case halt(ReplicaFailure)
}

/// What the block log keeps of a block.
public struct LoggedBlock: Sendable {
  public let decided: DecidedBlock
  public let receipts: [Receipt]

  public init(decided: DecidedBlock, receipts: [Receipt]) {
    self.decided = decided
    self.receipts = receipts
  }

  /// Decodes what the log keeps: a decided block's bytes, and its receipts' as a list.
  public init(block: ArraySlice<UInt8>, receipts: ArraySlice<UInt8>) throws(BCSError) {
    decided = try DecidedBlock(decoding: block)
    var reader = unsafe BCSReader(receipts.span.bytes)
    self.receipts = try reader.list(in: 0...Limits.blockBytesMax / 128, "receipts")
    try reader.finish("receipts")
  }

  /// The receipts as the log keeps them.
  public var receiptsBytes: [UInt8] {
    var writer = BCSWriter(reserving: receipts.count * 80 + 8)
    writer.list(receipts)
    return writer.bytes
  }
}

/// The writes of one or more final blocks, merged: what LMDB gets in one transaction.
public struct FlushBatch: Sendable {
  /// The height after which the store stands.
  public let height: UInt64
  public let root: Digest
  /// Each key once, ascending by path.
  public let writes: StateWrites

  public init(height: UInt64, root: Digest, writes: StateWrites) {
    self.height = height
    self.root = root
    self.writes = writes
  }

  /// The same without what is known of keys and values.
  public var changes: [StateChange] { writes.changes }
}

/// A final block and what its execution gave.
public struct FinalBlock: Sendable {
  public let decided: DecidedBlock
  public let hash: Digest
  public let receipts: [Receipt]
  public let roots: StateRoots
  public let statement: CarbonStatement
  /// Milliseconds from the slot's start until this node held the certificate; nil when it caught
  /// up.
  public let certifiedAfterMilliseconds: UInt64?
  /// The set that decided it.
  public let set: ValidatorSet
  /// The set that decides the height after the next.
  public let followingSet: ValidatorSet
  /// The member that was to propose it first.
  public let firstPrimary: AccountID?

  public init(
    decided: DecidedBlock, hash: Digest, receipts: [Receipt], roots: StateRoots,
    statement: CarbonStatement, certifiedAfterMilliseconds: UInt64?, set: ValidatorSet,
    followingSet: ValidatorSet, firstPrimary: AccountID?
  ) {
    self.decided = decided
    self.hash = hash
    self.receipts = receipts
    self.roots = roots
    self.statement = statement
    self.certifiedAfterMilliseconds = certifiedAfterMilliseconds
    self.set = set
    self.followingSet = followingSet
    self.firstPrimary = firstPrimary
  }
}

/// What operators and metrics should know.
public enum ReplicaNote: Sendable {
  case consensus(ConsensusNote)
  case mode(CatchUpMode)
  case progress(CatchUpProgress)
  case distrust(AccountID, CatchUpLie)
  case bundleOffence(BundleOffence)
  /// This node holds new evidence against a member, and reports it.
  case offenceFound(Evidence, by: AccountID)
  /// A final block has recorded an offence.
  case offenceRecorded(RecordedOffence)
  /// A frame that is no message.
  case malformedFrame(from: AccountID, BCSError)
  /// A message of a kind that this sender may not send: nothing was done with it.
  case outOfPlace(from: AccountID)
  /// A follower relayed what an honest full node refuses by its bytes alone.
  case misbehaved(AccountID, TransactionFault)
  /// A proposal this node finds invalid.
  case invalidProposal(Digest, reason: String)
  /// The height at work has come a step further.
  case round(RoundStep, height: UInt64, view: UInt64, atMilliseconds: UInt64)
}

/// The steps of a height at work that are timed.
public enum RoundStep: Hashable, Sendable {
  /// A valid proposal was taken up; may be reported again for the same view.
  case proposal(author: AccountID, timestamp: UInt64)
  /// A quorum of PREPAREs is here.
  case prepared
  /// The commit certificate is here.
  case certified
}

/// Why a replica stops.
public enum ReplicaFailure: Error, Sendable {
  /// State could not be read, or is not what the rules wrote.
  case state(String)
  /// A certified block gives another root here: this node's state or release is wrong.
  case diverged(height: UInt64, certified: Digest, own: Digest?)
  /// A certified block cannot be executed here.
  case invalidCertifiedBlock(height: UInt64, reason: String)
}
