public import LedgerCore
public import LedgerState

/// A node's folder: state, block log, changes of the validator set, bundles and what it has
/// prepared, under `<home>/data`.
///
/// The order of writing is: bundles synced before they are acknowledged; the prepared certificate
/// synced before COMMIT leaves; a decided block synced in the log before anybody is told it is
/// final; the state behind, whenever there is time. After a crash the state is at the height of
/// its last flush, and the log holds every block from there on: replay these.
///
/// One user at a time: the folder is locked until the last reference goes.
public final class NodeStore: Sendable {
  public let chain: ChainID
  public let records: RecordStore
  public let log: BlockLog
  public let bundles: BundleStore
  public let votes: VoteStore
  /// Lags behind the state by what a crash left out; the log of blocks reaches as far.
  public let sets: SetChangeLog
  private let lock: FolderLock

  /// Whether a folder may hold a ledger: its state folder is there.
  public static func exists(home: String) -> Bool { Folder.exists(StorePaths(home: home).state) }

  /// Makes a ledger in a folder: the state of height 0, whose root is `root`. A creation that was
  /// cut short can be repeated.
  ///
  /// - Throws: `alreadyCreated`, `inUse`, `diskFull`, or what else is wrong with the disk.
  public static func create(
    home: String, genesis chain: ChainID, changes: [StateChange], indexes: [IndexChange] = [],
    root: Digest, options: StoreOptions = StoreOptions()
  ) throws(StoreError) {
    let loader = try StateLoader(home: home, chain: chain, options: options)
    try loader.add(StateWrites(of: changes).changes)
    _ = try loader.finish(indexes: indexes, root: root)
  }

  /// Opens a ledger: locks it, checks the structure of the state's file and that it is of this
  /// chain (nil: of any), cuts the torn end of a write off the log, and checks that the log covers
  /// the state. Whether the state has the root its certificate names, the caller checks.
  ///
  /// - Throws: `notCreated`, `inUse`, `otherGenesis`, `damaged`, `logDoesNotCover`, …
  public init(
    home: String, genesis chain: ChainID?, options: StoreOptions = StoreOptions()
  ) throws(StoreError) {
    let paths = StorePaths(home: home)
    guard Folder.exists(paths.state) else { throw .notCreated(path: home) }
    lock = try FolderLock(Folder(path: paths.data))
    try paths.checkStateFile(home: home)
    let state = Folder(path: paths.state)
    guard let records = try RecordStore(folder: state, options: options) else {
      throw .notCreated(path: home)
    }
    if let chain, chain != records.chain {
      throw .otherGenesis(path: home, found: records.chain, expected: chain)
    }
    if !options.readOnly {
      for path in [paths.log, paths.bundles, paths.votes, paths.sets] { _ = try Folder.make(path) }
    }
    self.chain = records.chain
    self.records = records
    log = try BlockLog(paths.log, chain: records.chain, options: options)
    bundles = try BundleStore(paths.bundles, chain: records.chain, options: options)
    votes = try VoteStore(paths.votes, chain: records.chain, options: options)
    sets = try SetChangeLog(paths.sets, chain: records.chain, options: options)
    // The state is flushed behind the log: the log reaches it, and starts at most one above it.
    let flushed = records.height
    let covers = log.heights.map { $0.upperBound >= flushed && $0.lowerBound <= flushed + 1 }
    guard covers ?? (flushed == 0) else {
      throw .logDoesNotCover(stateHeight: flushed, logHeights: log.heights)
    }
  }

  /// The heights to replay over the state, each to be read from `log`: those above the flushed one.
  /// Empty when the state is the tip's.
  public var replayHeights: Range<UInt64> {
    let flushed = records.height
    guard let last = log.heights?.upperBound, last > flushed else {
      return flushed + 1..<flushed + 1
    }
    return flushed + 1..<last + 1
  }
}
