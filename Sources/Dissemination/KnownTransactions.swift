import DequeModule
import LedgerCore

/// What a node knows of one transaction id.
struct KnownTransaction: Sendable {
  /// In the pool, or on its way back there.
  var isPending = false
  /// Undecided bundles held here, or being signed, that contain it.
  var bundles = 0
  /// How many of these are firm: this node's own, or acknowledged by f + 1 members.
  var firmBundles = 0
  /// It stood in a bundle that was not firm in time: from then on only firm ones keep it out of the
  /// pool. Else an author could keep it from all blocks with bundles that it shows to few.
  var isOverdue = false
  /// Submitted by this node's own client, who is told of its acceptance and end.
  var isWatched = false
  var isAccepted = false
  /// On a full node: the followed node that says it is accepted.
  var acceptedOnWordOf: AccountID?
  /// Executed in a decided block.
  var isExecuted = false
  /// Ended in a decided block's receipt without execution, or reported ended.
  var isEnded = false
  /// Its last height is noted.
  var isNoted = false

  var isForgettable: Bool { !isPending && bundles == 0 && !isExecuted }

  /// Whether a bundle is waited for, so that it need not be in another.
  var hasHome: Bool { firmBundles > 0 || (bundles > 0 && !isOverdue) }

  /// Whether it belongs back into the pool.
  var isHomeless: Bool { !hasHome && !isPending && !isExecuted && !isEnded }

  mutating func enter(_ bundle: HeldBundle) {
    bundles += 1
    if bundle.isFirm { firmBundles += 1 }
    if hasHome { isPending = false }
  }

  mutating func leaveBundle(isFirm: Bool) {
    bundles = max(0, bundles - 1)
    if isFirm { firmBundles = max(0, firmBundles - 1) }
  }
}

/// When a watched transaction can no longer execute.
struct ValidityKey: Comparable, Sendable {
  let validUntil: UInt64
  let id: Digest

  static func < (left: ValidityKey, right: ValidityKey) -> Bool {
    (left.validUntil, left.id) < (right.validUntil, right.id)
  }
}

/// Every id that is pending, in a held bundle, or among the latest executed: what makes one
/// transaction travel once.
struct KnownTransactions: Sendable {
  private var table: [Digest: KnownTransaction] = [:]
  private var executedOrder = Deque<Digest>()
  private var validity = BinaryHeap<ValidityKey>()

  subscript(id: Digest) -> KnownTransaction? { table[id] }

  var count: Int { table.count }

  mutating func update(_ id: Digest, _ change: (inout KnownTransaction) -> Void) {
    guard let index = table.index(forKey: id) else {
      var entry = KnownTransaction()
      change(&entry)
      if !entry.isForgettable { table[id] = entry }
      return
    }
    change(&table.values[index])
    if table.values[index].isForgettable { table.remove(at: index) }
  }

  /// Notes the last height at which a pending or watched transaction can execute.
  mutating func watchValidity(_ id: Digest, until height: UInt64) {
    // One that goes back to the pool again and again is noted once.
    if let index = table.index(forKey: id) {
      guard !table.values[index].isNoted else { return }
      table.values[index].isNoted = true
    }
    validity.insert(ValidityKey(validUntil: height, id: id))
    if validity.count > 2 * table.count + 1_024 {
      var heap = validity
      heap.removeAll { table[$0.id] == nil }
      validity = heap
    }
  }

  /// Ids noted whose last height lies below `height`, each removed from the notes.
  mutating func takeExpired(before height: UInt64) -> [Digest] {
    var expired: [Digest] = []
    while let key = validity.first, key.validUntil < height {
      validity.popFirst()
      table[key.id]?.isNoted = false
      if let entry = table[key.id], !entry.isExecuted, !entry.isEnded { expired.append(key.id) }
    }
    return expired
  }

  /// Marks an id executed; the oldest such marks go when there are too many.
  mutating func markExecuted(_ id: Digest) {
    var isNew = false
    update(id) {
      isNew = !$0.isExecuted
      $0.isExecuted = true
      $0.isPending = false
    }
    guard isNew else { return }
    executedOrder.append(id)
    while executedOrder.count > DisseminationLimits.executedIDsMax {
      let oldest = executedOrder.removeFirst()
      update(oldest) { $0.isExecuted = false }
    }
  }
}
