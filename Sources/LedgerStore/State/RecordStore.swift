package import CLedgerCore
public import LedgerCore
public import LedgerState
import Synchronization

/// The flushed state: records and derived indexes in LMDB, all of one height.
///
/// Thread safe. Each call reads within one transaction, so it sees one height, the last one
/// flushed; `snapshot` shows one height over many calls. One flush at a time, from any thread.
public final class RecordStore: StateReader {
  /// The chain the state belongs to.
  public let chain: ChainID
  let file: StateFile
  let databases: StateDatabases
  private let options: StoreOptions
  private let tip: Mutex<StateNote>
  private let map: Mutex<Int>

  /// Opens a state; nil when the folder has none.
  init?(folder: Folder, options: StoreOptions) throws(StoreError) {
    let file = try StateFile(
      folder.path, mapBytes: options.stateMapBytes, readOnly: options.readOnly)
    guard let databases = try StateDatabases(file) else { return nil }
    guard let note = try file.beginRead().note(databases) else { return nil }
    self.file = file
    self.databases = databases
    self.options = options
    chain = note.chain
    tip = Mutex(note)
    map = Mutex(options.stateMapBytes)
  }

  /// Writes the state of height 0 into an empty folder.
  static func create(
    folder: Folder, chain: ChainID, changes: [StateChange], indexes: [IndexChange],
    root: Digest, options: StoreOptions
  ) throws(StoreError) {
    let file = try StateFile(folder.path, mapBytes: options.stateMapBytes, readOnly: false)
    guard let databases = try StateDatabases(file) else {
      throw .notCreated(path: folder.path)
    }
    guard try file.beginRead().note(databases) == nil else {
      throw .alreadyCreated(path: folder.path)
    }
    var flush = try StateFlush(
      StateWrite.all(of: changes), indexes, StateNote(chain: chain, height: 0, root: root),
      append: true)
    var mapBytes = options.stateMapBytes
    try flush.run(file, databases, options, mapBytes: &mapBytes)
  }

  public var height: UInt64 { tip.withLock { $0.height } }

  /// The root of the state of `height`, as its flush was given it.
  public var root: Digest { tip.withLock { $0.root } }

  /// The bound of the state's file, and its pages in bytes.
  func size() throws(StoreError) -> (map: Int, used: Int) {
    try file.beginRead().size(databases.records)
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
    do throws(StoreError) {
      return try unsafe file.leaves(inBuckets: buckets, depth: depth, databases.records)
    } catch { throw StateReadError(error) }
  }

  public func reads(depth: Int) throws(StateReadError) -> (any StateReads)? {
    do throws(StoreError) {
      return try RecordReads(file, databases.records, depth: depth)
    } catch { throw StateReadError(error) }
  }

  /// A derived index of the state last flushed.
  public func index(_ name: String) -> any IndexReader { LiveIndex(store: self, name: name) }

  /// The state as it is now, unchanged by later flushes. While it exists, the state file grows
  /// with every flush ("Avoid long-lived transactions", lmdb.h) and its map cannot: keep it for
  /// seconds, and read through it alone meanwhile: a live read waits while a flush waits for it.
  public func snapshot() throws(StateReadError) -> RecordSnapshot {
    do throws(StoreError) { return try RecordSnapshot(file, databases) } catch {
      throw StateReadError(error)
    }
  }

  /// Makes the state that of `height`: all records, index entries, height and root in one synced
  /// transaction. Writes ascend by path. When it throws, the state is the one before.
  ///
  /// - Throws: `heightOutOfOrder` unless `height` is above the flushed one; `diskFull` and
  ///   `readersActive`, after which the same flush may be repeated; `stateFailed`, `syncFailed`
  ///   and `stopped`, after which the node stops.
  public func flush(
    writes: [StateWrite], indexes: [IndexChange] = [], height: UInt64, root: Digest
  ) throws(StoreError) {
    guard !options.readOnly else { throw .readOnly(path: file.path) }
    var flush = try StateFlush(
      writes, indexes, StateNote(chain: chain, height: height, root: root), append: false)
    try map.withLock { mapBytes throws(StoreError) in
      let flushed = self.height
      guard height > flushed else {
        throw .heightOutOfOrder(expected: flushed + 1, given: height)
      }
      try flush.run(file, databases, options, mapBytes: &mapBytes)
      tip.withLock { $0 = flush.note }
    }
  }

  /// The same of writes that are not sorted or hashed. Where they name a key twice, the later
  /// counts, so several blocks' changes can be flushed one after another.
  public func flush(
    changes: [StateChange], indexes: [IndexChange] = [], height: UInt64, root: Digest
  ) throws(StoreError) {
    try flush(
      writes: StateWrite.all(of: changes), indexes: indexes, height: height, root: root)
  }

  /// Replaces an index's entries by these, in one synced transaction: indexes are derived and can
  /// be computed anew from the records at any time.
  public func rebuildIndex(_ name: String, _ entries: [IndexEntry]) throws(StoreError) {
    guard !options.readOnly else { throw .readOnly(path: file.path) }
    let changes = entries.map { IndexChange(index: name, key: $0.key, value: $0.value) }
    try map.withLock { mapBytes throws(StoreError) in
      var flush = try StateFlush([], changes, tip.withLock { $0 }, append: false)
      flush.emptiedIndex = name
      try flush.run(file, databases, options, mapBytes: &mapBytes)
    }
  }

  fileprivate func reading<Result>(
    _ body: (borrowing ReadTransaction) throws(StoreError) -> Result
  ) throws(StateReadError) -> Result {
    do throws(StoreError) {
      let transaction = try file.beginRead()
      return try body(transaction)
    } catch { throw StateReadError(error) }
  }
}

extension StateDatabases {
  init?(_ file: StateFile) throws(StoreError) {
    guard let records = try file.database("records", integerKeys: true),
      let indexes = try file.database("indexes"),
      let notes = try file.database("notes")
    else { return nil }
    self.init(records: records, indexes: indexes, notes: notes)
  }
}

private struct LiveIndex: IndexReader {
  let store: RecordStore
  let name: String

  func range(from lower: [UInt8], below upper: [UInt8]?, limit: Int) throws(StateReadError)
    -> [IndexEntry]
  {
    try store.reading { transaction throws(StoreError) in
      try transaction.indexRange(
        name, from: lower, below: upper, limit: limit, store.databases)
    }
  }
}

extension RecordStore: EngineReader {
  package func withLeafSource(
    _ reads: (any StateReads)?, _ body: (UnsafePointer<cl_state_source>) -> Void
  ) throws(StateReadError) {
    do throws(StoreError) {
      try unsafe file.withLeafSource(databases.records, reads: reads as? RecordReads, body)
    } catch { throw StateReadError(error) }
  }
}
