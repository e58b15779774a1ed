public import LedgerCore
public import LedgerState
import Synchronization

/// Fills an empty home with a whole state, whose records come in the order of their paths: from a
/// genesis document, or from a snapshot. Memory is bounded, and pages are filled one after the
/// other.
///
/// The home is locked until the loader is gone. Until `finish` there is no ledger in it, and a load
/// that was cut short can be made again from its start.
public final class StateLoader {
  private let chain: ChainID
  private let workers: WorkerPool?
  private let options: StoreOptions
  private let file: StateFile
  private let databases: StateDatabases
  /// Where it is made, and where it is put when it is whole.
  private let folder: Folder
  private let state: Folder
  private let lock: FolderLock
  private var mapBytes: Int
  private var waiting: [StateChange] = []
  private var waitingBytes = 0
  /// Sorted and hashed, and not written yet.
  private var hashed: StateWrites?
  /// Records taken so far.
  public private(set) var recordCount = 0

  /// Makes the folders of a home, and locks it.
  ///
  /// - Throws: `alreadyCreated`, `inUse`, `diskFull`, or what else is wrong with the disk.
  public init(
    home: String, chain: ChainID, workers: WorkerPool? = nil,
    options: StoreOptions = StoreOptions()
  ) throws(StoreError) {
    let paths = StorePaths(home: home)
    lock = try FolderLock(try Folder.make(paths.data))
    for path in [paths.log, paths.bundles, paths.votes] { _ = try Folder.make(path) }
    state = Folder(path: paths.state)
    if Folder.exists(paths.stateFile), try RecordStore(folder: state, options: options) != nil {
      throw .alreadyCreated(path: paths.state)
    }
    // Made under another name: what has the state's name is whole. What an earlier load left that
    // was cut short, LMDB may not even be able to open.
    folder = try Folder.make(paths.state + FrameFolder.temporarySuffix)
    try folder.removeAll()
    file = try StateFile(folder.path, mapBytes: options.stateMapBytes, readOnly: false)
    guard let databases = try StateDatabases(file) else { throw .notCreated(path: home) }
    self.databases = databases
    self.chain = chain
    self.workers = workers
    self.options = options
    mapBytes = options.stateMapBytes
  }

  /// Takes records, ascending by path from call to call; those without a value are none.
  ///
  /// - Throws: `recordsOutOfOrder`, after which nothing more is taken; `sizeRefused`; `diskFull`, …
  public func add(_ records: [StateChange]) throws(StoreError) {
    for record in records {
      waiting.append(record)
      waitingBytes += record.key.bytes.count + (record.value?.count ?? 0)
      if waiting.count >= options.loadRecords || waitingBytes >= options.loadBytes {
        try write()
      }
    }
  }

  /// Makes the state that of a height, durably, with its indexes.
  ///
  /// - Parameter known: the root, where it is known; nil: it is computed from what was written.
  /// - Returns: the root.
  public func finish(
    indexes: [IndexChange] = [], height: UInt64 = 0, root known: Digest? = nil
  ) throws(StoreError) -> Digest {
    try writeAll()
    let root: Digest
    if let known { root = known } else { root = try computedRoot(height) }
    let note = StateNote(chain: chain, height: height, root: root)
    var flush = try StateFlush(StateWrites(of: []), indexes, note, append: false)
    try flush.run(file, databases, options, mapBytes: &mapBytes)
    try folder.sync()
    if Folder.exists(state.path) { try state.removeAll() }
    try Folder(path: Folder.parent(of: state.path)).replace(state, with: folder)
    return root
  }

  private func computedRoot(_ height: UInt64) throws(StoreError) -> Digest {
    let records = LiveRecords(file: file, databases: databases, height: height)
    do throws(StateReadError) {
      return try WholeTree.root(of: records, workers: workers).root
    } catch { throw .unreadable(path: folder.path, reason: "\(error)") }
  }

  private func writeAll() throws(StoreError) {
    try write()
    try write()
  }

  /// Hashes what waits, and puts what was hashed before behind what is there, in one transaction:
  /// both at once, where there are workers.
  private func write() throws(StoreError) {
    let (changes, before) = (waiting, hashed)
    waiting.removeAll(keepingCapacity: true)
    waitingBytes = 0
    hashed = nil
    let put = Mutex<Result<Int, StoreError>>(.success(mapBytes))
    let made = Mutex<StateWrites?>(nil)
    let parts: @Sendable (Int) -> Void = { [file, databases, options, mapBytes] part in
      if part == 0, let before {
        let result = Result { () throws(StoreError) in
          var bytes = mapBytes
          var flush = try StateFlush(before, [], nil, append: true)
          try flush.run(file, databases, options, mapBytes: &bytes)
          return bytes
        }
        put.withLock { $0 = result }
      } else if part == 1, !changes.isEmpty {
        let writes = StateWrites(of: changes)
        made.withLock { $0 = writes }
      }
    }
    if let workers { workers.run(2, parts) } else { for part in 0..<2 { parts(part) } }
    do throws(StoreError) { mapBytes = try put.withLock { $0 }.get() } catch {
      throw error.isKeyOutOfOrder ? outOfOrder : error
    }
    recordCount += before?.count { $0.value != nil } ?? 0
    hashed = made.withLock { $0 }
    guard hashed?.count ?? 0 == changes.count else { throw outOfOrder }
  }

  private var outOfOrder: StoreError {
    .recordsOutOfOrder(path: folder.path, after: recordCount)
  }
}
