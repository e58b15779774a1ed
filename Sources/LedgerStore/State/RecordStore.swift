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

  public var height: UInt64 { tip.withLock { $0.height } }

  /// The root of the state of `height`, as its flush was given it.
  public var root: Digest { tip.withLock { $0.root } }

  /// The bound of the state's file, and its pages in bytes.
  func size() throws(StoreError) -> (map: Int, used: Int) {
    try file.beginRead().size(databases.records)
  }

  /// The records, as the tree's engine reads them too.
  var live: LiveRecords { LiveRecords(file: file, databases: databases, height: height) }

  public func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { try live.value(of: key) }

  public func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try live.record(at: path)
  }

  public func recordCountEstimate() throws(StateReadError) -> Int {
    try live.recordCountEstimate()
  }

  public func leaves(inBuckets buckets: [UInt32], depth: Int)
    throws(StateReadError) -> BucketLeaves
  { try live.leaves(inBuckets: buckets, depth: depth) }

  public func reads(depth: Int) throws(StateReadError) -> (any StateReads)? {
    try live.reads(depth: depth)
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
  /// - Throws: `heightOutOfOrder` unless `height` is above the flushed one; `readersActive`,
  ///   after which the same flush may be repeated; `diskFull`, after which it may be refused
  ///   (`stopped`); `stateFailed`, `syncFailed` and `stopped`, after which the node stops.
  public func flush(
    writes: StateWrites, indexes: [IndexChange] = [], height: UInt64, root: Digest
  ) throws(StoreError) {
    guard !options.readOnly else { throw .readOnly(path: file.path) }
    let note = StateNote(chain: chain, height: height, root: root)
    var flush = try StateFlush(writes, indexes, note, append: false)
    try map.withLock { mapBytes throws(StoreError) in
      let flushed = self.height
      guard height > flushed else {
        throw .heightOutOfOrder(expected: flushed + 1, given: height)
      }
      try flush.run(file, databases, options, mapBytes: &mapBytes)
      tip.withLock { $0 = note }
    }
  }

  /// The same of writes that are not sorted or hashed. Where they name a key twice, the later
  /// counts, so several blocks' changes can be flushed one after another.
  public func flush(
    changes: [StateChange], indexes: [IndexChange] = [], height: UInt64, root: Digest
  ) throws(StoreError) {
    try flush(
      writes: StateWrites(of: changes), indexes: indexes, height: height, root: root)
  }

  /// Replaces an index's entries by these, in one synced transaction: indexes are derived and can
  /// be computed anew from the records at any time.
  public func rebuildIndex(_ name: String, _ entries: [IndexEntry]) throws(StoreError) {
    guard !options.readOnly else { throw .readOnly(path: file.path) }
    let changes = entries.map { IndexChange(index: name, key: $0.key, value: $0.value) }
    try map.withLock { mapBytes throws(StoreError) in
      var flush = try StateFlush(StateWrites(of: []), changes, tip.withLock { $0 }, append: false)
      flush.emptiedIndex = name
      try flush.run(file, databases, options, mapBytes: &mapBytes)
    }
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
    try store.live.reading { transaction throws(StoreError) in
      try transaction.indexRange(
        name, from: lower, below: upper, limit: limit, store.databases)
    }
  }
}

extension RecordStore: EngineReader {
  package func withLeafSource(
    _ reads: (any StateReads)?, _ body: (UnsafePointer<cl_state_source>) -> Void
  ) throws(StateReadError) {
    try unsafe live.withLeafSource(reads, body)
  }
}
