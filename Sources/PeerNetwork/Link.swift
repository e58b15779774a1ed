import LedgerCore
import Synchronization

/// One peer on one channel: what any thread may touch. Connections come and go; the link stays.
final class Link: Sendable {
  let index: Int
  let peer: KnownPeer
  let channel: PeerChannel
  /// Whether this node dials: the node with the smaller account id does.
  let dials: Bool
  private let frameBytesMax: Int
  private let queueBytesMax: Int
  private let state: Mutex<State>

  private struct State {
    var waiting: [[UInt8]] = []
    var counters: PeerCounters
  }

  init(index: Int, peer: KnownPeer, channel: PeerChannel, dials: Bool, limits: PeerLimits) {
    self.index = index
    self.peer = peer
    self.channel = channel
    self.dials = dials
    frameBytesMax = limits.frameBytesMax(channel)
    queueBytesMax = limits.queueBytesMax(channel)
    state = Mutex(State(counters: PeerCounters(account: peer.account, channel: channel)))
  }

  var counters: PeerCounters { state.withLock { $0.counters } }

  var isConnected: Bool { state.withLock { $0.counters.isConnected } }

  func enqueue(_ payload: [UInt8]) -> SendOutcome {
    guard (1...frameBytesMax).contains(payload.count) else { return .badLength }
    return state.withLock { state in
      guard state.counters.isConnected else { return .notConnected }
      guard state.counters.queuedBytes + payload.count <= queueBytesMax else {
        state.counters.framesDropped += 1
        state.counters.bytesDropped += UInt64(payload.count)
        return .full
      }
      state.counters.queuedBytes += payload.count
      state.waiting.append(payload)
      return .queued
    }
  }

  /// Moves all that waits to the connection; it stays counted as queued until `sent`.
  func takeWaiting() -> [[UInt8]] {
    state.withLock { state in
      var taken: [[UInt8]] = []
      swap(&taken, &state.waiting)
      return taken
    }
  }

  func sent(frames: Int, bytes: Int) {
    state.withLock { state in
      state.counters.queuedBytes -= bytes
      state.counters.framesSent += UInt64(frames)
      state.counters.bytesSent += UInt64(bytes)
    }
  }

  func received(bytes: Int) {
    state.withLock { state in
      state.counters.framesReceived += 1
      state.counters.bytesReceived += UInt64(bytes)
    }
  }

  func opened() {
    state.withLock { state in
      state.counters.isConnected = true
      state.counters.connections += 1
    }
  }

  /// `unsent` frames were with the connection.
  func closed(unsent: Int, why: String) {
    state.withLock { state in
      state.counters.framesLost += UInt64(unsent + state.waiting.count)
      state.waiting = []
      state.counters.queuedBytes = 0
      state.counters.isConnected = false
      state.counters.lastFailure = why
    }
  }

  func dialFailed(why: String) {
    state.withLock { state in
      state.counters.dialFailures += 1
      state.counters.lastFailure = why
    }
  }
}

/// All links, findable by account: two for each peer, in the order of accounts.
struct LinkTable: Sendable {
  let links: [Link]
  private let accounts: [AccountID]

  init(_ configuration: PeerNetworkConfiguration) {
    let peers = configuration.peers.sorted { $0.account < $1.account }
    accounts = peers.map(\.account)
    var links: [Link] = []
    for peer in peers {
      for channel in PeerChannel.allCases {
        links.append(
          Link(
            index: links.count, peer: peer, channel: channel,
            dials: configuration.account < peer.account, limits: configuration.limits))
      }
    }
    self.links = links
  }

  subscript(peer: Int, channel: PeerChannel) -> Link {
    links[2 * peer + Int(channel.rawValue)]
  }

  var peerCount: Int { accounts.count }

  func account(_ peer: Int) -> AccountID { accounts[peer] }

  /// Binary search.
  func peer(_ account: AccountID) -> Int? {
    var low = 0
    var high = accounts.count
    while low < high {
      let middle = (low + high) / 2
      if accounts[middle] < account { low = middle + 1 } else { high = middle }
    }
    return low < accounts.count && accounts[low] == account ? low : nil
  }
}
