import LedgerCore
import LedgerMetrics
import Logging
import PeerNetwork
import Replica
import Synchronization

/// From peer connections to the replica: a peer is connected when all its connections are.
///
/// What a sender may not send ends here, before it takes a place in any queue; a full node that
/// tries is dropped.
final class PeerRouter: Sendable {
  private let queue: EventQueue<NodeEvent>
  private let metrics: NodeMetrics
  private let logger: Logger
  /// What known peers are to this node, and how many connections each has.
  private let relation: PeerRelation
  private let channelsPerPeer: Int
  private let channels = Mutex<[AccountID: Set<PeerChannel>]>([:])
  /// CPU time of the event loop's thread booked so far, nanoseconds.
  private let booked = Mutex<UInt64>(0)
  /// By the monotonic clock; of known peers.
  private let heard = Mutex<[AccountID: UInt64]>([:])

  init(
    isFullNode: Bool, queue: EventQueue<NodeEvent>, metrics: NodeMetrics, logger: Logger
  ) {
    relation = isFullNode ? .server : .peer
    channelsPerPeer = isFullNode ? 1 : 2
    self.queue = queue
    self.metrics = metrics
    self.logger = logger
  }

  /// When the last frame of a peer came, by the monotonic clock; nil when none has come.
  func lastHeard(of peer: AccountID) -> UInt64? {
    heard.withLock { $0[peer] }
  }

  /// Forgets peers that are known no longer.
  func keep(_ peers: Set<AccountID>) {
    heard.withLock { heard in heard = heard.filter { peers.contains($0.key) } }
  }

  /// Called on the event loop's thread, whose CPU time is all for peer connections: TLS, framing.
  /// `network` is where the event comes from.
  func route(_ event: PeerEvent, of network: PeerNetwork?) {
    bookThread()
    switch event {
    case .connected(let peer, let channel): connected(peer, channel)
    case .disconnected(let peer, let channel, let reason): disconnected(peer, channel, reason)
    case .congested(let peer, let channel, let isCongested):
      // Votes are few, and are never held back.
      guard channel == .data else { return }
      queue.require(.replica(.peerCongested(peer, isCongested)))
    case .received(let peer, _, let frame):
      metrics.count(.network)
      let now = CPUClock.monotonicNanoseconds()
      heard.withLock { $0[peer] = now }
      guard PeerMessage.mayCome(frame, from: relation) else {
        return refuse("a message that only others may send", of: peer)
      }
      if !queue.offer(.replica(.frame(frame, from: peer)), bytes: frame.count, from: .peer(peer)) {
        metrics.peers.queueFull.add()
      }
    case .followerConnected(let follower, let address):
      logger.notice(
        "a full node follows",
        metadata: ["node": "\(follower.hex.prefix(16))", "address": "\(address)"])
      queue.require(.replica(.followerConnected(follower)))
    case .followerDisconnected(let follower, let reason):
      logger.notice(
        "a full node is gone: \(reason)", metadata: ["node": "\(follower.hex.prefix(16))"])
      queue.require(.replica(.followerDisconnected(follower)))
    case .followerSent(let follower, let frame):
      metrics.count(.network)
      guard PeerMessage.mayCome(frame, from: .follower) else {
        refuse("a message that only ER Nodes may send; it is dropped", of: follower)
        network?.drop(follower: follower)
        return
      }
      if !queue.offer(
        .replica(.frame(frame, from: follower)), bytes: frame.count, from: .follower(follower))
      {
        metrics.peers.queueFull.add()
      }
    case .refused(let reason, let address):
      logger.warning("connection refused: \(reason)", metadata: ["address": "\(address)"])
    }
  }

  private func connected(_ peer: AccountID, _ channel: PeerChannel) {
    let isWhole = channels.withLock { channels in
      channels[peer, default: []].insert(channel)
      return channels[peer]?.count == channelsPerPeer
    }
    if isWhole {
      logger.info("peer connected", metadata: ["peer": "\(peer.hex.prefix(16))"])
      queue.require(.replica(.peerConnected(peer)))
    }
    countPeers()
  }

  private func disconnected(
    _ peer: AccountID, _ channel: PeerChannel, _ reason: DisconnectReason
  ) {
    let wasWhole = channels.withLock { channels in
      let before = channels[peer]?.count == channelsPerPeer
      channels[peer]?.remove(channel)
      return before
    }
    if wasWhole {
      logger.info("peer gone: \(reason)", metadata: ["peer": "\(peer.hex.prefix(16))"])
      queue.require(.replica(.peerDisconnected(peer)))
    }
    countPeers()
  }

  private func countPeers() {
    let count = channels.withLock { channels in
      channels.values.count { $0.count == channelsPerPeer }
    }
    metrics.peers.connectedCount.set(count)
  }

  private func refuse(_ what: String, of sender: AccountID) {
    metrics.peers.outOfPlace.add()
    logger.warning("\(what)", metadata: ["node": "\(sender.hex.prefix(16))"])
  }

  private func bookThread() {
    let now = CPUClock.threadNanoseconds()
    let since = booked.withLock { booked in
      defer { booked = now }
      return now &- booked
    }
    metrics.book(.network, nanoseconds: since, items: 0)
  }
}
