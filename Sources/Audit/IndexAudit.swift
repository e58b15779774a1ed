import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// Whether index entries are exactly those that the records ask for.
///
/// Entries of millions of records are compared by sums, which need neither order nor memory. Where
/// sums differ, the entries themselves are compared.
enum IndexAudit {
  /// Entries of each index, summed in any order. Each is spread over 64 bits by a function that is
  /// drawn anew for every process: other entries have the same sum by chance alone.
  private struct Sums {
    private struct Sum: Equatable {
      let index: String
      var count: UInt64 = 0
      var total = 0
    }

    /// Few: one for each index.
    private var sums: [Sum] = []

    /// All entries.
    var count: UInt64 { sums.reduce(0) { $0 + $1.count } }

    mutating func add(_ index: String, _ key: [UInt8], _ value: [UInt8]) {
      var hasher = Hasher()
      hasher.combine(key.count)
      unsafe key.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
      unsafe value.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
      let place = sums.firstIndex { $0.index == index } ?? sums.count
      if place == sums.count { sums.append(Sum(index: index)) }
      sums[place].count += 1
      sums[place].total &+= hasher.finalize()
    }

    /// The indexes that another sum has otherwise.
    func differing(from other: Sums) -> Set<String> {
      Set(
        (sums + other.sums).filter { !sums.contains($0) || !other.sums.contains($0) }.map(\.index))
    }
  }

  /// Reads every record and every entry of every index; answers how many entries there are.
  static func check(_ store: StoreAudit, found: (AuditFinding) -> Void) throws(StoreError)
    -> UInt64
  {
    var expected = Sums()
    try store.visitRecords(keyed: DerivedIndexes.kinds.map(\.keyPrefix)) { record in
      for entry in StateAudit.entries(of: record, in: store) {
        expected.add(entry.index, entry.key, entry.value ?? [])
      }
    }
    var sums = Sums()
    var damaged: Set<String> = []
    try store.checkIndexEntries(
      { index, entry in sums.add(index, entry.key, entry.value) },
      fault: { damage in
        if case .indexEntry(let index, _) = damage.place { damaged.insert(index) }
      })
    let wrong = sums.differing(from: expected).union(damaged)
    if !wrong.isEmpty { try compare(store, wrong, found) }
    return sums.count
  }

  /// Finds what is wrong with some indexes, entry by entry.
  private static func compare(
    _ store: StoreAudit, _ indexes: Set<String>, _ found: (AuditFinding) -> Void
  ) throws(StoreError) {
    var expected: [Place: DerivedEntry] = [:]
    try store.checkRecords(
      { record in
        for entry in StateAudit.entries(of: record, in: store) where indexes.contains(entry.index) {
          expected[Place(index: entry.index, key: entry.key)] = entry
        }
      }, fault: { _ in })
    try store.checkIndexEntries(
      { index, entry in
        guard indexes.contains(index) else { return }
        let wanted = expected.removeValue(forKey: Place(index: index, key: entry.key))
        guard let wanted else {
          return found(.indexEntry(index: index, key: entry.key, .extra))
        }
        if wanted.value != entry.value {
          found(.indexEntry(index: index, key: entry.key, .value))
        }
      },
      fault: { damage in
        found(.damage(damage))
        if case .indexEntry(let index, let key) = damage.place {
          expected[Place(index: index, key: key)] = nil
        }
      })
    let missing = expected.keys.sorted {
      $0.index == $1.index ? $0.key.lexicographicallyPrecedes($1.key) : $0.index < $1.index
    }
    for place in missing { found(.indexEntry(index: place.index, key: place.key, .missing)) }
  }

  private struct Place: Hashable {
    let index: String
    let key: [UInt8]
  }
}
