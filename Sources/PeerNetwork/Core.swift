import LedgerCore
import NIOCore
import NIOPosix

/// All connections of a node; lives on the event loop, as all it holds.
final class Core {
  let loop: any EventLoop
  /// What this node calls itself: a full node by its transport key.
  let account: AccountID
  let genesis: ChainID
  let limits: PeerLimits
  /// Whom this node knows; changed on the event loop alone.
  private var table: LinkTable
  /// The same for other threads.
  private let book: LinkBook
  private let configuration: PeerNetworkConfiguration
  let tls: TLSContext
  /// Shared by the connections: they take turns on one thread.
  var record = [UInt8](repeating: 0, count: Bounds.recordBytesMax)
  var staging: [UInt8] = []

  /// Who may follow this node.
  private(set) var gate: FollowerGate
  private let followers: FollowerTable
  private var openFollowers: [AccountID: Connection] = [:]
  private let refusals: RefusalCounters
  private var onEvent: @Sendable (PeerEvent) -> Void
  private var peerOfKey: [PublicKey: AccountID] = [:]
  /// Of every link in the table.
  private var slots: [ObjectIdentifier: LinkSlot] = [:]
  /// How many there have been: each has another jitter.
  private var slotCount: UInt64 = 0
  /// Every connection that has not ended, in no order.
  private var alive: [ObjectIdentifier: Connection] = [:]
  private var paused: [Bool]
  private var server: (any Channel)?
  private var tick: RepeatedTask?
  private var isStopped = false
  private var refusalEvents = (second: NIODeadline.now(), count: 0)

  init(
    _ configuration: PeerNetworkConfiguration, book: LinkBook, followers: FollowerTable,
    refusals: RefusalCounters, loop: any EventLoop,
    onEvent: @escaping @Sendable (PeerEvent) -> Void
  ) throws(TLSFailure) {
    self.loop = loop
    self.configuration = configuration
    self.book = book
    table = book.table
    self.followers = followers
    self.refusals = refusals
    self.onEvent = onEvent
    gate = FollowerGate(
      configuration.followers, penaltiesMax: configuration.limits.followerPenaltiesMax)
    genesis = configuration.genesis
    limits = configuration.limits
    tls = try TLSContext(seed: configuration.transportSeed)
    account = configuration.account ?? AccountID(tls.publicKey)
    paused = Array(repeating: false, count: PeerChannel.allCases.count)
    for link in table.links { addSlot(for: link) }
    listKeys()
  }

  private func addSlot(for link: Link) {
    slots[ObjectIdentifier(link)] = LinkSlot(
      backoff: Backoff(
        initialMilliseconds: limits.backoffInitialMilliseconds,
        maxMilliseconds: limits.backoffMaxMilliseconds,
        seed: configuration.jitterSeed &+ slotCount &* 0x9E37_79B9))
    slotCount += 1
  }

  private func listKeys() {
    peerOfKey = [:]
    for link in table.links { peerOfKey[link.peer.transportKey] = link.peer.account }
  }

  /// Whose transport key a known peer's is.
  func peer(ofKey key: PublicKey) -> AccountID? { peerOfKey[key] }

  /// A known peer's link; nil for a channel this node has not with its peers.
  func link(_ account: AccountID, _ channel: PeerChannel) -> Link? {
    table.peer(account).flatMap { table[$0, channel] }
  }

  /// Whether this node dials a known peer.
  func dials(_ account: AccountID) -> Bool { table.peer(account).map(table.dials) ?? false }

  /// Knows these peers from now on. Connections of those that are known no longer, or by another
  /// key or address, end; those of others are not touched.
  func update(_ peers: [KnownPeer]) {
    guard !isStopped else { return }
    let (old, next) = (table, table.replacing(peers, configuration))
    let kept = Set(next.links.map(ObjectIdentifier.init))
    let gone = old.links.filter { !kept.contains(ObjectIdentifier($0)) }
    let new = next.links.filter { slots[ObjectIdentifier($0)] == nil }
    guard !gone.isEmpty || !new.isEmpty else { return }
    table = next
    listKeys()
    for link in new { addSlot(for: link) }
    book.set(next)
    let accounts = Set(gone.map(\.peer.account))
    let links = Set(gone.map(ObjectIdentifier.init))
    for link in links { slots[link] = nil }
    for connection in Array(alive.values) where connection.isOf(links, greeting: accounts) {
      connection.end(.unlisted)
    }
    for link in new where link.dials { dial(link) }
  }

  func emit(_ event: PeerEvent) { onEvent(event) }

  // MARK: Start and stop

