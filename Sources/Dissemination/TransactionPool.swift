import LedgerCore

/// A well-signed transaction that is in no bundle yet.
struct PooledTransaction: Sendable {
  /// What it waits for.
  enum Place: Hashable, Sendable {
    /// This node's next bundle.
    case ready
    /// Another node's bundle, until this time.
    case held(until: UInt64)
  }

  let id: Digest
  let transaction: Transaction
  /// Counts arrivals: the order among equal tips, and what tells a re-inserted id from a stale key.
  let arrival: UInt64
  /// How many of its sender's were pending when it came.
  let depth: Int
  /// It stood in a bundle, or this node made it: it never gives way.
  let isProtected: Bool
  /// Others have it in their pools, too: they need not be asked.
  let isHeldByOthers: Bool
  var place: Place
  /// How often a home author was waited for in vain.
  var attempts: Int
  /// On a full node: the node it was relayed to last, and that node's word; nil when nowhere.
  var relay: RelayedTransaction?
}

/// Where a full node has relayed a transaction.
struct RelayedTransaction: Sendable {
  let server: AccountID
  var isAccepted = false
}

/// The order in which bundles are packed: higher tip first, then earlier arrival.
struct PackingKey: Comparable, Sendable {
  let tip: Amount
  let arrival: UInt64
  let id: Digest

  static func < (left: PackingKey, right: PackingKey) -> Bool {
    left.tip == right.tip ? left.arrival < right.arrival : left.tip > right.tip
  }
}

/// When a held transaction's time is up.
struct HeldKey: Comparable, Sendable {
  let until: UInt64
  let arrival: UInt64
  let id: Digest

  static func < (left: HeldKey, right: HeldKey) -> Bool {
    (left.until, left.arrival) < (right.until, right.arrival)
  }
}

/// Pending transactions: bounded in number, bytes and per sender.
///
/// Invariants: `bytes` and `readyBytes` are sums over the entries; each entry has one live key in
/// the heap of its place; other keys are stale, passed over, and less than two thirds.
struct TransactionPool: Sendable {
  private var entries: [Digest: PooledTransaction] = [:]
  private var perSender: [AccountID: Int] = [:]
  private var ready = BinaryHeap<PackingKey>()
  private var held = BinaryHeap<HeldKey>()
  private var arrivals: UInt64 = 0
  /// Kept while the pool is at least half full; nil before it was full for the first time.
  private var givingWay: BinaryHeap<GivingWayKey>?
  let bounds: PoolBounds
  private(set) var bytes = 0
  private(set) var readyCount = 0
  private(set) var readyBytes = 0
  /// When the first of the ready transactions became so; nil when there is none.
  private(set) var readySince: UInt64?

  init(_ bounds: PoolBounds = PoolBounds()) { self.bounds = bounds }

  var count: Int { entries.count }

  func count(of sender: AccountID) -> Int { perSender[sender] ?? 0 }

  subscript(id: Digest) -> PooledTransaction? { entries[id] }

  mutating func insert(
    id: Digest, _ transaction: Transaction, place: PooledTransaction.Place,
    isProtected: Bool = false, isHeldByOthers: Bool = false, now: UInt64
  ) {
    assert(entries[id] == nil)
    arrivals += 1
    let sender = transaction.body.sender
    let entry = PooledTransaction(
      id: id, transaction: transaction, arrival: arrivals, depth: count(of: sender),
      isProtected: isProtected, isHeldByOthers: isHeldByOthers, place: place, attempts: 0)
    entries[id] = entry
    bytes += transaction.bytes.count
    perSender[sender, default: 0] += 1
    index(id, now: now)
    if givingWay != nil, !isProtected { enterGivingWay(key(of: entry)) }
  }

  // MARK: who gives way when the pool is full

  private func key(of entry: PooledTransaction) -> GivingWayKey {
    let body = entry.transaction.body
    return GivingWayKey(
      offer: Offer(tip: body.tip, feeMax: body.feeMax, depth: entry.depth),
      arrival: entry.arrival, id: entry.id)
  }

  mutating func enterGivingWay(_ key: GivingWayKey) {
    givingWay?.insert(key)
    guard let heap = givingWay, heap.count > 2 * entries.count + 1_024 else { return }
    var kept = heap
    kept.removeAll { !isLive($0) }
    givingWay = kept
  }

  /// Orders all that is here, when that was not done before.
  private mutating func orderGivingWay() {
    guard givingWay == nil else { return }
    var heap = BinaryHeap<GivingWayKey>()
    let ids = ready.elements.filter(isLive).map(\.id) + held.elements.filter(isLive).map(\.id)
    for id in ids {
      guard let entry = entries[id], !entry.isProtected else { continue }
      heap.insert(key(of: entry))
    }
    givingWay = heap
  }

