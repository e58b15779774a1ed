import LedgerCore

/// Upper bounds of everything consensus keeps on behalf of others, in one place.
public enum ConsensusLimits {
  /// The longest message: a new view with its block, votes and certificate (see the test of it).
  public static let messageBytesMax = 128 * 1024
  /// No honest node comes near this view; votes above are refused, so `view + 1` never overflows.
  public static let viewMax: UInt64 = 1 << 32
  /// Views of one height in which a member's votes are kept: the newest.
  public static let viewsPerMemberMax = 8
  /// Proposals and prepared blocks of one height that are kept: the newest.
  public static let proposalsMax = 8
  /// Results of executions kept for one height.
  public static let executionsMax = 16
  /// How far above the current height a message may be to be kept.
  public static let futureHeightsMax: UInt64 = 4
  /// Messages for future heights kept from one peer.
  public static let futureMessagesPerPeerMax = 24
  /// Messages with a block kept from one peer, for future heights and unchecked each.
  public static let largePerPeerMax = 4
  /// Peers from which messages for future heights are kept.
  public static let futurePeersMax = 128
  /// Messages of one peer that wait for their signatures' verdict.
  public static let uncheckedPerPeerMax = 32
  /// Messages of all peers that wait for their signatures' verdict.
  public static let uncheckedMax = 4_096
  /// Signatures in one check effect, unless one message alone has more.
  public static let checkSignaturesMax = 1_024
  /// Decided heights whose late COMMITs are still taken.
  public static let lateHeightsMax = Int(Limits.lateCommitHeightsMax)
  /// Peers whose misbehaviour and answers are counted.
  public static let peersMax = 256
  /// No view's timer doubles more often than this.
  public static let timeoutDoublingsMax: UInt64 = 16
  /// Retransmissions slow down to this many times the first pause.
  public static let retransmitBackoffMax: UInt64 = 8
}
