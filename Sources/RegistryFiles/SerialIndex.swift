/// The serial ranges accepted so far, by canonical key; finds the range a new one meets.
///
/// A file may hold millions of blocks of one range each, so a block costs its key's bytes and some
/// fifty more: keys lie one behind the other, and a table of open addresses finds them.
struct SerialIndex {
  private struct Block {
    let keyStart: Int
    let keyEnd: Int
    /// The block's only range, or where its list of ranges is.
    var ranges: Ranges
  }

  private enum Ranges {
    case one(RangeList.Entry)
    case list(Int)
  }

  private var keys: [UInt8] = []
  private var blocks: [Block] = []
  private var lists: [RangeList] = []
  /// 1 + a block's number, or 0; as many places as a power of two.
  private var table: [UInt32] = Array(repeating: 0, count: 64)

  /// Keeps `range` unless it meets an earlier one; gives that one's record number.
  ///
  /// O(log n), but for moving some thousand bytes at most.
  mutating func insert(_ range: SerialRange, record: Int) -> Int? {
    let entry = RangeList.Entry(
      start: range.start, end: range.end, record: UInt32(clamping: record))
    let place = place(of: range.block.key)
    guard table[place] != 0 else {
      add(key: range.block.key, entry, at: place)
      return nil
    }
    let number = Int(table[place]) - 1
    switch blocks[number].ranges {
    case .list(let list): return lists[list].insert(entry)
    case .one(let first):
      var list = RangeList(first)
      guard let earlier = list.insert(entry) else {
        blocks[number].ranges = .list(lists.count)
        lists.append(list)
        return nil
      }
      return earlier
    }
  }

  private mutating func add(key: String, _ entry: RangeList.Entry, at place: Int) {
    let keyStart = keys.count
    keys.append(contentsOf: key.utf8)
    blocks.append(Block(keyStart: keyStart, keyEnd: keys.count, ranges: .one(entry)))
    table[place] = UInt32(clamping: blocks.count)
    guard blocks.count > table.count / 2 else { return }
    table = Array(repeating: 0, count: 2 * table.count)
    for (number, block) in blocks.enumerated() {
      let key = String(decoding: keys[block.keyStart..<block.keyEnd], as: UTF8.self)
      table[self.place(of: key)] = UInt32(clamping: number + 1)
    }
  }

  /// Where the key's block is, or would be.
  private func place(of key: String) -> Int {
    var hasher = Hasher()
    hasher.combine(key)
    var place = hasher.finalize() & (table.count - 1)
    while table[place] != 0 {
      let block = blocks[Int(table[place]) - 1]
      if keys[block.keyStart..<block.keyEnd].elementsEqual(key.utf8) { return place }
      place = (place + 1) & (table.count - 1)
    }
    return place
  }
}

/// The ranges of one block, disjoint and in order: chunks of some hundred, so that a file in the
/// worst order moves little.
struct RangeList {
  struct Entry {
    let start: UInt64
    let end: UInt64
    let record: UInt32
  }

  private var chunks: [[Entry]]
  private static let chunkMax = 512

  init(_ entry: Entry) { chunks = [[entry]] }

  /// Keeps the range unless it meets another; gives that one's record number.
  mutating func insert(_ entry: Entry) -> Int? {
    // The first chunk that does not end before the range, or the last.
    let found = Self.first(in: chunks) { ($0.last?.end ?? 0) >= entry.start }
    let number = min(found, chunks.count - 1)
    let place = Self.first(in: chunks[number]) { $0.end >= entry.start }
    if place < chunks[number].count, chunks[number][place].start <= entry.end {
      return Int(chunks[number][place].record)
    }
    chunks[number].insert(entry, at: place)
    if chunks[number].count > Self.chunkMax {
      let upper = Array(chunks[number][(Self.chunkMax / 2)...])
      chunks[number].removeSubrange((Self.chunkMax / 2)...)
      chunks.insert(upper, at: number + 1)
    }
    return nil
  }

  /// The first for which it holds, where it holds for all behind that; else the count.
  private static func first<Element>(
    in list: [Element], where holds: (Element) -> Bool
  ) -> Int {
    var low = 0
    var high = list.count
    while low < high {
      let middle = (low + high) / 2
      if holds(list[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
