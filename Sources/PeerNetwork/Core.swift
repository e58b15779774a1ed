import LedgerCore
import NIOCore
import NIOPosix

/// All connections of a node; lives on the event loop, as all it holds.
final class Core {
  let loop: any EventLoop
  let account: AccountID
  let genesis: ChainID
  let limits: PeerLimits
  let table: LinkTable
  let tls: TLSContext
  /// Shared by the connections: they take turns on one thread.
  var record = [UInt8](repeating: 0, count: Bounds.recordBytesMax)
  var staging: [UInt8] = []

  private let refusals: RefusalCounters
  private var onEvent: @Sendable (PeerEvent) -> Void
  private var peerOfKey: [PublicKey: Int] = [:]
  /// By link; nil where there is no open connection.
  private var open: [Connection?]
  /// Every connection that has not ended, in no order.
  private var alive: [ObjectIdentifier: Connection] = [:]
  private var backoff: [Backoff]
  /// By link: the next dial is planned.
  private var isDialPlanned: [Bool]
  private var paused: [Bool]
  private var server: (any Channel)?
  private var tick: RepeatedTask?
  private var isStopped = false
  private var refusalEvents = (second: NIODeadline.now(), count: 0)

  init(
    _ configuration: PeerNetworkConfiguration, table: LinkTable, refusals: RefusalCounters,
    loop: any EventLoop, onEvent: @escaping @Sendable (PeerEvent) -> Void
  ) throws(TLSFailure) {
    self.loop = loop
    self.table = table
    self.refusals = refusals
    self.onEvent = onEvent
    account = configuration.account
    genesis = configuration.genesis
    limits = configuration.limits
    tls = try TLSContext(seed: configuration.transportSeed)
    open = Array(repeating: nil, count: table.links.count)
    isDialPlanned = Array(repeating: false, count: table.links.count)
    paused = Array(repeating: false, count: PeerChannel.allCases.count)
    backoff = table.links.map { link in
      Backoff(
        initialMilliseconds: configuration.limits.backoffInitialMilliseconds,
        maxMilliseconds: configuration.limits.backoffMaxMilliseconds,
        seed: configuration.jitterSeed &+ UInt64(link.index) &* 0x9E37_79B9)
    }
    for peer in 0..<table.peerCount { peerOfKey[table[peer, .votes].peer.transportKey] = peer }
  }

  func peer(ofKey key: PublicKey) -> Int? { peerOfKey[key] }

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
    guard !isStopped, open[link.index] == nil else { return }
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

  private func dialFailed(_ link: Link, why: String) {
    guard !isStopped else { return }
    link.dialFailed(why: why)
    dialLater(link)
  }

  private func dialLater(_ link: Link) {
    guard !isStopped, !isDialPlanned[link.index] else { return }
    isDialPlanned[link.index] = true
    let wait = TimeAmount.milliseconds(backoff[link.index].next())
    loop.assumeIsolated().scheduleTask(in: wait) { [self] in
      isDialPlanned[link.index] = false
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
    guard connection.dialled == nil else { return }
    // Few connections: counting them is cheaper than keeping a count right.
    let pending = alive.values.count { $0.dialled == nil && $0.link == nil }
    if pending > limits.pendingInboundMax {
      connection.end(.refused(.tooManyPending(max: limits.pendingInboundMax)))
    }
  }

  func opened(_ connection: Connection, _ link: Link) {
    open[link.index]?.end(.replaced)
    open[link.index] = connection
    link.opened()
    emit(.connected(link.peer.account, link.channel))
    if isPaused(link.channel) { connection.setReading(false) }
  }

  func ended(_ connection: Connection, was phase: Connection.Phase, _ cause: Connection.Cause) {
    alive[ObjectIdentifier(connection)] = nil
    if case .open(let link) = phase {
      let reason = cause.disconnectReason
      open[link.index] = nil
      link.closed(unsent: connection.encoder.unfinished, why: "\(reason)")
      let life = NIODeadline.now() - connection.since
      if life > .milliseconds(limits.stableMilliseconds) { backoff[link.index].reset() }
      emit(.disconnected(link.peer.account, link.channel, reason))
      if link.dials { dialLater(link) }
      return
    }
    guard let reason = cause.refusalReason else { return }
    refuse(reason, address: connection.address)
    if let dialled = connection.dialled { dialFailed(dialled, why: "\(reason)") }
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

  /// Sends what waits on all connections, votes first.
  func pumpAll() {
    for channel in PeerChannel.allCases {
      for peer in 0..<table.peerCount { open[table[peer, channel].index]?.pump() }
    }
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
    for peer in 0..<table.peerCount { open[table[peer, channel].index]?.setReading(!isOn) }
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
    case .replaced, .shutdown: nil
    }
  }
}
