import LedgerCore

/// Messages that wait for their signatures' verdict. One check is outstanding at a time; what comes
/// meanwhile is checked together in the next.
struct CheckQueue: Sendable {
  struct Item: Sendable {
    let message: ConsensusMessage
    let peer: AccountID
    let checks: [SignatureCheck]
  }

  private var waiting: [Item] = []
  private var outstanding: (token: UInt64, items: [Item])?
  private var nextToken: UInt64 = 0

  /// Those of the check under way included.
  var count: Int { waiting.count + (outstanding?.items.count ?? 0) }

  /// Takes a message in; false when it, or its sender, has too many waiting.
  mutating func add(_ item: Item) -> Bool {
    let items = (outstanding?.items ?? []) + waiting
    guard items.count < ConsensusLimits.uncheckedMax, !items.contains(where: { $0 == item }) else {
      return items.count < ConsensusLimits.uncheckedMax
    }
    let own = items.filter { $0.peer == item.peer }
    guard own.count < ConsensusLimits.uncheckedPerPeerMax,
      !item.message.isLarge
        || own.count(where: { $0.message.isLarge }) < ConsensusLimits.largePerPeerMax
    else { return false }
    waiting.append(item)
    return true
  }

  /// The next check, unless one is outstanding or nothing waits.
  mutating func next() -> ConsensusEffect? {
    guard outstanding == nil, !waiting.isEmpty else { return nil }
    var count = 0
    var signatures = 0
    for item in waiting {
      guard count == 0 || signatures + item.checks.count <= ConsensusLimits.checkSignaturesMax
      else { break }
      count += 1
      signatures += item.checks.count
    }
    let items = Array(waiting.prefix(count))
    waiting.removeFirst(count)
    nextToken += 1
    outstanding = (nextToken, items)
    return .check(token: nextToken, items.flatMap(\.checks))
  }

  /// The items of the outstanding check, each with whether all its signatures are good; none for a
  /// token that is not outstanding.
  mutating func settle(token: UInt64, _ verdicts: [Bool]) -> [(item: Item, isGood: Bool)] {
    guard let outstanding, outstanding.token == token else { return [] }
    self.outstanding = nil
    var rest = verdicts[...]
    return outstanding.items.map { item in
      let own = rest.prefix(item.checks.count)
      rest = rest.dropFirst(item.checks.count)
      return (item, own.count == item.checks.count && own.allSatisfy(\.self))
    }
  }

  /// Forgets what waits for heights below this one, but for COMMITs.
  mutating func drop(below height: UInt64) {
    waiting.removeAll {
      guard $0.message.height < height else { return false }
      if case .vote(let vote) = $0.message { return vote.statement.kind != .commit }
      return true
    }
  }
}

extension CheckQueue.Item: Equatable {
  static func == (left: Self, right: Self) -> Bool {
    left.peer == right.peer && left.message == right.message
  }
}

extension ConsensusMessage {
  /// Whether it can carry a block, and so be of many kilobytes.
  var isLarge: Bool {
    switch self {
    case .vote, .inquiry: false
    case .viewChange(let message): message.prepared != nil
    case .decided(let message): message.block != nil
    case .proposal, .newView: true
    }
  }
}
