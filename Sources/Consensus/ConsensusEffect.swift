public import LedgerCore

/// Everything consensus wants done. Effects are carried out in their order; what answers one comes
/// back as an event at any later time.
public enum ConsensusEffect: Sendable {
  /// Build a block for this height with this timestamp (and no bundles, where so asked); answer
  /// `.proposalBuilt`.
  case propose(view: UInt64, timestamp: UInt64, emptyOfBundles: Bool)
  /// Fetch the bundles that are missing, judge the header's contents, execute, and answer
  /// `.executed`. May be asked again for the same block: one answer is enough. A later request
  /// supersedes an earlier one, which may then be given up.
  indirect case execute(Block, hash: Digest, view: UInt64)
  /// Verify these signatures; answer `.checked`. One at a time is outstanding.
  case check(token: UInt64, [SignatureCheck])
  /// Sync the watermark, sign, answer `.signed` or `.signingRefused`.
  case sign(VoteStatement)
  /// Store with the block's bundles, synced, in place of an earlier record of this height; answer
  /// `.persisted`.
  indirect case persistPrepared(token: UInt64, PreparedRecord)
  /// Send to all other members, and to peers that follow.
  case broadcast(ConsensusMessage)
  case send(ConsensusMessage, to: AccountID)
  /// The height is decided. The root is what this node's own execution gave, nil when it is not
  /// done; the certificate holds every COMMIT of its view known so far.
  indirect case decided(Block, QuorumCertificate, ownRoot: Digest?)
  /// A COMMIT for a decided block that its certificate does not hold: for later headers.
  case lateCommit(CommitSignature, height: UInt64)
  /// A peer still works at a height decided before the last one: send it `.decided` of that height,
  /// with the block where asked.
  case answerDecided(height: UInt64, withBlock: Bool, to: AccountID)
  /// Send `.tick` at this time, milliseconds since 1970. Replaces the wake before.
  case wake(at: UInt64)
  case report(ConsensusNote)
}

/// What operators, metrics and the replica should know; nothing needs to answer.
public enum ConsensusNote: Sendable {
  /// This node wants a higher view: it got no decision in time, or f + 1 others want one.
  case viewChangeStarted(height: UInt64, view: UInt64)
  /// The primary of this view has given it away: this node itself, or another that this node
  /// follows, without waiting for a timer.
  case handedOver(height: UInt64, view: UInt64, isOwn: Bool)
  /// A valid NEW-VIEW brought this view in.
  case viewEntered(height: UInt64, view: UInt64)
  /// Two signed votes that prove an offence.
  indirect case evidence(VoteEvidence)
  /// f + 1 members, or the certificate, state another root (or find valid what this node does not):
  /// this node has stopped voting until it is restarted.
  case diverged(height: UInt64, block: Digest, own: ExecutionResult, other: Digest)
  /// A verified vote with this node's key that this node did not sign: another process uses the
  /// key. Voting has stopped, and stays so until an operator acts.
  case ownKeyUsedElsewhere(Vote)
  /// Messages of this peer with a wrong signature, so far.
  case badSignatures(from: AccountID, total: UInt64)
  /// A message that breaks a rule, dropped.
  case refused(ConsensusRefusal, from: AccountID?)
  /// The signer refused; this position is given up.
  case signingRefused(VoteStatement)
  /// f + 1 peers speak of heights at least this high, above the next one: time to catch up.
  case peersAhead(height: UInt64)
}

/// Why a message or proposal is dropped.
public enum ConsensusRefusal: Hashable, Sendable {
  /// Kind, view, member or contents contradict each other.
  case malformed
  /// The vote's member does not lead that view.
  case notPrimary
  /// Height, parent, author or bundles root are not this height's.
  case wrongBlock
  /// Not a multiple of the interval above the parent's.
  case wrongTimestamp
  /// Older than interval and view timeout.
  case staleTimestamp
  /// Not the block that the view changes demand.
  case wrongReproposal
  /// From view 3 on a fresh proposal names no bundles.
  case namesBundles
  /// The sender has too many messages waiting.
  case tooMany
  /// Execution found the block invalid, for this reason.
  case invalid(String)
}
