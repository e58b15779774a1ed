public import LedgerCore

/// Everything that can happen to consensus. Each event comes with a time.
public enum ConsensusEvent: Sendable {
  /// The parent is final (or a restart is over): decide the next height. Replaces the height
  /// before, decided or not; one that is not higher than the current is ignored.
  indirect case begin(HeightContext)
  /// A peer's message, decoded; its signatures are not checked. The peer's name is authenticated by
  /// the connection it came over.
  case message(ConsensusMessage, from: AccountID)
  /// A member's connection stands: it is told what this node says now, which it may have missed.
  case peerConnected(AccountID)
  /// The verdicts of a `.check`, in its order.
  case checked(token: UInt64, [Bool])
  /// The block that `.propose` asked for; `view` repeats its view.
  indirect case proposalBuilt(Block, view: UInt64)
  /// The result of an `.execute`, by block hash.
  case executed(block: Digest, ExecutionResult)
  /// What `.sign` asked for, signed and its watermark synced.
  case signed(Vote)
  /// The signer will not sign: its own watermark is higher, or it holds another vote there.
  case signingRefused(VoteStatement)
  /// The record of a `.persistPrepared` is on disk.
  case persisted(token: UInt64)
  /// Valid COMMITs for decided heights that a final block's header carries: one may contradict what
  /// its member has sent to this node.
  case decidedCommits([Vote])
  /// The replica has caught up (or fell behind).
  case mayVoteChanged(Bool)
  /// Whether this node gives its own turns away from now on, proposing only where it must: a
  /// planned pause.
  case handOverChanged(Bool)
  /// The time that `.wake` asked for has come. A tick too many does no harm.
  case tick
}

/// What executing a proposed block gave.
public enum ExecutionResult: Hashable, Sendable {
  /// The header is what the parent's state asks for, and this is the state root after the block.
  case root(Digest)
  /// The block must not be voted for, and why: one of the replica's own stable words.
  case invalid(String)
}
