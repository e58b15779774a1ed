import LedgerCore

/// What a pool may hold.
public struct PoolBounds: Sendable {
  public let transactionsMax: Int
  public let bytesMax: Int

  public init(
    transactionsMax: Int = DisseminationLimits.poolTransactionsMax,
    bytesMax: Int = DisseminationLimits.poolBytesMax
  ) {
    self.transactionsMax = transactionsMax
    self.bytesMax = bytesMax
  }

  /// Up to how many pending transactions one of this origin enters without another giving way.
  func countMax(for origin: Candidate.Origin) -> Int {
    switch origin {
    case .client, .own, .bundle, .overdue: transactionsMax
    case .peer: transactionsMax / 4 * 3
    case .relay: transactionsMax / 2
    }
  }
}

/// What a transaction offers for its place, and how many of its sender's stood before it.
struct Offer: Hashable, Sendable {
  let tip: Amount
  let feeMax: Amount
  let depth: Int

  /// Whether it gives way to another offer: to one that pays more, or as much where fewer of the
  /// same sender wait.
  func givesWay(to other: Offer) -> Bool {
    guard tip == other.tip else { return tip < other.tip }
    guard feeMax == other.feeMax else { return feeMax < other.feeMax }
    return depth > other.depth
  }
}

/// The order in which a full pool's transactions give way: the lowest tip first, then the lowest
/// fee limit, then the one that stands deepest in its sender's queue, then the latest.
struct GivingWayKey: Comparable, Sendable {
  let offer: Offer
  let arrival: UInt64
  let id: Digest

  static func < (left: GivingWayKey, right: GivingWayKey) -> Bool {
    if left.offer.givesWay(to: right.offer) { return true }
    if right.offer.givesWay(to: left.offer) { return false }
    return left.arrival > right.arrival
  }
}

extension TransactionPool {
  /// Whether so much more fits without any giving way.
  func hasRoom(for bytes: Int, underWay: (count: Int, bytes: Int), countMax: Int) -> Bool {
    count + underWay.count < min(countMax, bounds.transactionsMax)
      && self.bytes + underWay.bytes + bytes <= bounds.bytesMax
  }

  /// What a transaction offers that enters now.
  func offer(of body: TransactionBody) -> Offer {
    Offer(tip: body.tip, feeMax: body.feeMax, depth: count(of: body.sender))
  }

  /// Whether a transaction may take another's place at all: no sender displaces others' beyond a
  /// few of its own.
  func mayContest(_ body: TransactionBody) -> Bool {
    count(of: body.sender) < DisseminationLimits.poolContestedPerSenderMax
  }

  /// Whether the first that gives way does so to this transaction.
  mutating func givesWay(to body: TransactionBody) -> Bool {
    guard mayContest(body), let first = nextGivingWay() else { return false }
    return first.offer.givesWay(to: offer(of: body))
  }

  /// Takes out those that give way to a transaction: as many as it needs the place of, which
  /// together tip no more than it does. Nil, and nothing changes, when they do not.
  mutating func makeRoom(for transaction: Transaction, countMax: Int) -> [PooledTransaction]? {
    let body = transaction.body
    let size = transaction.bytes.count
    guard mayContest(body), size <= bounds.bytesMax else { return nil }
    let offer = offer(of: body)
    var keys: [GivingWayKey] = []
    var freed = 0
    var tips: UInt128 = 0
    var isOver = count >= min(countMax, bounds.transactionsMax)
    while isOver || bytes - freed + size > bounds.bytesMax {
      guard keys.count < DisseminationLimits.poolDisplacedMax, let key = popGivingWay() else {
        return putBack(keys)
      }
      keys.append(key)
      let (sum, overflow) = tips.addingReportingOverflow(key.offer.tip.baseUnits)
      guard !overflow, sum <= body.tip.baseUnits, key.offer.givesWay(to: offer),
        let entry = self[key.id]
      else { return putBack(keys) }
      tips = sum
      freed += entry.transaction.bytes.count
      isOver = false
    }
    return keys.compactMap { remove($0.id) }
  }

  private mutating func putBack(_ keys: [GivingWayKey]) -> [PooledTransaction]? {
    for key in keys { enterGivingWay(key) }
    return nil
  }
}
