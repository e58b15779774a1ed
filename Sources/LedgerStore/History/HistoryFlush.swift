import LedgerCore

/// One flush: the entries of some blocks as one new run of each table, merged with runs that have
/// become many. Everything is appended: run numbers and heights rise. Can be run again when the map
/// was full.
struct HistoryFlush: Sendable {
  private let note: HistoryNote
  private let blocks: [HistoryBlock]
  /// By `HistoryTable`, sorted.
  private let entries: [[PlaceEntry]]

  init(_ blocks: [HistoryBlock], after note: HistoryNote) {
    self.note = note
    self.blocks = blocks
    entries = HistoryTable.allCases.map { table in
      var all: [PlaceEntry] = []
      all.reserveCapacity(blocks.reduce(0) { $0 + $1.entries[table.rawValue].count })
      for block in blocks { all += block.entries[table.rawValue] }
      all.sort()
      return all
    }
  }

  /// Writes and commits; gives the note that is now true.
  func run(_ file: StateFile, _ databases: HistoryDatabases) throws(WriteFault) -> HistoryNote {
    var note = note
    let transaction = try file.beginWrite()
    let first = note.height + 1
    note.height += UInt64(blocks.count)
    for table in HistoryTable.allCases where !entries[table.rawValue].isEmpty {
      try add(table, first, &note, transaction, databases.tables[table.rawValue])
    }
    for block in blocks { try add(block, transaction, databases) }
    let bytes = note.bytes
    try unsafe HistoryNote.key.withUnsafeBufferPointer { key throws(WriteFault) in
      try unsafe transaction.put(
        databases.notes, UnsafeRawBufferPointer(key), count: bytes.count
      ) { unsafe $0.copyBytes(from: bytes) }
    }
    try transaction.commit()
    return note
  }

  private func add(
    _ table: HistoryTable, _ first: UInt64, _ note: inout HistoryNote,
    _ transaction: borrowing WriteTransaction, _ database: UInt32
  ) throws(WriteFault) {
    let own = entries[table.rawValue]
    let runs = note.runs[table.rawValue]
    let plan = HistoryRun.plan(runs, adding: UInt64(own.count))
    let merged = runs.suffix(plan.merged)
    var writer = HistoryRunWriter(number: note.nextRun, table: table, database: database)
    if merged.isEmpty {
      for entry in own { try writer.add(entry, transaction) }
    } else {
      var sources = [HistoryRunSource(own)]
      for run in merged {
        sources.append(try HistoryRunSource(run, table, database, transaction))
      }
      try Self.merge(&sources, into: &writer, transaction)
    }
    try writer.finish(transaction)
    for run in merged {
      try transaction.deleteAll(database, prefix: HistoryLayout.runPrefix(run.number))
    }
    note.runs[table.rawValue] =
      runs.dropLast(plan.merged) + [
        HistoryRun(
          number: note.nextRun, level: plan.level, count: writer.count,
          first: merged.first?.first ?? first, last: note.height)
      ]
    note.nextRun += 1
  }

  private static func merge(
    _ sources: inout [HistoryRunSource], into writer: inout HistoryRunWriter,
    _ transaction: borrowing WriteTransaction
  ) throws(WriteFault) {
    while true {
      var least: Int?
      for index in sources.indices {
        guard let entry = sources[index].current else { continue }
        if let best = least, let other = sources[best].current, other <= entry { continue }
        least = index
      }
      guard let least, let entry = sources[least].current else { return }
      try writer.add(entry, transaction)
      try sources[least].advance(transaction)
    }
  }

  private func add(
    _ block: HistoryBlock, _ transaction: borrowing WriteTransaction,
    _ databases: HistoryDatabases
  ) throws(WriteFault) {
    let key = HistoryLayout.blockKey(block.summary.height)
    try transaction.append(
      databases.blocks, key,
      HistoryLayout.sealed(HistoryDatabases.blocksName, key, block.summary.bcs))
    for (last, slice) in block.slices {
      let key = HistoryLayout.sliceKey(block.summary.height, last: last)
      try transaction.append(
        databases.slices, key,
        HistoryLayout.sealed(HistoryDatabases.slicesName, key, slice.bcs))
    }
  }
}

/// Writes the entries of a run, which come in order.
struct HistoryRunWriter {
  let number: UInt64
  let table: HistoryTable
  let database: UInt32
  private(set) var count: UInt64 = 0
  private var chunk: [PlaceEntry] = []

  init(number: UInt64, table: HistoryTable, database: UInt32) {
    self.number = number
    self.table = table
    self.database = database
    chunk.reserveCapacity(HistoryLayout.chunkEntriesMax)
  }

  mutating func add(_ entry: PlaceEntry, _ transaction: borrowing WriteTransaction)
    throws(WriteFault)
  {
    chunk.append(entry)
    if chunk.count == HistoryLayout.chunkEntriesMax { try finish(transaction) }
  }

  /// Writes what is left.
  mutating func finish(_ transaction: borrowing WriteTransaction) throws(WriteFault) {
    guard let last = chunk.last else { return }
    let key = HistoryLayout.runKey(number, last.prefix, last.order)
    try transaction.append(
      database, key, HistoryLayout.sealed(table.name, key, HistoryLayout.chunk(chunk[...])))
    count += UInt64(chunk.count)
    chunk.removeAll(keepingCapacity: true)
  }
}

/// The entries of a run, or of a list, in order.
struct HistoryRunSource {
  private var chunk: [PlaceEntry]
  private var index = 0
  /// Where the next chunk is looked for; nil when there is none.
  private var next: [UInt8]?
  private let run: HistoryRun?
  private let table: HistoryTable
  private let database: UInt32

  init(_ entries: [PlaceEntry]) {
    chunk = entries
    run = nil
    table = .transactions
    database = 0
  }

  init(
    _ run: HistoryRun, _ table: HistoryTable, _ database: UInt32,
    _ transaction: borrowing WriteTransaction
  ) throws(WriteFault) {
    self.run = run
    self.table = table
    self.database = database
    chunk = []
    next = HistoryLayout.runPrefix(run.number)
    try load(transaction)
  }

  var current: PlaceEntry? { index < chunk.count ? chunk[index] : nil }

  mutating func advance(_ transaction: borrowing WriteTransaction) throws(WriteFault) {
    index += 1
    if index == chunk.count { try load(transaction) }
  }

  private mutating func load(_ transaction: borrowing WriteTransaction) throws(WriteFault) {
    guard let from = next, let run else { return }
    next = nil
    guard let (key, value) = try transaction.first(database, from: from),
      key.starts(with: HistoryLayout.runPrefix(run.number))
    else { return }
    guard let bytes = HistoryLayout.opened(table.name, key, value),
      let entries = HistoryLayout.entries(bytes)
    else {
      throw .store(.damaged(StoreDamage(.history(path: transaction.file.path), .checksum)))
    }
    chunk = entries
    index = 0
    next = key + [0]
  }
}
