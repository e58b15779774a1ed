public import LedgerCore
import NIOCore
import NIOPosix
import Synchronization

/// Authenticated, encrypted connections to the peers that the chain or the configuration names.
///
/// Two TLS 1.3 connections join each pair of ER Nodes, one for votes and one for data. The node
/// with the smaller account id dials, again and again with growing waits; the other accepts. A peer
/// is who it is by its transport key; its hello must name the same account and the same chain.
///
/// A full node dials one connection to each node it follows. Whom it is served by, it knows; those
/// who serve it know it by its transport key alone. Followers have places, queues and budgets of
/// their own: none of them takes anything from a known peer.
///
/// Threads: one event loop thread does all of it (many nodes may share one machine). Every method
/// may be called from any thread and none waits, except `start` and `shutdown`.
public final class PeerNetwork: Sendable {
  /// Where it listens; the port is the real one, also when 0 was asked for.
  public let listenAddress: PeerAddress
  private let group: MultiThreadedEventLoopGroup
  private let loop: any EventLoop
  private let core: NIOLoopBound<Core>
  private let book: LinkBook
  private let configuration: PeerNetworkConfiguration
  private let followerTable: FollowerTable
  private let refusalCounters: RefusalCounters
  private let state = Mutex(State())

  private struct State {
    var isStopped = false
    /// A turn of the event loop that will send what waits is already asked for.
    var isWoken = false
  }

  /// Starts to listen and to dial. Waits until the listening socket is bound.
  ///
  /// `onEvent` is called on the event loop's thread: it must not block, and hands what it gets to a
  /// bounded queue; when that is full it calls `pauseReceiving`.
  public static func start(
    _ configuration: PeerNetworkConfiguration, onEvent: @escaping @Sendable (PeerEvent) -> Void
  ) throws(PeerNetworkError) -> PeerNetwork {
    try check(configuration)
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    do throws(PeerNetworkError) {
      return try PeerNetwork(configuration, group: group, onEvent: onEvent)
    } catch {
      try? group.syncShutdownGracefully()
      throw error
    }
  }

  /// The transport public key that peers must know for a seed.
  public static func transportKey(seed: [UInt8]) throws(PeerNetworkError) -> PublicKey {
    guard seed.count == 32 else { throw .seedLength(seed.count) }
    do throws(TLSFailure) {
      return try TLSContext(seed: seed).publicKey
    } catch {
      throw .tls(error)
    }
  }

  private init(
    _ configuration: PeerNetworkConfiguration, group: MultiThreadedEventLoopGroup,
    onEvent: @escaping @Sendable (PeerEvent) -> Void
  ) throws(PeerNetworkError) {
    self.group = group
    let loop = group.next()
    let book = LinkBook(LinkTable(configuration))
    let refusalCounters = RefusalCounters()
    let followerTable = FollowerTable(configuration.limits)
    do {
      let core = try loop.submit {
        NIOLoopBound(
          try Core(
            configuration, book: book, followers: followerTable, refusals: refusalCounters,
            loop: loop, onEvent: onEvent),
          eventLoop: loop)
      }.wait()
      let server = try ServerBootstrap(group: loop)
        .serverChannelOption(.backlog, value: 256)
        .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
        .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
        .childChannelOption(.maxMessagesPerRead, value: 1)
        .childChannelOption(.writeBufferWaterMark, value: Core.waterMark)
        .childChannelInitializer { channel in core.value.adopt(channel, dialled: nil) }
        .bind(host: configuration.listen.host, port: configuration.listen.port).wait()
      listenAddress = PeerAddress(
        host: configuration.listen.host,
        port: server.localAddress?.port ?? configuration.listen.port)
      try loop.submit { core.value.start(server: server) }.wait()
      self.core = core
    } catch let error as TLSFailure {
      throw .tls(error)
    } catch {
      throw .listen(configuration.listen, "\(error)")
    }
    self.loop = loop
    self.book = book
    self.configuration = configuration
    self.followerTable = followerTable
    self.refusalCounters = refusalCounters
  }

  private static func check(
    _ configuration: PeerNetworkConfiguration
  ) throws(PeerNetworkError) {
    guard configuration.transportSeed.count == 32 else {
      throw .seedLength(configuration.transportSeed.count)
    }
    var accounts: Set<AccountID> = []
    var keys: Set<PublicKey> = []
    for peer in configuration.peers {
      if peer.account == configuration.account { throw .selfAmongPeers }
      guard accounts.insert(peer.account).inserted else { throw .duplicateAccount(peer.account) }
      guard keys.insert(peer.transportKey).inserted else {
        throw .duplicateTransportKey(peer.transportKey)
      }
    }
    guard (0...FollowerPolicy.countMaxMax).contains(configuration.followers.countMax) else {
      throw .followersOutOfRange(configuration.followers.countMax)
    }
    for address in configuration.peers.map(\.address) + [configuration.listen] {
      guard (0...65_535).contains(address.port) else { throw .portOutOfRange(address) }
    }
  }

  /// Ends all connections (each is reported as disconnected) and the thread, and waits for that. No
  /// event comes after it returns. A second call does nothing.
  ///
  /// Not to be called from `onEvent`: the event loop cannot wait for its own end.
  public func shutdown() {
    precondition(!loop.inEventLoop, "shutdown() waits for the event loop and runs on it")
    let isFirst = state.withLock { state in
      defer { state.isStopped = true }
      return !state.isStopped
    }
    guard isFirst else { return }
    let core = core
    try? loop.submit { core.value.stop() }.wait()
    try? group.syncShutdownGracefully()
  }

  // MARK: Sending

