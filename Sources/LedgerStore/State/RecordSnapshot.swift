public import LedgerCore
public import LedgerState
import Synchronization

/// The state of one height over many calls, whatever is flushed meanwhile; ends with its last
/// reference. Calls from several threads take turns.
public final class RecordSnapshot: StateReader {
  public let height: UInt64
  /// The root of the state of `height`.
  public let root: Digest
  /// The chain the state belongs to.
  public let chain: ChainID
  private let databases: StateDatabases
  private let transaction: Mutex<ReadTransaction>

  init(_ file: StateFile, _ databases: StateDatabases) throws(StoreError) {
    let begun = try file.beginRead()
    guard let note = try begun.note(databases) else { throw .notCreated(path: file.path) }
    height = note.height
    root = note.root
    chain = note.chain
    self.databases = databases
    transaction = Mutex(begun)
  }

  public func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try reading { transaction throws(StoreError) in try transaction.value(of: key, databases) }
  }

  public func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try reading { transaction throws(StoreError) in try transaction.record(at: path, databases) }
  }

  public func recordCountEstimate() throws(StateReadError) -> Int {
    try reading { transaction throws(StoreError) in
      try transaction.entries(databases.records)
    }
  }

  public func leaves(inBuckets buckets: [UInt32], depth: Int)
    throws(StateReadError) -> BucketLeaves
  {
    try reading { transaction throws(StoreError) in
      try unsafe transaction.file.leaves(
        inBuckets: buckets, depth: depth, databases.records, transaction: transaction.handle)
    }
  }

  /// A derived index of the same height.
  public func index(_ name: String) -> any IndexReader { SnapshotIndex(snapshot: self, name: name) }

  fileprivate func indexRange(
    _ name: String, from lower: [UInt8], below upper: [UInt8]?, limit: Int
  ) throws(StateReadError) -> [IndexEntry] {
    try reading { transaction throws(StoreError) in
      try transaction.indexRange(name, from: lower, below: upper, limit: limit, databases)
    }
  }

  private func reading<Result: Sendable>(
    _ body: (borrowing ReadTransaction) throws(StoreError) -> Result
  ) throws(StateReadError) -> Result {
    do throws(StoreError) {
      return try transaction.withLock { transaction throws(StoreError) in
        try body(transaction)
      }
    } catch { throw StateReadError(error) }
  }
}

private struct SnapshotIndex: IndexReader {
  let snapshot: RecordSnapshot
  let name: String

  func range(from lower: [UInt8], below upper: [UInt8]?, limit: Int) throws(StateReadError)
    -> [IndexEntry]
  {
    try snapshot.indexRange(name, from: lower, below: upper, limit: limit)
  }
}
