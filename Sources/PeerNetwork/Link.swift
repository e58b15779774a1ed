import LedgerCore
import Synchronization

/// One peer on one channel: what any thread may touch. Connections come and go; a known peer's link
/// stays as long as the peer is known by this key and address, a follower's lives as long as its
/// connection.
final class Link: Sendable {
  let isFollower: Bool
  let peer: KnownPeer
  let channel: PeerChannel
  /// Whether this node dials: the node with the smaller account id does, and a full node always.
  let dials: Bool
  let bounds: LinkBounds
  /// What all followers' queues share.
  private let budget: FollowerBudget?
  private let state: Mutex<State>

  private struct State {
    var waiting: [[UInt8]] = []
    var isCongested = false
    var counters: PeerCounters
  }

  /// A known peer's.
  init(peer: KnownPeer, channel: PeerChannel, dials: Bool, limits: PeerLimits) {
    isFollower = false
    self.peer = peer
    self.channel = channel
    self.dials = dials
    bounds = limits.bounds(channel, isFollower: false)
    budget = nil
    state = Mutex(State(counters: PeerCounters(account: peer.account, channel: channel)))
  }

  /// A follower's.
  init(follower peer: KnownPeer, budget: FollowerBudget, limits: PeerLimits) {
    isFollower = true
    self.peer = peer
    channel = .follow
    dials = false
    bounds = limits.bounds(.follow, isFollower: true)
    self.budget = budget
    state = Mutex(State(counters: PeerCounters(account: peer.account, channel: channel)))
  }

  var counters: PeerCounters { state.withLock { $0.counters } }

  var isConnected: Bool { state.withLock { $0.counters.isConnected } }

  func enqueue(_ payload: [UInt8]) -> SendOutcome {
    guard (1...bounds.frameOut).contains(payload.count) else { return .badLength }
    return state.withLock { state in
      guard state.counters.isConnected else { return .notConnected }
      guard state.counters.queuedBytes + payload.count <= bounds.queue,
        budget?.take(payload.count) ?? true
      else {
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
    budget?.release(bytes)
    state.withLock { state in
      state.counters.queuedBytes -= bytes
      state.counters.framesSent += UInt64(frames)
      state.counters.bytesSent += UInt64(bytes)
    }
  }

  /// Whether it has become congested, or has ceased to be; nil when neither.
  func congestionChange(_ limits: PeerLimits) -> Bool? {
    state.withLock { state in
      let queued = state.counters.queuedBytes
      let isCongested =
        queued > (state.isCongested ? limits.decongestedBytes : limits.congestedBytes)
      guard isCongested != state.isCongested else { return nil }
      state.isCongested = isCongested
      if isCongested { state.counters.congestions += 1 }
      return isCongested
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
      budget?.release(state.counters.queuedBytes)
      state.counters.queuedBytes = 0
      state.isCongested = false
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

/// The links of known peers, findable by account, in the order of accounts: two for each among ER
/// Nodes, one for each that a full node follows.
struct LinkTable: Sendable {
  let links: [Link]
  /// What each peer has a link for.
  let channels: [PeerChannel]
  private let accounts: [AccountID]

  init(_ configuration: PeerNetworkConfiguration) {
    self.init(configuration.peers, configuration, keeping: [])
  }

  /// The table of other peers; those that are known as before keep their links.
  func replacing(_ peers: [KnownPeer], _ configuration: PeerNetworkConfiguration) -> LinkTable {
    LinkTable(peers, configuration, keeping: links)
  }

  private init(
    _ peers: [KnownPeer], _ configuration: PeerNetworkConfiguration, keeping old: [Link]
  ) {
    let peers = peers.sorted { $0.account < $1.account }
    accounts = peers.map(\.account)
    channels = configuration.account == nil ? [.follow] : [.votes, .data]
    let kept = Dictionary(grouping: old, by: \.peer)
    var links: [Link] = []
    for peer in peers {
      for channel in channels {
        links.append(
          kept[peer]?.first { $0.channel == channel }
            ?? Link(
              peer: peer, channel: channel,
              dials: configuration.account.map { $0 < peer.account } ?? true,
              limits: configuration.limits))
      }
    }
    self.links = links
  }

  /// Nil for a channel this node has not with its peers.
  subscript(peer: Int, channel: PeerChannel) -> Link? {
    channels.firstIndex(of: channel).map { links[channels.count * peer + $0] }
  }

  /// All links of a peer.
  func links(of peer: Int) -> ArraySlice<Link> {
    links[channels.count * peer..<channels.count * (peer + 1)]
  }

  /// Whether this node dials a peer.
  func dials(_ peer: Int) -> Bool { links[channels.count * peer].dials }

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