  func start(server: any Channel) {
    self.server = server
    let interval = TimeAmount.milliseconds(limits.tickMilliseconds)
    let bound = NIOLoopBound(self, eventLoop: loop)
    tick = loop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      bound.value.checkDeadlines()
    }
    for link in table.links where link.dials { dial(link) }
  }

  func stop() {
    isStopped = true
    tick?.cancel()
    server?.close(promise: nil)
    for connection in Array(alive.values) { connection.end(.shutdown) }
    onEvent = { _ in }
  }

  // MARK: Dialling

  private func dial(_ link: Link) {
    guard !isStopped, slots[ObjectIdentifier(link)] != nil, connection(of: link) == nil else {
      return
    }
    let bound = NIOLoopBound(self, eventLoop: loop)
    let bootstrap = ClientBootstrap(group: loop)
      .connectTimeout(.milliseconds(limits.connectTimeoutMilliseconds))
      .channelOption(.tcpOption(.tcp_nodelay), value: 1)
      .channelOption(.maxMessagesPerRead, value: 1)
      .channelOption(.writeBufferWaterMark, value: Core.waterMark)
      .channelInitializer { channel in bound.value.adopt(channel, dialled: link) }
    let address = link.peer.address
    let connecting: EventLoopFuture<any Channel>
    if let numeric = try? SocketAddress(ipAddress: address.host, port: address.port) {
      connecting = bootstrap.connect(to: numeric)
    } else {
      connecting = bootstrap.connect(host: address.host, port: address.port)
    }
    connecting.assumeIsolated().whenFailure { [self] error in
      // A connection that came to life reports its own end.
      dialFailed(link, why: "cannot connect to \(address): \(error)")
    }
  }

  private func dialFailed(_ link: Link, why: String, notBefore milliseconds: Int64 = 0) {
    guard !isStopped else { return }
    link.dialFailed(why: why)
    dialLater(link, notBefore: milliseconds)
  }

  private func dialLater(_ link: Link, notBefore milliseconds: Int64 = 0) {
    let id = ObjectIdentifier(link)
    guard !isStopped, var slot = slots[id], !slot.isDialPlanned else { return }
    slot.isDialPlanned = true
    let wait = TimeAmount.milliseconds(max(milliseconds, slot.backoff.next()))
    slots[id] = slot
    // The task keeps the link, so that no other has its identity meanwhile.
    loop.assumeIsolated().scheduleTask(in: wait) { [self] in
      slots[ObjectIdentifier(link)]?.isDialPlanned = false
      dial(link)
    }
  }

  static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
    low: Bounds.socketBufferBytesLow, high: Bounds.socketBufferBytesHigh)

  /// Gives a new channel its connection.
  func adopt(_ channel: any Channel, dialled: Link?) -> EventLoopFuture<Void> {
    do {
      try channel.pipeline.syncOperations.addHandler(Connection(core: self, dialled: dialled))
      return loop.makeSucceededVoidFuture()
    } catch {
      return loop.makeFailedFuture(error)
    }
  }

  // MARK: What connections report

  func began(_ connection: Connection) {
    alive[ObjectIdentifier(connection)] = connection
    if isStopped { return connection.end(.shutdown) }
    if let dialled = connection.dialled {
      // The peer may have been given up while TCP was under way.
      if slots[ObjectIdentifier(dialled)] == nil { connection.end(.unlisted) }
      return
    }
    // Few connections: counting them is cheaper than keeping a count right.
    let pending = alive.values.count { $0.dialled == nil && $0.link == nil }
    if pending > limits.pendingInboundMax {
      connection.end(.refused(.tooManyPending(max: limits.pendingInboundMax)))
    }
  }

  func opened(_ connection: Connection, _ link: Link) {
    self.connection(of: link)?.end(.replaced)
    link.opened()
    if !link.isFollower {
      slots[ObjectIdentifier(link)]?.open = connection
      emit(.connected(link.peer.account, link.channel))
    } else {
      openFollowers[link.peer.account] = connection
      followers.insert(link)
      emit(.followerConnected(link.peer.account, address: connection.address))
    }
    if isPaused(link.channel) { connection.setReading(false) }
  }

  func ended(_ connection: Connection, was phase: Connection.Phase, _ cause: Connection.Cause) {
    alive[ObjectIdentifier(connection)] = nil
    if case .open(let link) = phase {
      let reason = cause.disconnectReason
      link.closed(unsent: connection.encoder.unfinished, why: "\(reason)")
      guard !link.isFollower else {
        openFollowers[link.peer.account] = nil
        followers.remove(link)
        return emit(.followerDisconnected(link.peer.account, reason))
      }
      let id = ObjectIdentifier(link)
      slots[id]?.open = nil
      let life = NIODeadline.now() - connection.since
      if life > .milliseconds(limits.stableMilliseconds) { slots[id]?.backoff.reset() }
      emit(.disconnected(link.peer.account, link.channel, reason))
      if link.dials { dialLater(link) }
      return
    }
    guard let reason = cause.refusalReason else { return }
    refuse(reason, address: connection.address)
    guard let dialled = connection.dialled else { return }
    let wait = reason.kind == .turnedAway ? limits.turnedAwayMilliseconds : 0
    dialFailed(dialled, why: "\(reason)", notBefore: wait)
  }

  private func connection(of link: Link) -> Connection? {
    link.isFollower
      ? openFollowers[link.peer.account] : slots[ObjectIdentifier(link)]?.open
  }

  // MARK: Followers

  /// Why a key that no known peer has may not follow now. One that is here already is replaced.
  func refusal(ofFollower key: PublicKey) -> RefusalReason? {
    // The holder of a peer's account key is not that peer: its transport key is another.
    guard table.peer(AccountID(key)) == nil, AccountID(key) != account else {
      return .followerNotAllowed(key)
    }
    let others = openFollowers.count - (openFollowers[AccountID(key)] == nil ? 0 : 1)
    return gate.refusal(of: key, others: others, now: NIODeadline.now())
  }

  /// The link of a full node that is taken.
  func follower(_ key: PublicKey, at address: SocketAddress?) -> Link {
    Link(
      follower: KnownPeer(
        account: AccountID(key), transportKey: key,
        address: PeerAddress(host: address?.ipAddress ?? "unknown", port: address?.port ?? 0)),
      budget: followers.budget, limits: limits)
  }

  /// Ends a follower's connection and refuses it for a while.
  func drop(follower account: AccountID) {
    guard let connection = openFollowers[account], let link = connection.link else { return }
    gate.penalise(
      link.peer.transportKey,
      until: NIODeadline.now() + .milliseconds(limits.followerPenaltyMilliseconds))
    connection.end(.misbehaved)
  }

  private func refuse(_ reason: RefusalReason, address: String) {
    refusals.count(reason.kind)
    let now = NIODeadline.now()
    if now - refusalEvents.second > .seconds(1) { refusalEvents = (second: now, count: 0) }
    refusalEvents.count += 1
    if refusalEvents.count <= limits.refusalEventsPerSecondMax {
      emit(.refused(reason, address: address))
    }
  }

  // MARK: Turns

  /// Sends what waits on all connections, votes first, followers last.
  func pumpAll() {
    for channel in table.channels {
      for peer in 0..<table.peerCount { openConnection(peer, channel)?.pump() }
    }
    for connection in Array(openFollowers.values) { connection.pump() }
  }

  private func openConnection(_ peer: Int, _ channel: PeerChannel) -> Connection? {
    table[peer, channel].flatMap { slots[ObjectIdentifier($0)]?.open }
  }

  func pumpSoon(_ connection: Connection) {
    loop.assumeIsolated().execute { connection.pump() }
  }

  private func checkDeadlines() {
    let now = NIODeadline.now()
    for connection in Array(alive.values) {
      connection.checkDeadlines(now)
      connection.keepAlive(now)
    }
  }

  func isPaused(_ channel: PeerChannel) -> Bool { paused[Int(channel.rawValue)] }

  func setPaused(_ isOn: Bool, _ channel: PeerChannel) {
    paused[Int(channel.rawValue)] = isOn
    for peer in 0..<table.peerCount { openConnection(peer, channel)?.setReading(!isOn) }
    guard channel == .follow else { return }
    for connection in Array(openFollowers.values) { connection.setReading(!isOn) }
  }
}

