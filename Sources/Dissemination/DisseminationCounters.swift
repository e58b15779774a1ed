/// Why something was not taken or not kept.
public enum DropReason: Int, Sendable, CaseIterable {
  /// A submitted or forwarded transaction: its fault is told to the submitter.
  case transactionMalformed
  case transactionOversized
  case transactionWrongChain
  case transactionBadSignature
  case transactionKnown
  case transactionRefusedByState
  case transactionPoolFull
  case transactionSenderQueueFull
  /// A pending transaction that gave way to one that offers more.
  case transactionDisplaced
  /// A pending transaction whose validity ended.
  case transactionExpired
  /// A bundle that is held, being checked, or decided.
  case bundleKnown
  /// Its author is no ER Node at its birth height.
  case bundleUnknownAuthor
  /// From a peer that is neither its author nor was asked for it.
  case bundleUnsolicited
  /// Too old to be named, or of a run that was given up.
  case bundleExpired
  /// Born, or numbered, further ahead than is held.
  case bundleAhead
  /// Its author has too many undecided bundles, bytes or incarnations here.
  case bundleAuthorFull
  /// Too many bundles wait for their check.
  case bundleChecksFull
  case bundleBadSignature
  case bundleBadTransaction
  /// Its author made a bundle with a badly signed transaction a short time ago.
  case bundleAuthorDistrusted
  /// A bundle or a forward of a peer that handed on what no honest node does, a short time ago.
  case peerDistrusted
  /// Another bundle has its number.
  case bundleConflict
  /// An acknowledgement of nothing that can be.
  case acknowledgementInvalid
  /// A fetch beyond what a peer is served in a second.
  case fetchOverLimit
  /// A peer did not answer a fetch in time.
  case fetchUnanswered
  /// A fetch of a peer whose connection is full.
  case fetchPeerCongested
  /// An own bundle that a peer is not sent yet: it has not acknowledged those before.
  case bundleHeldWindowFull
  /// … or its connection is full, or it has not said what it holds.
  case bundleHeldPeerCongested
  /// A needed digest beyond what is fetched at a time.
  case wantedFull
}

/// What a disseminator has done since it started.
public struct DisseminationCounters: Hashable, Sendable {
  private var dropCounts = [UInt64](repeating: 0, count: DropReason.allCases.count)
  /// Transactions that entered the pool, those that came back from expired bundles not included.
  public internal(set) var transactionsAdmitted: UInt64 = 0
  public internal(set) var transactionsForwarded: UInt64 = 0
  /// Transactions that followers relayed here, whatever became of them.
  public internal(set) var transactionsRelayed: UInt64 = 0
  /// Transactions whose bundle expired before a block named it.
  public internal(set) var transactionsReturned: UInt64 = 0
  public internal(set) var bundlesSealed: UInt64 = 0
  public internal(set) var bundlesVerified: UInt64 = 0
  public internal(set) var bundlesExpired: UInt64 = 0
  public internal(set) var bundlesServed: UInt64 = 0
  public internal(set) var bundlesResent: UInt64 = 0
  public internal(set) var fetchesSent: UInt64 = 0
  public internal(set) var signaturesChecked: UInt64 = 0

  /// How often something was dropped for this reason.
  public func dropped(_ reason: DropReason) -> UInt64 { dropCounts[reason.rawValue] }

  mutating func drop(_ reason: DropReason) { dropCounts[reason.rawValue] += 1 }
}

/// How full a disseminator is now.
public struct DisseminationGauges: Hashable, Sendable {
  public let pendingTransactions: Int
  public let pendingBytes: Int
  /// Undecided bundles held, and their bytes.
  public let bundles: Int
  public let bundleBytes: Int
  /// Needed bundles that are not here yet.
  public let wantedBundles: Int
  /// Peers from which own bundles are held back, and peers whose connections are full.
  public let peersBehind: Int
  public let peersCongested: Int
  /// Of this incarnation's own bundles: all numbers below it are acknowledged by f + 1 members.
  public let ownAcceptedEnd: UInt64
}
