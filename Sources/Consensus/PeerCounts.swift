import LedgerCore

/// What is counted by peer, for a bounded number of peers.
struct PeerCounts: Sendable {
  private struct Count: Sendable {
    let id: AccountID
    var value: UInt64
  }

  /// Ascending by id.
  private var counts: [Count] = []

  /// Where a peer is counted. Where too many are, the one with the least value makes room.
  private mutating func index(of id: AccountID) -> Int {
    if let index = counts.firstIndex(where: { $0.id == id }) { return index }
    if counts.count >= ConsensusLimits.peersMax,
      let least = counts.indices.min(by: { counts[$0].value < counts[$1].value })
    {
      counts.remove(at: least)
    }
    let index = counts.firstIndex { id < $0.id } ?? counts.endIndex
    counts.insert(Count(id: id, value: 0), at: index)
    return index
  }

  /// One more; its total.
  mutating func increment(_ id: AccountID) -> UInt64 {
    let index = index(of: id)
    counts[index].value = counts[index].value.addingClamped(1)
    return counts[index].value
  }

  /// Whether at least `pause` has passed since this was last true for the peer.
  mutating func isDue(_ id: AccountID, now: UInt64, pause: UInt64) -> Bool {
    let index = index(of: id)
    let last = counts[index].value
    guard last == 0 || now < last || now - last >= pause else { return false }
    counts[index].value = now
    return true
  }
}