  /// The first that gives way.
  mutating func nextGivingWay() -> GivingWayKey? {
    orderGivingWay()
    while let key = givingWay?.first, !isLive(key) { givingWay?.popFirst() }
    return givingWay?.first
  }

  mutating func popGivingWay() -> GivingWayKey? {
    guard let key = nextGivingWay() else { return nil }
    givingWay?.popFirst()
    return key
  }

  /// Not one that left, nor one that another node has said is accepted.
  private func isLive(_ key: GivingWayKey) -> Bool {
    guard let entry = entries[key.id] else { return false }
    return entry.arrival == key.arrival && entry.relay?.isAccepted != true
  }

  /// Enters the key of an entry's place.
  private mutating func index(_ id: Digest, now: UInt64) {
    guard let entry = entries[id] else { return }
    switch entry.place {
    case .ready:
      ready.insert(
        PackingKey(tip: entry.transaction.body.tip, arrival: entry.arrival, id: id))
      readyCount += 1
      readyBytes += entry.transaction.bytes.count
      if readySince == nil { readySince = now }
    case .held(let until):
      held.insert(HeldKey(until: until, arrival: entry.arrival, id: id))
    }
    compact()
  }

  private mutating func unindex(_ entry: PooledTransaction) {
    guard entry.place == .ready else { return }
    readyCount -= 1
    readyBytes -= entry.transaction.bytes.count
    if readyCount == 0 { readySince = nil }
  }

  @discardableResult
  mutating func remove(_ id: Digest) -> PooledTransaction? {
    guard let entry = entries.removeValue(forKey: id) else { return nil }
    unindex(entry)
    bytes -= entry.transaction.bytes.count
    if givingWay != nil, entries.count < bounds.transactionsMax / 2, bytes < bounds.bytesMax / 2 {
      givingWay = nil
    }
    let sender = entry.transaction.body.sender
    if let left = perSender[sender], left > 1 {
      perSender[sender] = left - 1
    } else {
      perSender[sender] = nil
    }
    return entry
  }

  /// Notes where a full node has relayed an entry to.
  mutating func relayed(_ id: Digest, _ relay: RelayedTransaction?) { entries[id]?.relay = relay }

  /// Gives an entry more or less time where it waits.
  mutating func hold(_ id: Digest, until time: UInt64, now: UInt64) {
    guard entries[id] != nil else { return }
    move(id, to: .held(until: time), now: now)
    entries[id]?.attempts -= 1
  }

  /// Moves an entry to another place and counts the attempt.
  mutating func move(_ id: Digest, to place: PooledTransaction.Place, now: UInt64) {
    guard let entry = entries[id] else { return }
    unindex(entry)
    entries[id]?.place = place
    entries[id]?.attempts += 1
    index(id, now: now)
  }

  /// Takes the transactions of the next bundle out of the pool, in packing order: up to the target
  /// size and what the transaction that reaches it adds.
  mutating func takeBundle(now: UInt64) -> [PooledTransaction] {
    var taken: [PooledTransaction] = []
    var size = 0
    while size < Limits.bundleBytesTarget, taken.count < Limits.bundleTransactionsMax,
      let key = ready.popFirst()
    {
      guard isLive(key), let entry = remove(key.id) else { continue }
      size += entry.transaction.bytes.count
      taken.append(entry)
    }
    readySince = readyCount == 0 ? nil : now
    return taken
  }

  /// The earliest time at which a held transaction's wait is over.
  mutating func nextHeldDeadline() -> UInt64? {
    while let key = held.first, !isLive(key) { held.popFirst() }
    return held.first?.until
  }

  /// A held transaction whose wait is over; the caller moves or removes it.
  mutating func popHeld(now: UInt64) -> PooledTransaction? {
    guard let deadline = nextHeldDeadline(), deadline <= now, let key = held.popFirst()
    else { return nil }
    return entries[key.id]
  }

  /// All held transactions, in an order that the operations alone determine; O(n).
  var heldTransactions: [PooledTransaction] {
    held.elements.filter(isLive).compactMap { entries[$0.id] }
  }

  private func isLive(_ key: PackingKey) -> Bool {
    guard let entry = entries[key.id] else { return false }
    return entry.arrival == key.arrival && entry.place == .ready
  }

  private func isLive(_ key: HeldKey) -> Bool {
    guard let entry = entries[key.id] else { return false }
    return entry.arrival == key.arrival && entry.place == .held(until: key.until)
  }

  private mutating func compact() {
    let bound = 2 * entries.count + 1_024
    if ready.count > bound {
      var heap = ready
      heap.removeAll { !isLive($0) }
      ready = heap
    }
    if held.count > bound {
      var heap = held
      heap.removeAll { !isLive($0) }
      held = heap
    }
  }
}
