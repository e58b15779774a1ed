import CatchUp
import Consensus
import LedgerCore
import LedgerMetrics
import LedgerStore
import Logging
import PeerNetwork
import Replica

/// Blocks that peers and full nodes ask for.
extension EffectPerformer {
  /// Peers ask for these: beyond what the disk gives, they ask again.
  func serve(_ work: @escaping @Sendable () -> Void) {
    if !reader.offer(work) { metrics.peers.serveFull.add() }
  }

  /// One that asks and does not read costs no more than its first answer: the lane is for all.
  func servePeer(from height: UInt64, count: Int, to peer: AccountID) {
    let waiting = peers.counters(of: peer, on: .data)?.queuedBytes ?? 0
    guard waiting < NodeLimits.peerWaitingBytesMax else { return metrics.peers.serveFull.add() }
    serve { [self] in serveBlocks(from: height, count: count, to: peer) }
  }

  /// Full nodes have a lane of their own, behind the validators' in nothing but what they may cost:
  /// beyond it, or while the last answer still waits for its socket, they ask again.
  func serveFollower(from height: UInt64, count: Int, to follower: AccountID) {
    let waiting = peers.counters(of: follower, on: .follow)?.queuedBytes ?? 0
    guard waiting < NodeLimits.followerWaitingBytesMax,
      followerBytes.hasRoom(second: NodeClock.milliseconds() / 1_000),
      followerReader.offer({ [self] in serveBlocks(from: height, count: count, to: follower) })
    else { return metrics.peers.serveFull.add() }
  }

  private func serveBlocks(from height: UInt64, count: Int, to peer: AccountID) {
    do throws(StoreError) {
      let entries = try store.log.read(
        from: height, bytesMax: CatchUpLimits.answerBytesTarget)
      let message = CatchUpMessage.blocks(from: height, entries.prefix(count).map(\.block))
      if peers.isFollower(peer) {
        followerBytes.take(entries.prefix(count).reduce(0) { $0 + $1.block.count })
      }
      send(.catchUp(message), to: peer)
    } catch {
      logger.error("blocks from height \(height) cannot be read: \(error)")
    }
  }

  func serveDecided(_ height: UInt64, withBlock: Bool, to peer: AccountID) {
    do {
      guard let entry = try store.log.read(height) else { return }
      let decided = try DecidedBlock(decoding: entry.block)
      send(
        .consensus(
          .decided(
            Decided(
              certificate: decided.certificate, block: withBlock ? decided.block : nil))),
        to: peer)
    } catch {
      logger.error("block \(height) cannot be read: \(error)")
    }
  }

  private func send(_ message: PeerMessage, to peer: AccountID) {
    peers.send(to: peer, on: message.channel.connection, message.bytes)
  }
}

extension MessageChannel {
  /// The connection a channel's messages travel on.
  var connection: PeerChannel {
    switch self {
    case .votes: .votes
    case .data: .data
    }
  }
}
