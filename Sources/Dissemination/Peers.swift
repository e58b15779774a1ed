import LedgerCore

/// What is known of one peer.
struct Peer: Sendable {
  let account: AccountID
  var isConnected = false
  /// What it says it holds, ascending by author and incarnation.
  private(set) var holdings: [Acknowledgement] = []
  /// The second in which `servedBytes` were sent to it.
  var servedSecond: UInt64 = 0
  var servedBytes = 0
  /// How often in a row it did not answer a fetch.
  var silences = 0
  /// Until when nothing is taken from it.
  var distrustedUntil: UInt64 = 0
  /// How far it was sent own bundles.
  var flow = PeerFlow()

  init(account: AccountID) { self.account = account }

  private func position(_ author: AccountID, _ incarnation: UInt64) -> Int {
    var low = 0
    var high = holdings.count
    while low < high {
      let middle = (low + high) / 2
      let entry = holdings[middle]
      if (entry.author, entry.incarnation) < (author, incarnation) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  /// One above the number up to which it holds a lane; 0 when it has said nothing of it.
  func end(_ author: AccountID, _ incarnation: UInt64) -> UInt64 {
    let index = position(author, incarnation)
    guard index < holdings.count, holdings[index].author == author,
      holdings[index].incarnation == incarnation
    else { return 0 }
    return holdings[index].number + 1
  }

  mutating func forgetHoldings() { holdings = [] }

  mutating func forgetHoldings(where isOver: (Acknowledgement) -> Bool) {
    holdings.removeAll(where: isOver)
  }

  /// Takes an acknowledgement; false when it says nothing new, or there is no room for it.
  mutating func note(_ acknowledgement: Acknowledgement) -> Bool {
    let index = position(acknowledgement.author, acknowledgement.incarnation)
    if index < holdings.count, holdings[index].author == acknowledgement.author,
      holdings[index].incarnation == acknowledgement.incarnation
    {
      guard holdings[index].number < acknowledgement.number else { return false }
      holdings[index] = acknowledgement
      return true
    }
    guard holdings.count < DisseminationLimits.acknowledgementsMax else { return false }
    holdings.insert(acknowledgement, at: index)
    return true
  }
}

/// Peers, ascending by account.
struct PeerTable: Sendable {
  private(set) var list: [Peer] = []

  func index(_ account: AccountID) -> Int? {
    let place = position(account)
    return place < list.count && list[place].account == account ? place : nil
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

  subscript(account: AccountID) -> Peer? { index(account).map { list[$0] } }

  func isConnected(_ account: AccountID) -> Bool { self[account]?.isConnected == true }

  /// Whether something large may be sent there: it is connected, and takes what it is sent.
  func isReachable(_ account: AccountID) -> Bool {
    self[account].map { $0.isConnected && !$0.flow.isCongested } ?? false
  }

  /// Of those connected: who is held back, and who takes nothing at all.
  var behindCount: Int { list.count { $0.isConnected && $0.flow.isBehind } }
  var congestedCount: Int { list.count { $0.isConnected && $0.flow.isCongested } }

  /// The connected peers, ascending.
  var connected: [AccountID] { list.filter(\.isConnected).map(\.account) }

  /// Changes a peer's entry, made when there is none and room for one.
  mutating func update(_ account: AccountID, _ change: (inout Peer) -> Void) {
    let place = position(account)
    if place == list.count || list[place].account != account {
      guard list.count < DisseminationLimits.peersMax else { return }
      list.insert(Peer(account: account), at: place)
    }
    change(&list[place])
  }

  mutating func update(at index: Int, _ change: (inout Peer) -> Void) { change(&list[index]) }

  mutating func updateAll(_ change: (inout Peer) -> Void) {
    for index in list.indices { change(&list[index]) }
  }

  /// Forgets peers that are gone and no members.
  mutating func prune(keeping isMember: (AccountID) -> Bool) {
    list.removeAll { !$0.isConnected && !isMember($0.account) }
  }
}

// MARK: trust

extension Disseminator {
  /// Takes nothing from a peer for a while: it handed on what no honest node does.
  mutating func distrust(_ account: AccountID) {
    guard peers.index(account) != nil else { return }
    let end = clock.now + DisseminationLimits.distrustMilliseconds
    peers.update(account) { $0.distrustedUntil = end }
  }

  func isDistrusted(_ account: AccountID) -> Bool {
    peers[account].map { $0.distrustedUntil > clock.now } ?? false
  }
}
