import CLedgerCore
public import LedgerCore
import LedgerState

/// What a stopped node's state is made of: for operators.
public struct StateReport: Sendable {
  /// Records or index entries, and their bytes.
  public struct Amount: Hashable, Sendable {
    public internal(set) var count: UInt64 = 0
    public internal(set) var keyBytes: UInt64 = 0
    public internal(set) var valueBytes: UInt64 = 0

    mutating func add(key: [UInt8], value: [UInt8]) {
      count += 1
      keyBytes += UInt64(key.count)
      valueBytes += UInt64(value.count)
    }
  }

  /// A B-tree of the state's file.
  public struct Database: Sendable {
    public let name: String
    public let entries: Int
    /// Levels of pages.
    public let depth: Int
    public let branchPages: Int
    public let leafPages: Int
    /// Pages of values that do not fit into a leaf page.
    public let overflowPages: Int
  }

  public internal(set) var chain: ChainID
  public internal(set) var height: UInt64
  /// The root that is noted beside the records.
  public internal(set) var root: Digest
  /// By the first two bytes of the records' keys, ascending; of a shorter key the second is 0.
  public internal(set) var records: [(prefix: [UInt8], amount: Amount)] = []
  /// By name.
  public internal(set) var indexes: [(name: String, amount: Amount)] = []
  /// Records and index entries that are damaged, and counted nowhere else.
  public internal(set) var damaged: UInt64 = 0
  public internal(set) var databases: [Database] = []
  public internal(set) var pageBytes = 0
  /// The size of the state's file.
  public internal(set) var fileBytes: UInt64 = 0
  /// Of the file, the pages in use or free for use again; the rest is kept ready ahead of them.
  public internal(set) var usedBytes = 0
  /// The bound of the file; it doubles when it is reached.
  public internal(set) var mapBytes = 0
  /// The tree that a node keeps in memory; nil when leaves cannot be read.
  public internal(set) var tree: (depth: Int, bytes: Int)?
  /// Heights, files and bytes of the block log; nil when it is damaged.
  public internal(set) var log: (heights: ClosedRange<UInt64>?, segments: Int, bytes: UInt64)?

  init(_ records: RecordStore) {
    chain = records.chain
    height = records.height
    root = records.root
  }

  /// Pages of the file that belong to no database: free for use again, and the file's own lists.
  public var otherPages: Int {
    let own = databases.map { $0.branchPages + $0.leafPages + $0.overflowPages }.reduce(0, +)
    return pageBytes == 0 ? 0 : usedBytes / pageBytes - own
  }
}

extension StoreAudit {
  /// Counts everything, in one walk over the records, one over the entries, and one for the tree.
  ///
  /// - Parameter progress: records done and records expected, now and then.
  public func report(
    progress: (_ done: UInt64, _ expected: UInt64) -> Void
  ) throws(StoreError) -> StateReport {
    var report = StateReport(records)
    let expected = try expectedRecords()
    var kinds = [StateReport.Amount?](repeating: nil, count: 1 << 16)
    var done: UInt64 = 0
    progress(0, expected)
    try checkRecords(
      { record in
        let key = record.key.bytes
        let kind = Int(key[0]) << 8 | Int(key.count > 1 ? key[1] : 0)
        kinds[kind, default: StateReport.Amount()].add(key: key, value: record.value)
        done += 1
        if done.isMultiple(of: 16_384) { progress(done, expected) }
      },
      fault: { _ in report.damaged += 1 })
    progress(expected, expected)
    for (kind, amount) in kinds.enumerated() {
      guard let amount else { continue }
      report.records.append(([UInt8(kind >> 8), UInt8(kind & 0xFF)], amount))
    }
    try checkIndexEntries(
      { name, entry in
        if report.indexes.last?.name != name { report.indexes.append((name, .init())) }
        report.indexes[report.indexes.count - 1].amount.add(key: entry.key, value: entry.value)
      },
      fault: { _ in report.damaged += 1 })
    try addPages(to: &report)
    if let state = try? AuthenticatedState(reader: records) {
      report.tree = (state.treeDepth, state.treeBytes)
    }
    do throws(StoreError) {
      let log = try blockLog()
      report.log = (log.heights, log.size.segments, log.size.bytes)
    } catch {
      guard case .damaged = error else { throw error }
    }
    return report
  }

  private func addPages(to report: inout StateReport) throws(StoreError) {
    let databases = records.databases
    let transaction = try records.file.beginRead()
    for (name, database) in [
      ("records", databases.records), ("indexes", databases.indexes), ("notes", databases.notes),
    ] {
      let stat = try transaction.stat(database)
      report.databases.append(
        StateReport.Database(
          name: name, entries: stat.entries, depth: stat.depth, branchPages: stat.branch_pages,
          leafPages: stat.leaf_pages, overflowPages: stat.overflow_pages))
      report.pageBytes = stat.page_bytes
      report.mapBytes = stat.map_bytes
      report.usedBytes = stat.used_bytes
    }
    report.fileBytes = try File(StorePaths(home: home).stateFile, .read).size()
  }
}

extension Array {
  fileprivate subscript<Wrapped>(index: Int, default value: Wrapped) -> Wrapped
  where Element == Wrapped? {
    get { self[index] ?? value }
    set { self[index] = newValue }
  }
}
