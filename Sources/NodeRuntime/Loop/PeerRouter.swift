import LedgerCore
import LedgerMetrics
import Logging
import PeerNetwork
import Replica
import Synchronization

/// From peer connections to the replica: a peer is connected when both its connections are.
final class PeerRouter: Sendable {
  private let queue: EventQueue<NodeEvent>
  private let metrics: NodeMetrics
  private let logger: Logger
  private let channels = Mutex<[AccountID: Set<PeerChannel>]>([:])
  /// CPU time of the event loop's thread booked so far, nanoseconds.
  private let booked = Mutex<UInt64>(0)

  init(queue: EventQueue<NodeEvent>, metrics: NodeMetrics, logger: Logger) {
    self.queue = queue
    self.metrics = metrics
    self.logger = logger
  }

  /// Called on the event loop's thread, whose CPU time is all for peer connections: TLS, framing.
  func route(_ event: PeerEvent) {
    bookThread()
    switch event {
    case .connected(let peer, let channel):
      let isWhole = channels.withLock { channels in
        channels[peer, default: []].insert(channel)
        return channels[peer]?.count == PeerChannel.allCases.count
      }
      if isWhole {
        logger.info("peer connected", metadata: ["peer": "\(peer.hex.prefix(16))"])
        queue.require(.replica(.peerConnected(peer)))
      }
    case .disconnected(let peer, let channel, let reason):
      let wasWhole = channels.withLock { channels in
        let before = channels[peer]?.count == PeerChannel.allCases.count
        channels[peer]?.remove(channel)
        return before
      }
      if wasWhole {
        logger.info(
          "peer gone: \(reason)", metadata: ["peer": "\(peer.hex.prefix(16))"])
        queue.require(.replica(.peerDisconnected(peer)))
      }
    case .received(let peer, _, let frame):
      if !queue.offer(.replica(.frame(frame, from: peer)), bytes: frame.count, from: peer) {
        metrics.messagesDropped.add()
      }
    case .refused(let reason, let address):
      metrics.connectionsRefused.add()
      logger.warning("connection refused: \(reason)", metadata: ["address": "\(address)"])
    }
    metrics.peersConnected.set(
      UInt64(
        channels.withLock { channels in
          channels.values.count { $0.count == PeerChannel.allCases.count }
        }))
  }

  private func bookThread() {
    let now = CPUClock.threadNanoseconds()
    let since = booked.withLock { booked in
      defer { booked = now }
      return now &- booked
    }
    metrics.book(.network, nanoseconds: since)
  }
}
