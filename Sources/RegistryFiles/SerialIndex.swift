/// The serial ranges accepted so far, by canonical key; finds the range a new one meets.
struct SerialIndex {
  private struct Entry {
    let start: UInt64
    let end: UInt64
    let record: Int
  }

  /// Each block's ranges, disjoint and in order.
  private var entries: [String: [Entry]] = [:]

  /// Keeps `range` unless it meets an earlier one; gives that one's record number. O(log n) to
  /// find; exports list a block's ranges nearly in order, so keeping one seldom moves many.
  mutating func insert(_ range: SerialRange, record: Int) -> Int? {
    Self.insert(
      Entry(start: range.start, end: range.end, record: record),
      into: &entries[range.block.key, default: []])
  }

  private static func insert(_ entry: Entry, into block: inout [Entry]) -> Int? {
    var low = 0
    var high = block.count
    while low < high {
      let middle = (low + high) / 2
      if block[middle].end < entry.start { low = middle + 1 } else { high = middle }
    }
    if low < block.count, block[low].start <= entry.end { return block[low].record }
    block.insert(entry, at: low)
    return nil
  }
}
