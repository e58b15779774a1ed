public import LedgerCore
public import LedgerState

/// Fills an empty home with a whole state, whose records come in the order of their paths: from a
/// genesis document, or from a snapshot. Memory is bounded, and pages are filled one after the
/// other.
///
/// The home is locked until the loader is gone. Until `finish` there is no ledger in it, and a load
/// that was cut short can be made again from its start.
public final class StateLoader {
  /// Records, and bytes, after which a transaction ends.
  private static let transactionRecords = 1 << 18
  private static let transactionBytes = 64 << 20

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
    try add(records, isWritten: false)
  }

  /// - Parameter isWritten: whether they are written at once, however few: for tests.
  func add(_ records: [StateChange], isWritten: Bool) throws(StoreError) {
    for record in records {
      waiting.append(record)
      waitingBytes += record.key.bytes.count + (record.value?.count ?? 0)
      if waiting.count >= Self.transactionRecords || waitingBytes >= Self.transactionBytes {
        try write()
      }
    }
    if isWritten { try write() }
  }

  /// Makes the state that of a height, durably, with its indexes.
  ///
  /// - Parameter known: the root, where it is known; nil: it is computed from what was written.
  /// - Returns: the root.
  public func finish(
    indexes: [IndexChange] = [], height: UInt64 = 0, root known: Digest? = nil
  ) throws(StoreError) -> Digest {
    try write()
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

  /// Hashes what waits and puts it behind what is there, in one transaction.
  private func write() throws(StoreError) {
    guard !waiting.isEmpty else { return }
    let changes = waiting
    waiting.removeAll(keepingCapacity: true)
    waitingBytes = 0
    let writes = StateWrites(of: changes, workers: workers)
    guard writes.count == changes.count else {
      throw .recordsOutOfOrder(path: folder.path, after: recordCount)
    }
    var flush = try StateFlush(writes, [], nil, append: true)
    do throws(StoreError) {
      try flush.run(file, databases, options, mapBytes: &mapBytes)
    } catch {
      guard error.isKeyOutOfOrder else { throw error }
      throw .recordsOutOfOrder(path: folder.path, after: recordCount)
    }
    recordCount += changes.count { $0.value != nil }
  }
}
