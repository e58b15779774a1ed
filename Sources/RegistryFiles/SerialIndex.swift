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
    let key = range.block.key
    let block = entries[key] ?? []
    var low = 0
    var high = block.count
    while low < high {
      let middle = (low + high) / 2
      if block[middle].end < range.start { low = middle + 1 } else { high = middle }
    }
    if low < block.count, block[low].start <= range.end { return block[low].record }
    entries[key, default: []].insert(
      Entry(start: range.start, end: range.end, record: record), at: low)
    return nil
  }
}
