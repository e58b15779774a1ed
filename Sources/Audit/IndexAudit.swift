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
    var places: [Place: DerivedEntry] = [:]
    for entry in expected { places[Place(index: entry.index, key: entry.key)] = entry }
    var count: UInt64 = 0
    try store.checkIndexEntries(
      { index, entry in
        count += 1
        guard let wanted = places.removeValue(forKey: Place(index: index, key: entry.key))
        else { return found(.indexEntry(index: index, key: entry.key, .extra)) }
        if wanted.value != entry.value {
          found(.indexEntry(index: index, key: entry.key, .value))
        }
      },
      fault: { damage in
        found(.damage(damage))
        if case .indexEntry(let index, let key) = damage.place {
          places[Place(index: index, key: key)] = nil
        }
      })
    let missing = places.values.sorted {
      $0.index == $1.index
        ? $0.key.lexicographicallyPrecedes($1.key) : $0.index < $1.index
    }
    for entry in missing { found(.indexEntry(index: entry.index, key: entry.key, .missing)) }
    return count
  }
}
