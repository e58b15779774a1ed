public import LedgerCore

/// Pending transactions, bundles and their acknowledgements (protocol §3, §4); no I/O.
///
/// The way of a transaction: decoded → prechecked against the last state → its signatures checked,
/// together with all that came meanwhile → pool → a bundle of its home author → stored →
/// acknowledged → named by a block. Whatever cannot go on is dropped, counted by reason, and its
/// submitter is told.
///
/// Invariants: an id is in the pool only while no bundle that is waited for contains it
/// (`KnownTransaction.hasHome`) and no block executed it; an acknowledgement leaves only for what
/// is stored; nothing grows without a bound of `DisseminationLimits`.
public struct Disseminator: Sendable {
  /// This node's account; nil for a full node, which is no author and holds no bundles.
  public let own: AccountID?
  public let chain: ChainID
  /// The block interval.
  public let intervalMilliseconds: UInt64
  public internal(set) var counters = DisseminationCounters()
  /// Another quorum than the sets': the simulator's, to show that it forks. Nil in every node.
  package var quorum: Int?

  var isStarted = false
  /// The height being decided.
  var nextHeight: UInt64 = 1
  /// As `DisseminationStart.sets`.
  var sets: [ValidatorSet] = []
  var pool: TransactionPool
  var sequences = PendingSequences()
  var known = KnownTransactions()
  var intake = Intake()
  var checks = CheckQueue()
  var shelf = BundleShelf()
  var authoring = Authoring()
  var relays = Relays()
  var peers = PeerTable()
  var wanted = WantedBundles()
  /// Verified bundles to be stored at the end of the step, and those being stored.
  var toStore: [Digest] = []
  var storing: [UInt64: [Digest]] = [:]
  /// Since when an acknowledgement waits to be sent.
  var acknowledgeSince: UInt64?
  /// When fetches and re-sends are looked at next.
  var sweepAt: UInt64?
  var announcedWake: UInt64?
  /// Deadlines are counted by it: the clock may step back.
  private(set) var clock = SteadyClock()
  private var lastToken: UInt64 = 0
  var effects: [DisseminationEffect] = []

  /// `intervalMilliseconds` is the block interval of genesis.
  public init(
    own: AccountID?, chain: ChainID, intervalMilliseconds: UInt64, pool: PoolBounds = PoolBounds()
  ) {
    self.pool = TransactionPool(pool)
    self.own = own
    self.chain = chain
    self.intervalMilliseconds = max(1, intervalMilliseconds)
  }

  /// Takes one event at a time in milliseconds, from any origin; what is wanted done is returned in
  /// order.
  public mutating func step(_ event: DisseminationEvent, now time: UInt64) -> [DisseminationEffect]
  {
    let now = clock.advance(to: time)
    if clock.hasSteppedBack { announcedWake = nil }
    switch event {
    case .restored(let start): restore(start, now: now)
    case .submitted(let submissions): submit(submissions)
    case .reported(let transaction): report(transaction)
    case .message(let message, let peer): receive(message, from: peer, now: now)
    case .prechecked(let token, let faults): prechecked(token, faults, now: now)
    case .checked(let token, let verdicts): checked(token, verdicts, now: now)
    case .bundleSigned(let header, let signature): signed(header, signature, now: now)
    case .stored(let token): stored(token, now: now)
    case .decided(let decision): decide(decision, now: now)
    case .peerConnected(let peer): connected(peer, now: now)
    case .peerDisconnected(let peer): disconnected(peer, now: now)
    case .peerCongested(let peer, let isCongested): congested(peer, isCongested, now: now)
    case .followerConnected(let peer): relays.connected(peer)
    case .followerDisconnected(let peer): relays.disconnected(peer)
    case .needed(let runs): need(runs, now: now)
    case .tick: announcedWake = nil
    }
    if isStarted { pump(now: now) }
    defer { effects = [] }
    return effects
  }

  // MARK: what others ask