  /// Queues a payload of 1 byte up to the connection's frame bound for a known peer or a follower.
  /// Payloads on one channel arrive in the order in which they were queued, as long as the
  /// connection lives. One who follows or is followed has one connection for everything.
  @discardableResult
  public func send(
    to account: AccountID, on channel: PeerChannel, _ payload: [UInt8]
  ) -> SendOutcome {
    guard let link = link(account, channel) else { return .unknownPeer }
    let outcome = link.enqueue(payload)
    if outcome == .queued { wake() }
    return outcome
  }

  private func link(_ account: AccountID, _ channel: PeerChannel) -> Link? {
    let table = book.table
    guard let peer = table.peer(account) else { return followerTable[account] }
    return table[peer, channel] ?? table[peer, .follow]
  }

  /// Queues a payload for every known peer that has this channel. Followers get `announce`.
  @discardableResult
  public func broadcast(on channel: PeerChannel, _ payload: [UInt8]) -> BroadcastOutcome {
    let table = book.table
    return enqueue(payload, on: (0..<table.peerCount).compactMap { table[$0, channel] })
  }

  /// Queues a payload for every follower.
  @discardableResult
  public func announce(_ payload: [UInt8]) -> BroadcastOutcome {
    enqueue(payload, on: followerTable.all)
  }

  private func enqueue(_ payload: [UInt8], on links: [Link]) -> BroadcastOutcome {
    var outcomes = BroadcastOutcome()
    for link in links { outcomes.count(link.enqueue(payload)) }
    if outcomes.queued > 0 { wake() }
    return outcomes
  }

  // MARK: Whom it knows

  /// Knows these peers from now on, in the place of those it has known: at most `peersMax`, the
  /// first. Connections of peers that are known as before are not touched; those of others end,
  /// with `unlisted`, and new ones are dialled. Left out are this node itself, peers without a
  /// port, and whose account or key another before it has.
  public func update(_ peers: [KnownPeer]) {
    var accounts: Set<AccountID> = []
    var keys: Set<PublicKey> = []
    let sound = peers.filter { peer in
      peer.account != configuration.account && (1...65_535).contains(peer.address.port)
        && !accounts.contains(peer.account) && !keys.contains(peer.transportKey)
        && accounts.insert(peer.account).inserted && keys.insert(peer.transportKey).inserted
    }
    let known = Array(sound.prefix(Self.peersMax))
    onLoop { core in core.update(known) }
  }

  /// How many peers can be known: a full set, as many standbys, and as many candidates.
  public static let peersMax = 3 * Limits.validatorsMax

  /// How many are known.
  public var knownCount: Int { book.table.peerCount }

  /// Ends a follower's connection and refuses it for `PeerLimits.followerPenaltyMilliseconds`: it
  /// broke the rules.
  public func drop(follower account: AccountID) {
    if loop.inEventLoop {
      core.value.drop(follower: account)
    } else {
      onLoop { core in core.drop(follower: account) }
    }
  }

  /// Asks for one turn of the event loop for all that is queued until then.
  private func wake() {
    state.withLock { state in
      guard !state.isStopped, !state.isWoken else { return }
      state.isWoken = true
      loop.execute { [self] in
        self.state.withLock { $0.isWoken = false }
        core.value.pumpAll()
      }
    }
  }

  /// A loop that was shut down must not be given work.
  private func onLoop(_ body: @escaping @Sendable (Core) -> Void) {
    state.withLock { state in
      guard !state.isStopped else { return }
      loop.execute { [core] in body(core.value) }
    }
  }

  // MARK: Receiving

  /// Stops reading from all peers on a channel: their sockets fill, then their queues. After it
  /// returns on the event loop's thread, at most one TLS record (16 KiB) of frames still comes from
  /// the connection being read.
  public func pauseReceiving(_ channel: PeerChannel) {
    if loop.inEventLoop {
      core.value.setPaused(true, channel)
    } else {
      onLoop { core in core.setPaused(true, channel) }
    }
  }

  /// Goes on reading. Call it when the queue has room again.
  public func resumeReceiving(_ channel: PeerChannel) {
    onLoop { core in core.setPaused(false, channel) }
  }

  // MARK: State

  /// Known peers with all their channels open, ascending.
  public var connectedPeers: [AccountID] {
    let table = book.table
    return (0..<table.peerCount)
      .filter { peer in table.links(of: peer).allSatisfy(\.isConnected) }.map(table.account)
  }

  /// Full nodes that follow this node now, ascending.
  public var followers: [AccountID] { followerTable.all.map(\.peer.account) }

  /// How many they are.
  public var followerCount: Int { followerTable.count }

  /// Whether a connected node is a follower, and no known peer.
  public func isFollower(_ account: AccountID) -> Bool { followerTable[account] != nil }

  /// Whether one peer can be sent to on a channel.
  public func isConnected(_ account: AccountID, on channel: PeerChannel) -> Bool {
    link(account, channel)?.isConnected ?? false
  }

  /// Counters of one peer on one channel, or of a follower; nil when unknown.
  public func counters(of account: AccountID, on channel: PeerChannel) -> PeerCounters? {
    link(account, channel)?.counters
  }

  /// Counters of every known peer and channel, in the order of accounts.
  public var counters: [PeerCounters] { book.table.links.map(\.counters) }

  /// Counters of the connected followers, in the order of accounts.
  public var followerCounters: [PeerCounters] { followerTable.all.map(\.counters) }

  /// Connections refused for this kind of reason, dialled and accepted ones.
  public func refusals(_ kind: RefusalKind) -> UInt64 { refusalCounters[kind] }
}
