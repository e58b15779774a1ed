import LedgerCore

/// What an audit finds in a history beside damage.
public enum HistoryFinding: Hashable, Sendable {
  /// The entries of a table over these heights are not those that the log gives.
  case entries(table: String, first: UInt64, last: UInt64)
  /// What is kept of a block is not what the log gives.
  case block(height: UInt64)
  /// It names heights above the log's last.
  case aboveLog(height: UInt64, log: UInt64?)
}

extension HistoryFinding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .entries(let table, let first, let last):
      "its entries of \(table) over heights \(first) to \(last) are not those the log gives"
    case .block(let height): "what it keeps of block \(height) is not what the log gives"
    case .aboveLog(let height, let log):
      "it is of height \(height), the log ends at \(log.map { "\($0)" } ?? "none")"
    }
  }
}

/// Holds a history against the log it was derived from, in one pass over each: what the log gives
/// is summed by run, and so is what the runs hold.
public struct HistoryAudit: Sendable {
  private let store: HistoryStore
  private let note: HistoryNote
  /// By table and run: what the log gives.
  private var sums: [[UInt64]]
  private var logFirst: UInt64?
  private var logLast: UInt64?

  /// Opens a stopped node's history; nil when it has none.
  init?(home: String, chain: ChainID, options: StoreOptions) throws(StoreError) {
    guard HistoryStore.exists(home: home) else { return nil }
    store = try HistoryStore(home: home, chain: chain, first: 1, options: options)
    note = store.note
    sums = note.runs.map { Array(repeating: 0, count: $0.count) }
  }

  /// The heights indexed.
  public var heights: Range<UInt64> { store.heights }

  /// Takes the next block of the log.
  public mutating func add(
    _ entry: LogEntry, finding: (HistoryFinding) -> Void, fault: (StoreDamage) -> Void
  ) throws(StoreError) {
    if logFirst == nil { logFirst = entry.height }
    logLast = entry.height
    guard heights.contains(entry.height) else { return }
    let block: HistoryBlock
    // A block that cannot be read is found by the audit of the log.
    do throws(BCSError) { block = try HistoryBlock(entry) } catch { return }
    for table in HistoryTable.allCases where !block.entries[table.rawValue].isEmpty {
      guard let run = run(table, holding: entry.height) else {
        finding(.entries(table: table.name, first: entry.height, last: entry.height))
        continue
      }
      for place in block.entries[table.rawValue] {
        sums[table.rawValue][run] &+= Self.mixed(place)
      }
    }
    do throws(StoreError) {
      let summary = try store.summary(entry.height)
      let slices = try store.slices(entry.height)
      if summary != block.summary || slices != block.slices.map(\.slice) {
        finding(.block(height: entry.height))
      }
    } catch {
      guard case .damaged(let damage) = error else { throw error }
      fault(damage)
    }
  }

  private func run(_ table: HistoryTable, holding height: UInt64) -> Int? {
    let runs = note.runs[table.rawValue]
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].last < height { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].first <= height ? low : nil
  }

  /// Reads every entry, once the whole log was taken. Runs that begin below the log's first block
  /// cannot be compared with it: of them only the checksums are checked.
  ///
  /// - Returns: how many entries were read.
  public func finish(finding: (HistoryFinding) -> Void, fault: (StoreDamage) -> Void)
    throws(StoreError) -> UInt64
  {
    if heights.upperBound > (logLast ?? 0) + 1 {
      finding(.aboveLog(height: note.height, log: logLast))
    }
    var read: UInt64 = 0
    let transaction = try store.file.beginRead()
    for table in HistoryTable.allCases {
      for (index, run) in note.runs[table.rawValue].enumerated() {
        var sum: UInt64 = 0
        var count: UInt64 = 0
        var isAscending = true
        var last: PlaceEntry?
        do throws(StoreError) {
          try transaction.forEachPlace(
            run, table, store.databases, from: PlaceEntry(prefix: 0, order: 0)
          ) { entry in
            if let last, entry <= last { isAscending = false }
            last = entry
            sum &+= Self.mixed(entry)
            count += 1
            return true
          }
        } catch {
          guard case .damaged(let damage) = error else { throw error }
          fault(damage)
          continue
        }
        read += count
        let isCompared = logFirst.map { run.first >= $0 } ?? false
        let isSame = sum == sums[table.rawValue][index] || !isCompared
        if count != run.count || !isAscending || !isSame {
          finding(.entries(table: table.name, first: run.first, last: run.last))
        }
      }
    }
    return read
  }

  /// Spreads an entry over 64 bits (the finaliser of SplitMix64): sums of such numbers agree only
  /// by chance.
  private static func mixed(_ entry: PlaceEntry) -> UInt64 {
    var number = entry.prefix ^ (entry.order << 31 | entry.order >> 33)
    number = (number ^ number >> 30) &* 0xBF58_476D_1CE4_E5B9
    number = (number ^ number >> 27) &* 0x94D0_49BB_1331_11EB
    return number ^ number >> 31
  }
}

extension HistoryStore {
  /// All slices of a block, in order.
  func slices(_ height: UInt64) throws(StoreError) -> [HistorySlice] {
    let prefix = HistoryLayout.blockKey(height)
    var values: [(key: [UInt8], value: [UInt8])] = []
    let transaction = try file.beginRead()
    try unsafe transaction.scan(databases.slices, from: prefix) { key, value throws(StoreError) in
      guard unsafe key.starts(with: prefix) else { return false }
      values.append(unsafe ([UInt8](key), [UInt8](value)))
      return true
    }
    var slices: [HistorySlice] = []
    for (key, value) in values {
      guard let bytes = HistoryLayout.opened(HistoryDatabases.slicesName, key, value),
        let slice = try? HistorySlice(bcs: Array(bytes))
      else { throw damage(.checksum) }
      slices.append(slice)
    }
    return slices
  }
}

extension StoreAudit {
  /// The history beside the state, to be held against the log; nil when the home has none.
  public func history() throws(StoreError) -> HistoryAudit? {
    var options = StoreOptions()
    options.readOnly = true
    return try HistoryAudit(home: home, chain: chain, options: options)
  }
}
