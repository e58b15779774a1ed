/// Which node to ask next: what is known of each, and the order that follows. Times are
/// milliseconds of any clock that only goes forward.
struct NodeStandings: Sendable {
  struct Standing: Sendable {
    /// In a row.
    var failures = 0
    /// Not asked before, unless no other is left.
    var retryAt: Int64 = .min
    /// Not asked before at all: it said so.
    var closedUntil: Int64 = .min
    /// Not asked before at all: it showed what is not true.
    var distrustedUntil: Int64 = .min
    /// The highest height it has shown.
    var height: UInt64 = 0
    /// Known to be of the chain asked for.
    var isOfChain = false
  }

  private(set) var list: [Standing]
  /// When the nodes were asked for their heights last.
  private var askedAt: Int64 = .min
  private var turn = 0

  init(count: Int) { list = Array(repeating: Standing(), count: count) }

  /// The highest height that any node has shown.
  var height: UInt64 { list.map(\.height).max() ?? 0 }

  /// The nodes in the order to ask: those that do not rest after a failure, the most advanced
  /// first, in turn among equals; then the others, the one that rests least first.
  mutating func order(now: Int64) -> [Int] {
    turn = (turn + 1) % max(1, list.count)
    func rank(_ index: Int) -> (Int64, UInt64, Int) {
      let node = list[index]
      return (
        node.retryAt > now ? node.retryAt : .min, .max - node.height,
        (index + turn) % max(1, list.count)
      )
    }
    return list.indices
      .filter { max(list[$0].distrustedUntil, list[$0].closedUntil) <= now }
      .sorted { rank($0) < rank($1) }
  }

  /// When the first node may be asked, where all that are trusted are closed; nil where one is not.
  func opensAt(now: Int64) -> Int64? {
    let opens = list.filter { $0.distrustedUntil <= now }.map(\.closedUntil).min()
    return opens.flatMap { $0 > now ? $0 : nil }
  }

  /// Whether a node rests after a failure.
  func rests(_ index: Int, now: Int64) -> Bool {
    let node = list[index]
    return max(node.retryAt, node.closedUntil, node.distrustedUntil) > now
  }

  mutating func succeeded(_ index: Int, height: UInt64? = nil) {
    list[index].failures = 0
    list[index].retryAt = .min
    list[index].closedUntil = .min
    if let height { list[index].height = max(list[index].height, height) }
  }

  mutating func isOfChain(_ index: Int) { list[index].isOfChain = true }

  /// A node's own word, which may be lower than before: it has been set up anew.
  mutating func stands(_ index: Int, at height: UInt64) {
    succeeded(index)
    list[index].height = height
  }

  /// The node rests: twice as long with each failure in a row, and is not asked at all before it
  /// wants to be.
  mutating func failed(_ index: Int, now: Int64, retryAfterMilliseconds: Int64 = 0) {
    list[index].closedUntil = max(list[index].closedUntil, now + retryAfterMilliseconds)
    let doublings = Int64(min(list[index].failures, 16))
    list[index].failures += 1
    let pause = ClientLimits.backoffMillisecondsMin << doublings
    list[index].retryAt = now + min(pause, ClientLimits.backoffMillisecondsMax)
  }

  /// The node has shown what is not true.
  mutating func lied(_ index: Int, now: Int64) {
    list[index].distrustedUntil = now + ClientLimits.distrustMilliseconds
    list[index].height = 0
  }

  /// Whether it is time to ask all nodes for their heights; true once in a while.
  mutating func isTimeToAsk(now: Int64) -> Bool {
    guard list.count > 1 else { return false }
    guard askedAt == .min || now - askedAt >= ClientLimits.standingMillisecondsMax else {
      return false
    }
    askedAt = now
    return true
  }
}
