import LedgerCore

/// A bundle that a proposal needs and that is not usable yet.
struct WantedBundle: Sendable {
  let digest: Digest
  let author: AccountID
  let incarnation: UInt64
  let number: UInt64
  /// Who was asked in this round; in each, every source once.
  var tried: [AccountID] = []
  var round = 0
  /// Who was asked last, until `nextAt`.
  var asked: AccountID?
  var nextAt: UInt64 = 0
}

/// Needed bundles in the order in which they were named, until they are here or their height is
/// decided.
struct WantedBundles: Sendable {
  private(set) var list: [WantedBundle] = []
  private var digests: Set<Digest> = []

  var isEmpty: Bool { list.isEmpty }

  func contains(_ digest: Digest) -> Bool { digests.contains(digest) }

  func isAsked(_ digest: Digest, of peer: AccountID) -> Bool {
    contains(digest) && list.contains { $0.digest == digest && $0.asked == peer }
  }

  /// False when there are too many.
  mutating func insert(_ bundle: WantedBundle) -> Bool {
    guard list.count < DisseminationLimits.wantedDigestsMax else { return false }
    if digests.insert(bundle.digest).inserted { list.append(bundle) }
    return true
  }

  mutating func remove(_ digest: Digest) {
    guard digests.remove(digest) != nil else { return }
    list.removeAll { $0.digest == digest }
  }

  mutating func removeAll() {
    list = []
    digests = []
  }

  mutating func update(at index: Int, _ change: (inout WantedBundle) -> Void) {
    change(&list[index])
  }

  /// Lets the next peer be asked at once, when this one was asked last.
  mutating func release(_ digest: Digest, from peer: AccountID, at now: UInt64) {
    for index in list.indices where list[index].digest == digest && list[index].asked == peer {
      list[index].asked = nil
      list[index].nextAt = now
    }
  }
}
