import LedgerRules
import LedgerState
import LedgerStore

extension DerivedIndexes {
  /// What a batch of records' changes does to the indexes, as the store takes it.
  static func changes(for records: [StateChange]) -> [IndexChange] {
    records.flatMap(entries).map {
      IndexChange(index: $0.index, key: $0.key, value: $0.value)
    }
  }
}
