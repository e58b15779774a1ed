public import LedgerCore

/// What happens to the catch-up machine. Times are given beside, in milliseconds.
public enum CatchUpEvent: Sendable {
  /// First of all, once.
  case start(CatchUpStart)
  /// A peer can be sent to from now on, or again after its connection was replaced.
  case peerConnected(AccountID)
  case peerDisconnected(AccountID)
  /// A full node follows this node from now on: it is told of each block and served; its own tip
  /// counts for nothing, and it is asked for nothing.
  case followerConnected(AccountID)
  case followerDisconnected(AccountID)
  /// A peer's message; the peer is authenticated as this account.
  case message(CatchUpMessage, from: AccountID)
  /// The verdicts on `.check`, in its order.
  case checked(token: UInt64, [Bool])
  /// This node's height advanced, by its own consensus or because a block of `.apply` was executed
  /// and is final here; `sets` as in `CatchUpStart`, for the certificate's height.
  case decided(QuorumCertificate, sets: [ValidatorSet])
  /// A block of `.apply` did not reach its certified root.
  case applyFailed(height: UInt64)
  /// Consensus verified a commit certificate of this height.
  case sawCertificate(height: UInt64)
  /// A vote of this member, verified or received from the member itself over its authenticated
  /// connection: the latest is told to the member when it comes back.
  case voteSeen(Vote, of: AccountID)
  /// A final block carries a vote of this node's key, which this process did not sign or may not
  /// have signed: before it follows, that counts as a peer's word on its latest vote; while it
  /// waits to vote, it waits for the fourth height after that one.
  case ownVoteDecided(VotePosition)
  /// A time named by `.wake` has come.
  case tick
}

/// What catching up starts from.
public struct CatchUpStart: Sendable {
  /// The last height decided here; 0 is genesis.
  public let height: UInt64
  /// The certificate that decided it; nil at genesis.
  public let certificate: QuorumCertificate?
  /// The sets that decide the heights up to `height` + 2, from as far below as is known, ascending
  /// by first height; never empty.
  public let sets: [ValidatorSet]
  /// The highest position this node has signed, from its vote log; nil when it has signed none.
  public let watermark: VotePosition?
  /// The vote log was expected and is not there. False at a node's very first start.
  public let isVoteLogMissing: Bool

  public init(
    height: UInt64, certificate: QuorumCertificate?, sets: [ValidatorSet],
    watermark: VotePosition?, isVoteLogMissing: Bool
  ) {
    self.height = height
    self.certificate = certificate
    self.sets = sets
    self.watermark = watermark
    self.isVoteLogMissing = isVoteLogMissing
  }
}
