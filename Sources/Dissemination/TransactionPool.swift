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
  private(set) var bytes = 0
  private(set) var readyCount = 0
  private(set) var readyBytes = 0
  /// When the first of the ready transactions became so; nil when there is none.
  private(set) var readySince: UInt64?

  var count: Int { entries.count }

  func count(of sender: AccountID) -> Int { perSender[sender] ?? 0 }

  subscript(id: Digest) -> PooledTransaction? { entries[id] }

  mutating func insert(
    id: Digest, _ transaction: Transaction, place: PooledTransaction.Place, now: UInt64
  ) {
    assert(entries[id] == nil)
    arrivals += 1
    entries[id] = PooledTransaction(
      id: id, transaction: transaction, arrival: arrivals, place: place, attempts: 0)
    bytes += transaction.bytes.count
    perSender[transaction.body.sender, default: 0] += 1
    index(id, now: now)
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
