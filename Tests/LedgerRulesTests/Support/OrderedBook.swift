import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// Ordered indexes over records in memory, block after block, as an execution holds them.
struct OrderedBook {
  var records = MemoryRecords()
  private(set) var indexes = OrderedIndexes()
  private var view: StateView

  init(_ records: MemoryRecords = MemoryRecords()) {
    self.records = records
    view = StateView(over: records)
  }

  /// Calls what reads or changes the indexes.
  mutating func with<Result>(
    _ body: (inout OrderedIndexes, inout StateView) throws(RecordError) -> Result
  ) throws(RecordError) -> Result {
    try body(&indexes, &view)
  }

  /// Writes what has changed, and starts anew over the records.
  mutating func endBlock() {
    var changes: [StateChange] = []
    indexes.add(to: &changes)
    records.apply(changes)
    self = OrderedBook(records)
  }

  /// What the structure check says of the records.
  func faults() throws -> [OrderedFault] {
    var structure = OrderedStructure()
    for (key, value) in records.records {
      switch RecordKind(of: key) {
      case .orderedTree: #expect(try structure.addTree(key, value))
      case .orderedPage: #expect(try structure.addPage(key, value))
      default: Issue.record("a record of another kind: \(key.text)")
      }
    }
    return structure.faults().map(\.fault)
  }

  /// Pages among the records.
  var pageCount: Int { records.records.keys.count { RecordKind(of: $0) == .orderedPage } }

  /// All entries, read one after the other.
  mutating func entries(_ index: OrderedIndexKind) throws -> [OrderedEntry] {
    try with { indexes, view throws(RecordError) in
      try indexes.entries(index, from: [], max: .max, in: &view)
    }
  }

  @discardableResult
  mutating func set(_ index: OrderedIndexKind, _ key: [UInt8], _ value: [UInt8]) throws
    -> [UInt8]?
  {
    try with { indexes, view throws(RecordError) in
      try indexes.set(index, key, value, in: &view)
    }
  }

  @discardableResult
  mutating func remove(_ index: OrderedIndexKind, _ key: [UInt8]) throws -> [UInt8]? {
    try with { indexes, view throws(RecordError) in
      try indexes.remove(index, key, in: &view)
    }
  }
}

/// What an ordered index is: an array sorted by key.
struct SortedModel {
  private(set) var entries: [OrderedEntry] = []

  /// The position of the first entry at or above a key.
  func position(_ key: [UInt8]) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].key.lexicographicallyPrecedes(key) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return low
  }

  func value(_ key: [UInt8]) -> [UInt8]? {
    let position = position(key)
    guard position < entries.count, entries[position].key == key else { return nil }
    return entries[position].value
  }

  mutating func set(_ key: [UInt8], _ value: [UInt8]) {
    let position = position(key)
    if self.value(key) != nil { entries.remove(at: position) }
    entries.insert(OrderedEntry(key, value), at: position)
  }

  mutating func remove(_ key: [UInt8]) {
    if value(key) != nil { entries.remove(at: position(key)) }
  }

  func entry(_ position: Int) -> OrderedEntry? {
    entries.indices.contains(position) ? entries[position] : nil
  }
}
