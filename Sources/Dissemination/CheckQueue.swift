import DequeModule
import LedgerCore

/// A transaction on its way into the pool.
struct Candidate: Sendable {
  /// Where it came from.
  enum Origin: Hashable, Sendable {
    case client(ticket: UInt64, index: Int)
    case peer(AccountID)
    /// This node's own report or declaration.
    case own
    /// A full node that follows this node, for its own clients.
    case relay(AccountID)
    /// From an author's bundle that was given up; its signatures were verified then.
    case bundle(author: AccountID)
    /// From an author's bundle that is held, and was not acknowledged in time.
    case overdue(author: AccountID)
  }

  let id: Digest
  let transaction: Transaction
  let origin: Origin

  /// Whether it never gives way to another.
  var isProtected: Bool {
    switch origin {
    case .own, .bundle, .overdue: true
    case .client, .peer, .relay: false
    }
  }

  /// Whether others have it in their pools at the same time: all holders of a bundle that was given
  /// up.
  var isHeldByOthers: Bool {
    if case .bundle = origin { return true }
    return false
  }
}

/// A bundle on its way to the shelf.
struct ArrivingBundle: Sendable {
  let bundle: Bundle
  let digest: Digest
  let ids: [Digest]
  /// The author's consensus key at the bundle's birth.
  let key: PublicKey
  let source: AccountID
}

/// One thing to be verified.
enum CheckItem: Sendable {
  case transaction(Candidate)
  case bundle(ArrivingBundle)
  /// A second header under a number: evidence if its signature is good.
  case conflict(SignedBundleHeader, PublicKey, first: Digest)

  var byteCount: Int {
    switch self {
    case .transaction(let candidate): candidate.transaction.bytes.count
    case .bundle(let arriving): arriving.bundle.bytes.count
    case .conflict: 256
    }
  }
}

/// A check under way: for each item, which transaction of a bundle each of its signatures is of.
struct CheckBatch: Sendable {
  struct Part: Sendable {
    let item: CheckItem
    /// For each signature: the index of the bundle's transaction, or nil for the header's own, and
    /// for items without transactions inside.
    let owners: [Int?]
  }

  var parts: [Part] = []
}

/// What waits for verification, and what is being verified: all that arrived together, and all that
/// arrived while the last check ran, goes into one check.
struct CheckQueue: Sendable {
  private var urgent = Deque<CheckItem>()
  private var waiting = Deque<CheckItem>()
  private var underWay: [UInt64: CheckBatch] = [:]
  private var digests: Set<Digest> = []
  private var perSource: [AccountID: Int] = [:]
  private var bundleCount = 0
  private var byteCount = 0
  private var conflictCount = 0

  private var isEmpty: Bool { urgent.isEmpty && waiting.isEmpty }

  /// Whether another check may begin.
  var mayBegin: Bool {
    !isEmpty && underWay.count < DisseminationLimits.checksInFlightMax
  }

  func isChecking(_ digest: Digest) -> Bool { digests.contains(digest) }

  /// Whether a bundle of this size from this peer may wait: no peer fills the queue alone.
  func hasRoom(for bytes: Int, from source: AccountID) -> Bool {
    bundleCount < DisseminationLimits.checkBundlesMax
      && (perSource[source] ?? 0) < DisseminationLimits.checkBundlesPerPeerMax
      && byteCount + bytes <= DisseminationLimits.checkBytesMax
  }

  /// Whether one more pair of headers under one number may wait.
  var hasRoomForConflict: Bool { conflictCount < DisseminationLimits.checkConflictsMax }

  mutating func enqueue(_ item: CheckItem, isUrgent: Bool = false) {
    if case .bundle(let arriving) = item {
      digests.insert(arriving.digest)
      perSource[arriving.source, default: 0] += 1
      bundleCount += 1
    }
    if case .conflict = item { conflictCount += 1 }
    byteCount += item.byteCount
    if isUrgent { urgent.append(item) } else { waiting.append(item) }
  }

  /// The next items to verify together: at least one, as many as `signaturesMax` allows.
  mutating func next(signatures: (CheckItem) -> Int) -> [CheckItem] {
    var items: [CheckItem] = []
    var count = 0
    while count < DisseminationLimits.checkSignaturesMax,
      let item = urgent.popFirst() ?? waiting.popFirst()
    {
      count += signatures(item)
      items.append(item)
    }
    return items
  }

  mutating func begin(_ batch: CheckBatch, token: UInt64) { underWay[token] = batch }

  /// Ends a check; nil for a token that is not under way.
  mutating func end(token: UInt64) -> CheckBatch? {
    guard let batch = underWay.removeValue(forKey: token) else { return nil }
    for part in batch.parts {
      byteCount -= part.item.byteCount
      if case .conflict = part.item { conflictCount -= 1 }
      if case .bundle(let arriving) = part.item {
        digests.remove(arriving.digest)
        let left = (perSource[arriving.source] ?? 0) - 1
        perSource[arriving.source] = left > 0 ? left : nil
        bundleCount -= 1
      }
    }
    return batch
  }
}
