public import LedgerCore
import Synchronization

/// What stands where in the chain: transactions by id, an account's transactions, bundles by
/// digest; and where in the log they lie. Derived from the log alone: it can be removed and made
/// anew at any time, and nothing of consensus reads it.
///
/// One thread appends; any thread reads. Each flush is one synced transaction that holds the height
/// it is of, so a crash leaves the history of an earlier height, whole, and the log has the rest.
public final class HistoryStore: Sendable {
  public let chain: ChainID
  let path: String
  let file: StateFile
  let databases: HistoryDatabases
  private let options: StoreOptions
  private let shown: Mutex<HistoryNote>
  private let map: Mutex<Int>

  /// Whether a home has a history.
  public static func exists(home: String) -> Bool {
    Folder.exists(StorePaths(home: home).history + "/data.mdb")
  }

  /// Removes a home's history, which nobody has open.
  public static func remove(home: String) throws(StoreError) {
    let folder = Folder(path: StorePaths(home: home).history)
    guard Folder.exists(folder.path) else { return }
    for name in try folder.names() { try folder.remove(name) }
    try folder.sync()
  }

  private static let damagedName = "damaged"

  /// Notes that the history was found damaged: whoever opens the home next removes it.
  public static func markDamaged(home: String) {
    _ = try? File(StorePaths(home: home).history + "/" + damagedName, .create)
  }

  /// Whether the history was found damaged.
  public static func isMarkedDamaged(home: String) -> Bool {
    Folder.exists(StorePaths(home: home).history + "/" + damagedName)
  }

  /// Opens a home's history, or makes an empty one that begins with `first`.
  ///
  /// - Parameter first: the log's first height.
  /// - Throws: `damaged` when what is there cannot be used; `otherGenesis`; what is wrong with the
  ///   disk.
  public init(
    home: String, chain: ChainID, first: UInt64, options: StoreOptions = StoreOptions()
  ) throws(StoreError) {
    let paths = StorePaths(home: home)
    path = paths.history
    let isNew = !Self.exists(home: home)
    if !options.readOnly { _ = try Folder.make(path) }
    guard !options.readOnly || !isNew else { throw .notCreated(path: path) }
    if !isNew { try PageCheck.run(path + "/data.mdb") }
    let file = try StateFile(
      path, mapBytes: options.historyMapBytes, readOnly: options.readOnly)
    guard let databases = try HistoryDatabases(file) else {
      throw .damaged(StoreDamage(.history(path: path), .badLayout))
    }
    let note = try file.beginRead().historyNote(databases)
    if let note, note.chain != chain {
      throw .otherGenesis(path: path, found: note.chain, expected: chain)
    }
    guard (1...PlaceEntry.heightMax).contains(first) else {
      throw .sizeRefused(what: "first height", bytes: Int(clamping: first), allowed: 1...Int.max)
    }
    self.file = file
    self.databases = databases
    self.options = options
    self.chain = chain
    shown = Mutex(note ?? HistoryNote(chain: chain, first: first))
    map = Mutex(options.historyMapBytes)
  }

  /// The heights indexed; empty when there are none.
  public var heights: Range<UInt64> { shown.withLock { $0.first..<$0.height + 1 } }

  /// The last height indexed; one below the first when there is none.
  public var height: UInt64 { shown.withLock { $0.height } }

  var note: HistoryNote { shown.withLock { $0 } }

  /// Indexes blocks that follow each other from `height` + 1 on, in one transaction. When it
  /// throws, the history is as before.
  ///
  /// - Throws: `heightOutOfOrder`; `damaged` when a block, or what is merged, is not what was
  ///   written; `diskFull` and `readersActive`, after which it may be repeated.
  public func append(_ entries: [LogEntry]) throws(StoreError) {
    guard !options.readOnly else { throw .readOnly(path: path) }
    guard !entries.isEmpty else { return }
    var blocks: [HistoryBlock] = []
    for (position, entry) in entries.enumerated() {
      let expected = height + 1 + UInt64(position)
      guard entry.height == expected else {
        throw .heightOutOfOrder(expected: expected, given: entry.height)
      }
      do throws(BCSError) { blocks.append(try HistoryBlock(entry)) } catch {
        throw .damaged(StoreDamage(.history(path: path), .badLayout))
      }
    }
    let flush = HistoryFlush(blocks, after: note)
    try map.withLock { mapBytes throws(StoreError) in
      while true {
        try file.preallocate(aheadBytes: options.stateAheadBytes)
        do throws(WriteFault) {
          let note = try flush.run(file, databases)
          shown.withLock { $0 = note }
          return
        } catch {
          switch error {
          case .store(let fault): throw fault
          case .mapFull:
            guard mapBytes <= StoreLimits.mapBytesMax / 2 else { throw .diskFull(path: path) }
            try file.grow(to: mapBytes * 2, waitMilliseconds: options.growWaitMilliseconds)
            mapBytes *= 2
          }
        }
      }
    }
  }
}

/// The databases of a history folder.
struct HistoryDatabases: Sendable {
  /// By `HistoryTable`.
  let tables: [UInt32]
  let blocks: UInt32
  let slices: UInt32
  let notes: UInt32

  static let blocksName = "blocks"
  static let slicesName = "slices"

  init?(_ file: StateFile) throws(StoreError) {
    var tables: [UInt32] = []
    for table in HistoryTable.allCases {
      guard let database = try file.database(table.name) else { return nil }
      tables.append(database)
    }
    guard let blocks = try file.database(Self.blocksName),
      let slices = try file.database(Self.slicesName), let notes = try file.database("notes")
    else { return nil }
    self.tables = tables
    self.blocks = blocks
    self.slices = slices
    self.notes = notes
  }
}

extension ReadTransaction {
  func historyNote(_ databases: HistoryDatabases) throws(StoreError) -> HistoryNote? {
    let bytes = try unsafe HistoryNote.key.withUnsafeBytesTyped { key throws(StoreError) in
      try unsafe withValue(databases.notes, key) { unsafe [UInt8]($0) }
    }
    guard let bytes else { return nil }
    return try HistoryNote(bytes, path: file.path)
  }
}
