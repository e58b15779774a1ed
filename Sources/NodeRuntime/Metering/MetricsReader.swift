import LedgerCore
import LedgerMetrics
import LedgerRules
import LedgerState
import LedgerStore
import PeerNetwork
import Synchronization

/// Answers a scrape: reads what is only known by asking for it, at most once a second (what is
/// counted out of the state: every 10 s), and gives everything as text.
final class MetricsReader: Sendable {
  private struct Peer {
    let account: AccountID
    let name: String
    let connected: Gauge
    let lastHeard: Gauge
    let channels: [Channel]
  }

  private struct Channel {
    let channel: PeerChannel
    let sent: Counter
    let received: Counter
    let queued: Gauge
    let dropped: Counter
    let reconnects: Counter
    let dialFailures: Counter
  }

  private let metrics: NodeMetrics
  private let network: PeerNetwork
  private let router: PeerRouter
  private let store: NodeStore
  private let signatures: SignatureVerifier
  private let board: NodeBoard
  private let path: String
  private let names: MemberNames
  private let kinds: [PeerChannel]
  /// Those that were known at some time: what is counted of them stays.
  private let peers = Mutex<[AccountID: Peer]>([:])
  private let refusals: [(RefusalKind, Counter)]
  private let readAt = Mutex<UInt64?>(nil)
  private let countedAt = Mutex<UInt64?>(nil)

  /// - Parameter path: in the file system that holds the node's data.
  init(
    metrics: NodeMetrics, network: PeerNetwork, router: PeerRouter, store: NodeStore,
    signatures: SignatureVerifier, board: NodeBoard, path: String, names: MemberNames,
    isFullNode: Bool
  ) {
    self.metrics = metrics
    self.network = network
    self.router = router
    self.store = store
    self.signatures = signatures
    self.board = board
    self.path = path
    self.names = names
    let counted = metrics.peers
    kinds = isFullNode ? [.follow] : [.votes, .data]
    refusals = RefusalKind.allCases.map {
      ($0, counted.connectionsRefused.child(String(label: $0)))
    }
    addPeers()
  }

  /// Counts peers that have become known, as far as there is room for their names.
  private func addPeers() {
    let accounts = Set(network.counters.map(\.account))
    metrics.peers.knownCount.set(accounts.count)
    router.keep(accounts)
    peers.withLock { peers in
      for account in accounts.sorted() where peers[account] == nil {
        guard peers.count < NodeLimits.countedPeersMax else { return }
        peers[account] = peer(account)
      }
    }
  }

  private func peer(_ account: AccountID) -> Peer {
    let (counted, name) = (metrics.peers, names[account])
    return Peer(
      account: account, name: name, connected: counted.connected.child(name),
      lastHeard: counted.lastHeard.child(name),
      channels: kinds.map { channel in
        let label = "\(channel)"
        return Channel(
          channel: channel, sent: counted.sentBytes.child(name, label),
          received: counted.receivedBytes.child(name, label),
          queued: counted.queuedBytes.child(name, label),
          dropped: counted.droppedFrames.child(name, label),
          reconnects: counted.reconnects.child(name, label),
          dialFailures: counted.dialFailures.child(name, label))
      })
  }

  /// The text exposition.
  func text() -> String {
    let now = CPUClock.monotonicNanoseconds()
    if Self.isDue(readAt, every: 1_000_000_000, at: now) { read() }
    if Self.isDue(countedAt, every: 10_000_000_000, at: now) {
      DeadlineReading.take(from: store.records, into: metrics.registry)
    }
    return metrics.text()
  }

  /// Whether so long has passed since this was last true, nanoseconds.
  private static func isDue(_ last: borrowing Mutex<UInt64?>, every span: UInt64, at now: UInt64)
    -> Bool
  {
    last.withLock { last in
      if let time = last, now &- time < span { return false }
      last = now
      return true
    }
  }

  private func read() {
    ProcessReading.take(into: metrics.process)
    signatures.count()
    metrics.chain.show(mode: board.standing.mode)
    addPeers()
    for peer in peers.withLock({ Array($0.values) }) { read(peer) }
    metrics.peers.followers.set(network.followerCount)
    for (kind, counter) in refusals { counter.follow(network.refusals(kind)) }
    let disk = metrics.store
    if let space = ProcessReading.disk(at: path) {
      disk.diskFree.set(space.free)
      disk.diskSize.set(space.size)
    }
    guard let usage = try? store.usage() else { return }
    disk.logBytes.set(usage.logBytes)
    disk.logSegments.set(usage.logSegments)
    disk.bundleSegments.set(usage.bundleSegments)
    disk.mapBytes.set(usage.stateMapBytes)
    disk.usedBytes.set(usage.stateUsedBytes)
  }

  private func read(_ peer: Peer) {
    var isConnected = true
    for channel in peer.channels {
      guard let counters = network.counters(of: peer.account, on: channel.channel) else {
        isConnected = false
        continue
      }
      isConnected = isConnected && counters.isConnected
      channel.sent.follow(counters.bytesSent)
      channel.received.follow(counters.bytesReceived)
      channel.queued.set(counters.queuedBytes)
      channel.dropped.follow(counters.framesDropped + counters.framesLost)
      channel.reconnects.follow(counters.reconnects)
      channel.dialFailures.follow(counters.dialFailures)
    }
    peer.connected.set(isConnected)
    if let heard = router.lastHeard(of: peer.account) {
      peer.lastHeard.set((CPUClock.monotonicNanoseconds() &- heard) / 1_000_000)
    }
  }
}

extension NodeMetrics {
  /// What is known at a node's start and changes no more, or only with the next block.
  func start(_ opened: OpenedHome, height: UInt64, timestamp: UInt64, _ names: MemberNames) {
    chain.height.set(height)
    chain.timestamp.set(timestamp)
    chain.interval.set(opened.document.interval)
    store.unflushedMax.set(StateLimits.overlayLayersMax)
    process.buildInfo.child(
      NodeRelease.version, opened.document.network, opened.account.map { names[$0] } ?? "full node"
    ).set(1)
  }
}
