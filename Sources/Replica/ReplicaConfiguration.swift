public import Consensus
public import LedgerCore
public import LedgerState

/// What a replica is told once.
public struct ReplicaConfiguration: Sendable {
  public let chain: ChainID
  /// The node's own account; nil for a full node, which follows, verifies and relays: it has no
  /// vote and is no author, in whatever set.
  public let account: AccountID?
  public let timing: ConsensusTiming
  /// The threads that share the state's hashing; nil where the replica's own does it.
  public let workers: WorkerPool?
  /// What the simulator changes; a node's is `.none`.
  package var rehearsal = Rehearsal.none

  public init(
    chain: ChainID, account: AccountID?, timing: ConsensusTiming, workers: WorkerPool? = nil
  ) {
    self.chain = chain
    self.account = account
    self.timing = timing
    self.workers = workers
  }
}

/// What a replica starts from: what the shell found on disk.
public struct ReplicaStart: Sendable {
  /// The flushed state.
  public let reader: any StateReader
  /// The last log entries up to the reader's height, ascending, at least
  /// `Limits.lateCommitHeightsMax + 1` of them or all there are.
  public let recent: [LoggedBlock]
  /// Log entries above the reader's height, ascending: executed again.
  public let replay: [LoggedBlock]
  /// Counts this node's starts.
  public let incarnation: UInt64
  /// Stored bundles that were not discarded.
  public let bundles: [Bundle]
  /// The highest position the node's key has signed.
  public let watermark: VotePosition?
  /// The vote log was expected and is not there.
  public let isVoteLogMissing: Bool
  /// The last votes signed, as far as kept.
  public let ownVotes: [Vote]
  /// What `.storePrepared` wrote last.
  public let prepared: PreparedRecord?
  /// In an earlier life this node has seen that another process votes with its key, and its
  /// operator has not acted since: it votes for nothing.
  public let isKeyUsedElsewhere: Bool

  public init(
    reader: any StateReader, recent: [LoggedBlock], replay: [LoggedBlock], incarnation: UInt64,
    bundles: [Bundle], watermark: VotePosition?, isVoteLogMissing: Bool, ownVotes: [Vote],
    prepared: PreparedRecord?, isKeyUsedElsewhere: Bool = false
  ) {
    self.reader = reader
    self.recent = recent
    self.replay = replay
    self.incarnation = incarnation
    self.bundles = bundles
    self.watermark = watermark
    self.isVoteLogMissing = isVoteLogMissing
    self.ownVotes = ownVotes
    self.prepared = prepared
    self.isKeyUsedElsewhere = isKeyUsedElsewhere
  }
}
