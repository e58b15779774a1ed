import LedgerCore
import LedgerRules
import LedgerStore

/// Whether index entries are exactly those that the records ask for.
enum IndexAudit {
  private struct Place: Hashable {
    let index: String
    let key: [UInt8]
  }

  /// Reads every entry of every index; answers how many there are.
  static func check(
    _ store: StoreAudit, expected: [DerivedEntry], found: (AuditFinding) -> Void
  ) throws(StoreError) -> UInt64 {
    // In the order of the store, so that both are walked side by side.
    let expected = expected.sorted { precedes($0.index, $0.key, $1.index, $1.key) }
    var (count, next) = (UInt64(0), 0)
    var missing: [DerivedEntry] = []
    var damaged: Set<Place> = []
    /// Whether an entry of this place is asked for; what is asked for before it is missing.
    func wanted(_ index: String, _ key: [UInt8]) -> DerivedEntry? {
      while next < expected.count,
        precedes(expected[next].index, expected[next].key, index, key)
      {
        missing.append(expected[next])
        next += 1
      }
      guard next < expected.count, expected[next].index == index, expected[next].key == key else {
        return nil
      }
      defer { next += 1 }
      return expected[next]
    }
    try store.checkIndexEntries(
      { index, entry in
        count += 1
        guard let wanted = wanted(index, entry.key) else {
          return found(.indexEntry(index: index, key: entry.key, .extra))
        }
        if wanted.value != entry.value {
          found(.indexEntry(index: index, key: entry.key, .value))
        }
      },
      fault: { damage in
        found(.damage(damage))
        if case .indexEntry(let index, let key) = damage.place {
          damaged.insert(Place(index: index, key: key))
        }
      })
    missing += expected[next...]
    missing.removeAll { damaged.contains(Place(index: $0.index, key: $0.key)) }
    for entry in missing { found(.indexEntry(index: entry.index, key: entry.key, .missing)) }
    return count
  }

  private static func precedes(
    _ index: String, _ key: [UInt8], _ otherIndex: String, _ otherKey: [UInt8]
  ) -> Bool {
    index == otherIndex
      ? key.lexicographicallyPrecedes(otherKey)
      : index.utf8.lexicographicallyPrecedes(otherIndex.utf8)
  }
}
