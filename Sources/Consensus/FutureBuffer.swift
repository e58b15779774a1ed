import LedgerCore

/// Messages for heights that have not begun, a few from each peer, unchecked.
struct FutureBuffer: Sendable {
  private struct Peer: Sendable {
    let id: AccountID
    /// The highest height it has spoken of.
    var highest: UInt64
    var messages: [ConsensusMessage]
  }

  /// Ascending by id.
  private var peers: [Peer] = []

  var peersCount: Int { peers.count }

  /// Of the peer with the most.
  var messagesMax: Int { peers.map(\.messages.count).max() ?? 0 }

  /// Keeps a message for a height above `current`. Where a peer has too many, the lowest heights
  /// stay.
  mutating func hold(_ message: ConsensusMessage, from id: AccountID, current: UInt64) {
    let index = peers.firstIndex { id <= $0.id } ?? peers.endIndex
    if index == peers.endIndex || peers[index].id != id {
      guard peers.count < ConsensusLimits.futurePeersMax else { return }
      peers.insert(Peer(id: id, highest: message.height, messages: []), at: index)
    }
    peers[index].highest = max(peers[index].highest, message.height)
    guard message.isWorthHolding,
      message.height - current <= ConsensusLimits.futureHeightsMax,
      !peers[index].messages.contains(message)
    else { return }
    let position =
      peers[index].messages.firstIndex { message.height < $0.height }
      ?? peers[index].messages.endIndex
    peers[index].messages.insert(message, at: position)
    trim(index)
  }

  private mutating func trim(_ index: Int) {
    let large = peers[index].messages.indices.filter { peers[index].messages[$0].isLarge }
    if large.count > ConsensusLimits.largePerPeerMax, let last = large.last {
      peers[index].messages.remove(at: last)
    }
    if peers[index].messages.count > ConsensusLimits.futureMessagesPerPeerMax {
      peers[index].messages.removeLast()
    }
  }

  /// Takes out what was kept for a height, in the order of peers and arrival; drops what lies
  /// below, and peers outside the set of whom nothing is kept.
  mutating func take(
    _ height: UInt64, members: ValidatorSet
  ) -> [(message: ConsensusMessage, peer: AccountID)] {
    var taken: [(message: ConsensusMessage, peer: AccountID)] = []
    for index in peers.indices {
      for message in peers[index].messages where message.height == height {
        taken.append((message, peers[index].id))
      }
      peers[index].messages.removeAll { $0.height <= height }
    }
    peers.removeAll {
      $0.messages.isEmpty && ($0.highest <= height || members.index(of: $0.id) == nil)
    }
    return taken
  }

  /// The height that at least `count` of these peers have reached or passed, by what they said; nil
  /// when fewer have spoken.
  func heightReached(byAtLeast count: Int, of members: [Validator]) -> UInt64? {
    let heights = members.compactMap { member in
      peers.first { $0.id == member.account }?.highest
    }
    guard count > 0, heights.count >= count else { return nil }
    return heights.sorted(by: >)[count - 1]
  }
}

extension ConsensusMessage {
  /// Whether it still says something when its height begins.
  fileprivate var isWorthHolding: Bool {
    switch self {
    case .proposal, .vote, .viewChange, .newView: true
    case .decided, .inquiry: false
    }
  }
}
