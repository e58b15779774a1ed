import LedgerCore
import LedgerState

/// One flush: its writes in key order, so that the B-tree is walked once and pages are filled
/// side by side. Can be run again when the map was full.
struct StateFlush {
  /// What stands beside the records afterwards; nil while a state is being loaded.
  let note: StateNote?
  /// Entries of this index are deleted first.
  var emptiedIndex: String?
  private let writes: StateWrites
  private let indexes: [(key: [UInt8], value: [UInt8]?)]
  private let append: Bool

  /// Checks writes, which ascend by path, and sorts index entries. `append` promises an empty
  /// state.
  init(
    _ writes: StateWrites, _ indexes: [IndexChange], _ note: StateNote?, append: Bool
  ) throws(StoreError) {
    for change in indexes { if let refusal = IndexLayout.refusal(change) { throw refusal } }
    self.note = note
    self.writes = writes
    self.append = append
    let entries = indexes.enumerated().map { index, change in
      (key: IndexLayout.prefix(change.index) + change.key, value: change.value, index: index)
    }
    let sorted = entries.sorted {
      if $0.key.lexicographicallyPrecedes($1.key) { return true }
      return $0.key == $1.key && $0.index < $1.index
    }
    self.indexes = Self.lastOfEach(sorted) { $0.key == $1.key }.map { ($0.key, $0.value) }
  }

  private static func lastOfEach<Element>(
    _ sorted: [Element], _ isSame: (Element, Element) -> Bool
  ) -> [Element] {
    var kept: [Element] = []
    kept.reserveCapacity(sorted.count)
    for element in sorted {
      if let last = kept.last, isSame(last, element) { kept.removeLast() }
      kept.append(element)
    }
    return kept
  }

  /// Writes and commits; doubles the map as long as it is full.
  mutating func run(
    _ file: StateFile, _ databases: StateDatabases, _ options: StoreOptions,
    mapBytes: inout Int
  ) throws(StoreError) {
    while true {
      try file.preallocate(aheadBytes: options.stateAheadBytes)
      do throws(WriteFault) {
        return try attempt(file, databases)
      } catch {
        switch error {
        case .store(let fault): throw fault
        case .mapFull:
          guard mapBytes <= StoreLimits.mapBytesMax / 2 else { throw .diskFull(path: file.path) }
          try Self.grow(file, to: mapBytes * 2, options)
          mapBytes *= 2
        }
      }
    }
  }

  /// Between its attempts, whoever waits to read does so.
  private static func grow(
    _ file: StateFile, to mapBytes: Int, _ options: StoreOptions
  ) throws(StoreError) {
    for _ in 1..<StoreLimits.growAttemptsMax {
      do throws(StoreError) {
        return try file.grow(to: mapBytes, waitMilliseconds: options.growWaitMilliseconds)
      } catch {
        guard case .readersActive = error else { throw error }
      }
    }
    try file.grow(to: mapBytes, waitMilliseconds: options.growWaitMilliseconds)
  }

  private func attempt(_ file: StateFile, _ databases: StateDatabases) throws(WriteFault) {
    let transaction = try file.beginWrite()
    // A record changes one page or is beside another that does.
    try transaction.gatherFreePages(databases.notes, count: writes.count + indexes.count)
    try transaction.putRecords(writes, databases.records, append: append)
    if let emptiedIndex {
      try transaction.deleteAll(databases.indexes, prefix: IndexLayout.prefix(emptiedIndex))
    }
    for entry in indexes { try write(entry, transaction, databases) }
    if let bytes = note?.bytes {
      try unsafe Self.withBytes(StateNote.key) { key throws(WriteFault) in
        try unsafe transaction.put(databases.notes, key, count: bytes.count) {
          unsafe $0.copyBytes(from: bytes)
        }
      }
    }
    try transaction.commit()
  }

  private func write(
    _ entry: (key: [UInt8], value: [UInt8]?), _ transaction: borrowing WriteTransaction,
    _ databases: StateDatabases
  ) throws(WriteFault) {
    try unsafe Self.withBytes(entry.key) { key throws(WriteFault) in
      guard let value = entry.value else {
        return try unsafe transaction.delete(databases.indexes, key)
      }
      let size = IndexLayout.checkBytes + value.count
      try unsafe transaction.put(databases.indexes, key, count: size) {
        unsafe IndexLayout.fill($0, key: entry.key, value: value)
      }
    }
  }

  private static func withBytes(
    _ bytes: [UInt8], _ body: (UnsafeRawBufferPointer) throws(WriteFault) -> Void
  ) throws(WriteFault) {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(WriteFault) in
      try unsafe body(UnsafeRawBufferPointer(buffer))
    }
  }
}
