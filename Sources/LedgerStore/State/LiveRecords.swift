import CLedgerCore
import LedgerCore
import LedgerState

/// The records of a state's file as last committed, each call in a transaction of its own.
struct LiveRecords: EngineReader {
  let file: StateFile
  let databases: StateDatabases
  let height: UInt64
  /// When set, every record is checked whole where the tree's engine reads leaves, and what is
  /// damaged is said here; the tree is then that of the records as they are.
  var damaged: (@Sendable (StoreDamage) -> Void)?

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try reading { transaction throws(StoreError) in try transaction.value(of: key, databases) }
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try reading { transaction throws(StoreError) in try transaction.record(at: path, databases) }
  }

  func recordCountEstimate() throws(StateReadError) -> Int {
    try reading { transaction throws(StoreError) in try transaction.entries(databases.records) }
  }

  func leaves(inBuckets buckets: [UInt32], depth: Int)
    throws(StateReadError) -> BucketLeaves
  {
    do throws(StoreError) {
      return try unsafe file.leaves(inBuckets: buckets, depth: depth, databases.records)
    } catch { throw StateReadError(error) }
  }

  func reads(depth: Int) throws(StateReadError) -> (any StateReads)? {
    do throws(StoreError) {
      return try RecordReads(file, databases.records, depth: depth)
    } catch { throw StateReadError(error) }
  }

  func withLeafSource(
    _ reads: (any StateReads)?, _ body: (UnsafePointer<cl_state_source>) -> Void
  ) throws(StateReadError) {
    do throws(StoreError) {
      try unsafe file.withLeafSource(
        databases.records, reads: reads as? RecordReads, damaged: damaged, body)
    } catch { throw StateReadError(error) }
  }

  func reading<Result>(
    _ body: (borrowing ReadTransaction) throws(StoreError) -> Result
  ) throws(StateReadError) -> Result {
    do throws(StoreError) {
      let transaction = try file.beginRead()
      return try body(transaction)
    } catch { throw StateReadError(error) }
  }
}
