public import LedgerCore

/// What the catch-up machine wants done. A token is answered by one event.
public enum CatchUpEffect: Sendable {
  case send(CatchUpMessage, to: AccountID)
  /// To every connected peer that is no follower.
  case broadcast(CatchUpMessage)
  /// To every follower.
  case announce(CatchUpMessage)
  /// Verify, answer with `.checked`.
  case check(token: UInt64, [SignatureCheck])
  /// Execute this block, the next one, whose certificate is verified and whose bundles are those it
  /// names; answer with `.decided` or `.applyFailed`.
  indirect case apply(DecidedBlock)
  /// Read up to `count` blocks from the log, from this height on, and send them to the peer as
  /// `CatchUpMessage.blocks`, ending with the one that reaches `CatchUpLimits.answerBytesTarget`.
  case serve(from: UInt64, count: Int, to: AccountID)
  /// Whether this node may vote and run timers; sent at the start and at each change.
  case mode(CatchUpMode)
  case report(CatchUpProgress)
  /// A peer lied; for the log, and for the shell to count.
  case distrust(AccountID, CatchUpLie)
  /// Send `.tick` at this time. Replaces an earlier, later wake.
  case wake(at: UInt64)
}

/// Where a node stands with the chain (protocol §5).
public enum CatchUpMode: Hashable, Sendable {
  /// It neither votes nor runs timers.
  case catchingUp(CatchUpReason)
  /// It is at the tip, runs timers, and votes at heights from `mayVoteFrom` on.
  case following(mayVoteFrom: UInt64, VotingPause?)
  /// Its execution reached another root than the certified one: it stops and says so.
  case diverged(height: UInt64)
}

/// Why a node is catching up.
public enum CatchUpReason: Hashable, Sendable {
  /// It does not know enough members' tips: `known` of `quorum`, itself included; a full node: the
  /// tip of none of those it follows.
  case tipsUnknown(known: Int, quorum: Int)
  /// A higher block is final, or said to be.
  case behind(target: UInt64)
}

/// Why a node that follows does not vote yet.
public enum VotingPause: Hashable, Sendable {
  /// Its vote log is missing: it could sign what it has already contradicted.
  case voteLogMissing
  /// A peer holds a vote of this node above the watermark of its vote log: the log is old.
  case voteAboveWatermark(VotePosition)
  /// It is a full node: it has no vote.
  case fullNode
}

/// What a peer lied about.
public enum CatchUpLie: Hashable, Sendable {
  /// Bytes that are no block, or a block that was not asked for.
  case notTheBlock(height: UInt64)
  /// A certificate that is none.
  case badCertificate(height: UInt64)
  /// A vote that this node has not signed: of a height whose set is known.
  case forgedVote
  /// It said it was at this height and handed out no block.
  case emptyPromise(height: UInt64)
}

/// How far catching up is.
public struct CatchUpProgress: Hashable, Sendable {
  public let height: UInt64
  public let target: UInt64
  /// Blocks applied per 1,000 seconds, since catching up began; 0 while unknown.
  public let blocksPerKilosecond: UInt64
  /// Milliseconds left at that rate; nil while unknown.
  public let millisecondsLeft: UInt64?

  public init(
    height: UInt64, target: UInt64, blocksPerKilosecond: UInt64, millisecondsLeft: UInt64?
  ) {
    self.height = height
    self.target = target
    self.blocksPerKilosecond = blocksPerKilosecond
    self.millisecondsLeft = millisecondsLeft
  }
}
