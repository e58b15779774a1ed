import LedgerRules
import LedgerState
import LedgerStore
import Replica

extension IndexChange {
  /// A change of a derived index, as the store takes it.
  init(_ entry: DerivedEntry) {
    self.init(index: entry.index, key: entry.key, value: entry.value)
  }
}

extension NodeStore {
  /// Writes a batch of final blocks to the state, with what they do to the derived indexes.
  func flush(_ batch: FlushBatch) throws(StoreError) {
    let entries: [DerivedEntry]
    do throws(StateReadError) {
      entries = try DerivedIndexes.changes(batch.changes, before: records)
    } catch { throw .unreadable(path: "data/state", reason: "\(error)") }
    try records.flush(
      writes: batch.writes, indexes: entries.map(IndexChange.init), height: batch.height,
      root: batch.root)
  }
}
