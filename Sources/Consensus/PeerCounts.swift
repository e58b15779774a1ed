import LedgerCore

/// What is counted by peer, for a bounded number of peers.
struct PeerCounts: Sendable {
  private struct Count: Sendable {
    let id: AccountID
    var value: UInt64
  }

  /// Ascending by id.
  private var counts: [Count] = []

  private mutating func index(of id: AccountID) -> Int? {
    let index = counts.firstIndex { id <= $0.id } ?? counts.endIndex
    if index < counts.endIndex, counts[index].id == id { return index }
    guard counts.count < ConsensusLimits.peersMax else { return nil }
    counts.insert(Count(id: id, value: 0), at: index)
    return index
  }

  /// One more; its total, or nil when too many peers are counted.
  mutating func increment(_ id: AccountID) -> UInt64? {
    guard let index = index(of: id) else { return nil }
    counts[index].value = counts[index].value.addingClamped(1)
    return counts[index].value
  }

  /// Whether at least `pause` has passed since this was last true for the peer.
  mutating func isDue(_ id: AccountID, now: UInt64, pause: UInt64) -> Bool {
    guard let index = index(of: id) else { return false }
    let last = counts[index].value
    guard last == 0 || now < last || now - last >= pause else { return false }
    counts[index].value = now
    return true
  }
}