extension Connection.Cause {
  /// What it means for an authenticated connection.
  var disconnectReason: DisconnectReason {
    switch self {
    case .tls(let failure): .tls(failure)
    case .frameTooLong(let error): .frameTooLong(bytes: error.bytes, bytesMax: error.bytesMax)
    case .socket(let text): .socket(text)
    case .closedByPeer, .refused: .closedByPeer
    case .timeout: .idle
    case .replaced: .replaced
    case .misbehaved: .misbehaved
    case .unlisted: .unlisted
    case .shutdown: .shutdown
    }
  }

  /// What it means for one that is not yet; nil when it is no refusal.
  var refusalReason: RefusalReason? {
    switch self {
    case .tls(let failure): .tls(failure)
    case .frameTooLong(let error): .helloTooLong(bytes: error.bytes)
    case .socket(let text): .socket(text)
    case .closedByPeer: .closedEarly
    case .timeout: .handshakeTimeout
    case .refused(let reason): reason
    case .replaced, .misbehaved, .unlisted, .shutdown: nil
    }
  }
}

extension RefusalReason {
  /// What the refused side's hello tells it.
  var verdict: HelloVerdict {
    switch self {
    case .unknownKey: .unknownKey
    case .followersFull: .followersFull
    case .followerNotAllowed: .followerNotAllowed
    case .followerPenalised: .followerPenalised
    default: .refused
    }
  }
}
