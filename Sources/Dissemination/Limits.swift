import LedgerCore

/// Bounds of everything the disseminator holds, asks for and answers; tests hold their relations.
public enum DisseminationLimits {
  /// Pending transactions in the pool, those whose signatures are being checked included.
  public static let poolTransactionsMax = 131_072
  /// Bytes of pending transactions.
  public static let poolBytesMax = 64 * 1024 * 1024
  /// Pending transactions of one sender: more could not execute inside its sequence window.
  public static let poolPerSenderMax = Int(Limits.sequenceLeadMax)
  /// Ids of executed transactions remembered to refuse them again; the replay window does the rest.
  public static let executedIDsMax = 131_072
  /// A sender with this many pending takes no other's place in a full pool.
  public static let poolContestedPerSenderMax = 64
  /// So many give way at most to one that is longer than they are.
  public static let poolDisplacedMax = Limits.transactionBytesMax / 128
  /// Transactions that are verified at a time for others' places in a full pool.
  public static let contestedMax = 8_192
  /// … while their bytes are fewer than this.
  public static let contestedBytesMax = 16 * 1024 * 1024
  /// When a home author was silent for a slot, each member after it has this part of one.
  public static let deputySlotParts: UInt64 = 4
  /// How long nothing is taken from a peer that handed on what no honest node does.
  public static let distrustMilliseconds: UInt64 = 10_000

  /// Undecided bundles of one author that a node holds, all incarnations together.
  public static let authorBundlesMax = 512
  /// Their bytes.
  public static let authorBytesMax = 32 * 1024 * 1024
  /// Undecided bundles an author makes itself: half of what others hold for it, so that an honest
  /// author's bundles are not dropped after a restart.
  public static let ownBundlesMax = authorBundlesMax / 2
  /// Their bytes, in a set of so many members.
  public static func ownBytesMax(members: Int) -> Int { authorBytesMax(members: members) / 2 }
  /// Bytes of undecided bundles of all authors together.
  public static let shelfBytesMax = 512 * 1024 * 1024
  /// What one author has of them in a set of so many members.
  public static func authorBytesMax(members: Int) -> Int {
    min(authorBytesMax, shelfBytesMax / max(1, members))
  }
  /// Incarnations of one author that are followed at a time, highest first.
  public static let incarnationsMax = 4
  /// How far above the first undecided number a bundle may lie.
  public static let numbersAheadMax: UInt64 = UInt64(authorBundlesMax)
  /// Own bundles whose signature is awaited at a time.
  public static let signingMax = 4

  /// Signatures in one check; a larger batch waits for the next.
  public static let checkSignaturesMax = 16_384
  /// Checks under way at a time.
  public static let checksInFlightMax = 2
  /// Bundles that wait for their check, from all peers together.
  public static let checkBundlesMax = 256
  /// … and from one peer.
  public static let checkBundlesPerPeerMax = 64
  /// Pairs of headers under one number that wait for theirs.
  public static let checkConflictsMax = 16
  /// Bytes of these bundles, and of transactions that wait.
  public static let checkBytesMax = 64 * 1024 * 1024

  /// A pending transaction waits at most this long for its bundle to be sealed.
  public static let sealDelayMillisecondsMax: UInt64 = 500
  /// … and at most this part of the block interval.
  public static let sealDelayIntervalParts: UInt64 = 20
  /// Acknowledgements are grouped over at most this long.
  public static let acknowledgeDelayMillisecondsMax: UInt64 = 100

  /// Digests in one fetch.
  public static let fetchDigestsMax = 16
  /// Digests wanted at a time: those of a few proposals.
  public static let wantedDigestsMax = 4 * Limits.blockBundlesMax
  /// Digests asked of one peer at a time.
  public static let fetchDigestsPerPeerMax = 4 * fetchDigestsMax
  /// Digests asked of all peers at a time.
  public static let fetchDigestsInFlightMax = 256
  /// A peer that was silent so often in a row is asked after all others.
  public static let fetchSilencesMax = 2
  /// How long a peer may take to answer before another is asked, the first time; it doubles.
  public static let fetchTimeoutMilliseconds: UInt64 = 400
  /// The longest such wait.
  public static let fetchTimeoutMillisecondsMax: UInt64 = 4_000
  /// How long a gap stays before it is fetched: bundles on their way may close it.
  public static let gapDelayMilliseconds: UInt64 = 300
  /// Own bundles that one peer may have been sent without acknowledging them.
  public static let windowBundlesMax = 64
  /// … and their bytes; one bundle always goes.
  public static let windowBytesMax = 4 * 1024 * 1024
  /// How long a peer acknowledges nothing before the first bundle under way is sent again; it
  /// doubles.
  public static let resendDelayMilliseconds: UInt64 = 2_000
  /// … so often.
  public static let resendDoublingsMax: UInt64 = 4
  /// Nodes of which something is known: connected ones, members and former members.
  public static let peersMax = 1_024
  /// Renewals of an incarnation within one start: an author whose bundles expired unnamed goes on
  /// in a fresh run.
  public static let renewalsMax = Limits.incarnationsPerStart
  /// Fetches, gaps and re-sends are looked at this often while there are any.
  public static let sweepMillisecondsMax: UInt64 = 100
  /// Bytes of bundles served to one peer in a second.
  public static let servedBytesPerSecondMax = 64 * 1024 * 1024

  /// Once so many heights are decided after its birth height, a bundle that f + 1 members do not
  /// acknowledge is waited for no longer: others bundle its transactions, too.
  public static let firmHeights: UInt64 = 2

  /// Decided bundles are kept in memory for this many heights, for peers that fetch.
  public static let decidedKeepHeights: UInt64 = 8
  /// … and within this many bytes, the oldest go first.
  public static let decidedKeepBytesMax = 64 * 1024 * 1024
  /// An expired bundle stays on disk for this many heights after its transactions went back to the
  /// pool: by then they are in another bundle on disk, or have ended.
  public static let expiredKeepHeights: UInt64 = 64
  /// Digests of provably bad bundles remembered.
  public static let badDigestsMax = 1_024

  /// Transactions in one forward.
  public static let forwardTransactionsMax = 1_024
  /// Their bytes.
  public static let forwardBytesMax = 512 * 1024
  /// Standings in one message.
  public static let standingsMax = 4_096
  /// Relayed transactions whose standing is told, for all followers together; more are taken, and
  /// nothing is told of them.
  public static let relaysMax = poolTransactionsMax
  /// A relayed transaction that was said to be taken is sent to another node after this many
  /// intervals without a block that holds it.
  public static let relayTakenIntervals: UInt64 = 2
  /// … and one that was said to be accepted after this many.
  public static let relayAcceptedIntervals: UInt64 = 8

  /// Acknowledgements in one message.
  public static let acknowledgementsMax = Limits.validatorsMax * incarnationsMax
  /// One encoded message, whatever its kind.
  public static let messageBytesMax = 2 * Limits.bundleBytesMax
}
