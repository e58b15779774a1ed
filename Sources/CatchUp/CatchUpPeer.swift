import LedgerCore

/// What is known of one peer.
struct CatchUpPeer: Sendable {
  /// Blocks asked for and not answered yet.
  struct Request: Sendable {
    let from: UInt64
    let count: Int
    let deadline: UInt64
  }

  let account: AccountID
  var isConnected = false
  /// A full node that follows this one.
  var isFollower = false
  var disconnectedAt: UInt64 = 0
  /// The last tip it told; nil before its greeting, and before the vote in it was checked.
  var tip: Tip? {
    didSet { tipHeight = tip?.height }
  }
  /// That tip's height: asked for at every step, of every peer.
  private(set) var tipHeight: UInt64?
  /// A vote of this node that it told, whose height's set is not known yet.
  var toldVote: Vote?
  /// The height whose certificate proved nothing under the set known here.
  var unprovenHeight: UInt64?
  /// Another of its certificates is checked from then on.
  var tipCheckAt: UInt64 = 0
  var request: Request?
  /// Requests in a row that brought nothing.
  var failures: UInt64 = 0
  /// Not asked before then.
  var idleUntil: UInt64 = 0
  /// Neither believed nor asked before then.
  var distrustedUntil: UInt64 = 0
  var servedSecond: UInt64 = 0
  var servedCount = 0

  init(account: AccountID) { self.account = account }

  /// How long it may take to answer now.
  var patience: UInt64 {
    min(
      CatchUpLimits.requestTimeoutMilliseconds << min(failures, 8),
      CatchUpLimits.requestTimeoutMillisecondsMax)
  }

  mutating func fail(now: UInt64) {
    request = nil
    idleUntil = now + patience
    failures += 1
  }
}

/// Peers, ascending by account.
struct CatchUpPeers: Sendable {
  var list: [CatchUpPeer] = []

  func index(_ account: AccountID) -> Int? {
    let place = position(account)
    return place < list.count && list[place].account == account ? place : nil
  }

  /// The height that a peer's tip tells, where it counts: the peer is here, or was a moment ago.
  /// Reads single fields: a peer as a whole holds a certificate, whose copy costs more.
  @inline(__always)
  func currentTipHeight(_ index: Int, now: UInt64, grace: UInt64) -> UInt64? {
    guard list[index].distrustedUntil <= now,
      list[index].isConnected || now < list[index].disconnectedAt + grace
    else { return nil }
    return list[index].tipHeight
  }

  /// The index of a peer's entry, for accounts asked for in ascending order: `next` is where the
  /// search goes on.
  func index(_ account: AccountID, from next: inout Int) -> Int? {
    while next < list.count, list[next].account < account { next += 1 }
    return next < list.count && list[next].account == account ? next : nil
  }

  private func position(_ account: AccountID) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if list[middle].account < account { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// The index of a peer's entry, made when there is none.
  mutating func make(_ account: AccountID) -> Int {
    let place = position(account)
    if place == list.count || list[place].account != account {
      list.insert(CatchUpPeer(account: account), at: place)
    }
    return place
  }

  mutating func remove(_ account: AccountID) { list.removeAll { $0.account == account } }
}
