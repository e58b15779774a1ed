import LedgerCore

/// A held bundle: verified, and on disk once `isStored`.
struct HeldBundle: Sendable {
  let bundle: Bundle
  let digest: Digest
  let ids: [Digest]
  var isStored: Bool
  /// It is this node's own, or f + 1 members acknowledge it: nobody need bundle its transactions
  /// anew as long as it is held.
  var isFirm: Bool
  /// It was not firm in time: its transactions are bundled elsewhere, too.
  var isOverdue = false

  var header: BundleHeader { bundle.header }
}

/// One incarnation of an author: its undecided bundles by number.
///
/// Invariants: `first ≤ storedEnd ≤ end` unless nothing is held; every number in `numbers` lies in
/// `first ..< end`, and below `deadFrom`.
struct Lane: Sendable {
  let incarnation: UInt64
  /// The first number that no block has named.
  var first: UInt64
  var numbers: [UInt64: Digest] = [:]
  /// One above the highest number held.
  var end: UInt64
  /// All numbers from `first` to below it are stored.
  var storedEnd: UInt64
  /// What peers were told of `storedEnd`.
  var toldEnd: UInt64
  /// All numbers below it are acknowledged by f + 1 members.
  var acceptedEnd: UInt64 = 0
  /// All numbers below it are acknowledged by a quorum.
  var quorumEnd: UInt64 = 0
  /// Below it, members' acceptance was told to clients.
  var announcedEnd: UInt64 = 0
  /// Numbers from here on can never be named: one expired.
  var deadFrom: UInt64 = .max
  var isEquivocal = false
  var gap = LaneGap()

  init(incarnation: UInt64, first: UInt64) {
    self.incarnation = incarnation
    self.first = first
    end = first
    storedEnd = first
    toldEnd = first
  }

  /// The numbers held, ascending.
  var heldNumbers: [UInt64] { numbers.keys.sorted() }

  /// Moves `first` up; what lies below has been taken out.
  mutating func advance(to number: UInt64) {
    first = max(first, number)
    end = max(end, first)
    storedEnd = max(storedEnd, first)
    toldEnd = max(toldEnd, first)
  }

  /// The first number that is not held, below what its author or f + 1 members say there is.
  var firstMissing: UInt64? {
    let known = min(max(end, acceptedEnd), deadFrom)
    var number = storedEnd
    while number < known {
      if numbers[number] == nil { return number }
      number += 1
    }
    return nil
  }
}

/// The fetching of a lane's missing numbers.
struct LaneGap: Sendable {
  /// Since when something is missing.
  var since: UInt64?
  /// The next request may go then.
  var nextAt: UInt64 = 0
  /// One above the last number asked for.
  var askedEnd: UInt64 = 0
  /// Who was asked last, until `nextAt`.
  var asked: AccountID?
  var attempt = 0
}

/// One author's lanes.
struct AuthorShelf: Sendable {
  let account: AccountID
  /// The last bundle that a block named.
  var committed: AuthorProgress?
  /// Ascending by incarnation, none below the committed one.
  var lanes: [Lane] = []
  var bundleCount = 0
  var byteCount = 0
  /// It made a bundle with a badly signed transaction: below this height only what a block names is
  /// looked at.
  var distrustedUntilHeight: UInt64 = 0

  func laneIndex(_ incarnation: UInt64) -> Int? {
    lanes.firstIndex { $0.incarnation == incarnation }
  }

  /// The first number of an incarnation that may still be named; nil when the incarnation is over.
  func firstNumber(of incarnation: UInt64) -> UInt64? {
    guard let committed else { return 0 }
    if incarnation == committed.incarnation { return committed.number + 1 }
    return incarnation > committed.incarnation ? 0 : nil
  }

  /// The lane of an incarnation, made if there is room for it.
  mutating func makeLane(_ incarnation: UInt64) -> Int? {
    if let index = laneIndex(incarnation) { return index }
    guard lanes.count < DisseminationLimits.incarnationsMax,
      let first = firstNumber(of: incarnation)
    else { return nil }
    let place = lanes.firstIndex { $0.incarnation > incarnation } ?? lanes.count
    lanes.insert(Lane(incarnation: incarnation, first: first), at: place)
    return place
  }
}

/// Where a bundle would stand.
enum BundlePlace: Hashable, Sendable {
  case free
  /// Named, too old, or of a run that was given up.
  case over
  case ahead
  case full
  /// The number is taken by this one.
  case taken(Digest)
}
