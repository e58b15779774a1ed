import LedgerCore

// A page never changes: what edits it makes another. The journal keeps the old one anyway.
extension OrderedPage {
  /// A leaf's entry, encoded.
  static func entry(_ key: [UInt8], value: [UInt8]) -> [UInt8] {
    var writer = BCSWriter(reserving: key.count + value.count + 3)
    writer.byteString(key)
    writer.byteString(value)
    return writer.bytes
  }

  /// An inner page's entry, encoded.
  static func entry(_ key: [UInt8], child: UInt64) -> [UInt8] {
    var writer = BCSWriter(reserving: key.count + 10)
    writer.byteString(key)
    writer.u64(child)
    return writer.bytes
  }

  /// The page with one entry, encoded, in the place of those in a range, or none where it is empty.
  /// It may be empty, or longer than a page may be: the caller sees to that.
  func replacing(_ range: Range<Int>, with entry: [UInt8]) -> OrderedPage {
    replacing(range, with: entry, second: [])
  }

  /// The same with two entries, of which the second may be empty: none.
  func replacing(_ range: Range<Int>, with entry: [UInt8], second: [UInt8]) -> OrderedPage {
    let count = count - range.count + (entry.isEmpty ? 0 : 1) + (second.isEmpty ? 0 : 1)
    let isEven =
      layout.stride > 0 && (entry.isEmpty || entry.count == layout.stride)
      && (second.isEmpty || second.count == layout.stride)
    return OrderedPage(
      level: level, count: count, reserving: record.count + entry.count + second.count,
      stride: isEven ? layout.stride : nil
    ) { writer in
      writer.raw(entries(0..<range.lowerBound))
      writer.raw(entry)
      writer.raw(second)
      writer.raw(entries(range.upperBound..<self.count))
    }
  }

  /// The entries in a range, encoded.
  private func entries(_ range: Range<Int>) -> ArraySlice<UInt8> {
    record[layout.offset(range.lowerBound)..<layout.offset(range.upperBound)]
  }

  /// The entries in a range as a page of their own.
  func slice(_ range: Range<Int>) -> OrderedPage {
    let entries = entries(range)
    return OrderedPage(level: level, count: range.count, reserving: entries.count) {
      $0.raw(entries)
    }
  }

  /// This page's entries, then those of the page to its right.
  func joined(with right: OrderedPage) -> OrderedPage {
    OrderedPage(
      level: level, count: count + right.count, reserving: byteCount + right.byteCount
    ) { writer in
      writer.raw(entries(0..<count))
      writer.raw(right.entries(0..<right.count))
    }
  }

  /// Where a page that is too long is cut: the first position behind half of its bytes.
  var middle: Int {
    let half = layout.start + byteCount / 2
    let position = (0...count).first { layout.offset($0) >= half } ?? count - 1
    return min(max(position, 1), count - 1)
  }

  /// The key between this page and what is cut off to its right: of a leaf the shortest that
  /// divides them, so that inner pages hold many; of an inner page the one that already does.
  func separator(before right: OrderedPage) -> [UInt8] {
    let next = right.key(0)
    guard isLeaf, count > 0 else { return next }
    let common = zip(key(count - 1), next).prefix { $0 == $1 }.count
    return Array(next.prefix(common + 1))
  }

  /// An inner page without one of its children, whose keys the child to the left takes over, or
  /// for the first child that to its right.
  func removingChild(_ position: Int) -> OrderedPage {
    guard position == 0, count > 1 else { return replacing(position..<position + 1, with: []) }
    return replacing(0..<2, with: Self.entry(key(0), child: child(1)))
  }
}
