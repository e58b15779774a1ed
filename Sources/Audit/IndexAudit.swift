import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// Whether index entries are exactly those that the records ask for.
///
/// Entries of millions of records are compared by sums, which need neither order nor memory. Where
/// sums differ, the entries themselves are compared.
enum IndexAudit {
  /// Entries of each index, summed in any order.
  struct Sums {
    private struct Sum: Hashable {
      var count: UInt64 = 0
      private var high = 0
      private var low = 0

      mutating func add(_ high: Int, _ low: Int) {
        count += 1
        self.high &+= high
        self.low &+= low
      }
    }

    private var sums: [String: Sum] = [:]

    /// All entries.
    var count: UInt64 { sums.values.reduce(0) { $0 + $1.count } }

    mutating func add(_ index: String, _ key: [UInt8], _ value: [UInt8]?) {
      // Two of them, so that no accident makes both sums equal.
      var (high, low) = (Hasher(), Hasher())
      high.combine(true)
      for part in [key, value ?? []] {
        high.combine(part)
        low.combine(part)
      }
      sums[index, default: Sum()].add(high.finalize(), low.finalize())
    }

    mutating func add(_ entries: [DerivedEntry]) {
      for entry in entries { add(entry.index, entry.key, entry.value) }
    }

    /// The indexes that another sum has otherwise.
    func differing(from other: Sums) -> Set<String> {
      Set(sums.keys).union(other.sums.keys).filter { sums[$0] != other.sums[$0] }
    }
  }

  /// Reads every entry of every index; answers how many there are.
  ///
  /// - Parameter expected: what the store's records ask for.
  static func check(
    _ store: StoreAudit, expected: Sums, found: (AuditFinding) -> Void
  ) throws(StoreError) -> UInt64 {
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
      { record, _ in
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