  /// A held bundle that is verified and stored; decided ones for some heights.
  public func bundle(_ digest: Digest) -> Bundle? {
    if let held = shelf[digest] { return held.isStored ? held.bundle : nil }
    return shelf.decidedBytes(digest).flatMap { try? Bundle(decoding: $0) }
  }

  /// What this node knows of a transaction by itself, before any block.
  public func standing(of id: Digest) -> TransactionStanding? {
    guard let entry = known[id], !entry.isExecuted, !entry.isEnded else { return nil }
    if entry.isAccepted { return .accepted }
    if let server = entry.acceptedOnWordOf { return .saidAccepted(by: server) }
    if entry.bundles > 0 { return .bundled }
    return entry.isPending ? .pending : nil
  }

  /// The highest sequence among the transactions of a sender that entered this node's pool, or a
  /// bundle it holds, lately, final or not; nil when none did.
  public func pendingSequence(of sender: AccountID) -> UInt64? { sequences[sender] }

  public var gauges: DisseminationGauges {
    DisseminationGauges(
      pendingTransactions: pool.count, pendingBytes: pool.bytes, bundles: shelf.held.count,
      bundleBytes: shelf.byteCount, wantedBundles: wanted.list.count,
      peersBehind: peers.behindCount, peersCongested: peers.congestedCount,
      ownAcceptedEnd: ownAcceptedEnd)
  }

  /// Own bundles of this incarnation: f + 1 members hold all numbers below it.
  private var ownAcceptedEnd: UInt64 {
    guard let own, let (author, lane) = shelf.laneIndices(own, authoring.incarnation) else {
      return 0
    }
    return shelf.authors[author].lanes[lane].acceptedEnd
  }

  /// The bytes of a bundle that is held, decided or not.
  public func bundleBytes(_ digest: Digest) -> ArraySlice<UInt8>? {
    shelf[digest]?.bundle.bytes ?? shelf.decidedBytes(digest)
  }

  /// Transactions in undecided bundles.
  public var bundledTransactions: Int { shelf.transactionCount }

  // MARK: what the parts share

  mutating func token() -> UInt64 {
    lastToken += 1
    return lastToken
  }

  /// The set that decides a height, as far as known.
  func validators(at height: UInt64) -> ValidatorSet? {
    sets.last { $0.firstHeight <= height } ?? sets.first
  }

  var isMember: Bool { own.flatMap { validators(at: nextHeight)?.index(of: $0) } != nil }

  func isEverMember(_ account: AccountID) -> Bool {
    sets.contains { $0.index(of: account) != nil }
  }

  /// How long the first ready transaction waits for its bundle to be sealed (protocol §4).
  var sealDelay: UInt64 {
    max(
      1,
      min(
        intervalMilliseconds / DisseminationLimits.sealDelayIntervalParts,
        DisseminationLimits.sealDelayMillisecondsMax))
  }

  var acknowledgeDelay: UInt64 {
    max(1, min(intervalMilliseconds / 10, DisseminationLimits.acknowledgeDelayMillisecondsMax))
  }

  // MARK: what is due

  /// Does all that has become due or possible, and says when to be woken next.
  private mutating func pump(now: UInt64) {
    releaseHeld(now: now)
    sealBundles(now: now)
    beginChecks()
    storeVerified()
    acknowledge(now: now)
    sweep(now: now)
    tellFollowers()
    let deadlines = [
      sealDeadline, acknowledgeSince.map { $0 + acknowledgeDelay }, pool.nextHeldDeadline(),
      sweepAt,
    ].compactMap { $0 }
    guard let next = deadlines.min() else { return }
    if let announced = announcedWake, announced <= next, announced > now { return }
    announcedWake = max(next, now + 1)
    effects.append(.wake(at: clock.instant(of: max(next, now + 1))))
  }
}

/// What a node knows of a transaction before its block.
public enum TransactionStanding: Hashable, Sendable {
  case pending
  /// In a bundle that this node holds.
  case bundled
  /// In a bundle that f + 1 ER Nodes acknowledge.
  case accepted
  /// On a full node: a node it follows says that it is accepted.
  case saidAccepted(by: AccountID)
}
