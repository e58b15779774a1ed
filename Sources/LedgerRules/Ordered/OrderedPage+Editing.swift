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
    let start = Int(offsets[range.lowerBound])
    let end = Int(offsets[range.upperBound])
    var bytes: [UInt8] = []
    bytes.reserveCapacity(self.bytes.count + entry.count + second.count - (end - start))
    bytes.append(contentsOf: self.bytes[..<start])
    bytes.append(contentsOf: entry)
    bytes.append(contentsOf: second)
    bytes.append(contentsOf: self.bytes[end...])
    var offsets: [UInt16] = []
    offsets.reserveCapacity(self.offsets.count + 2)
    offsets.append(contentsOf: self.offsets[...range.lowerBound])
    if !second.isEmpty { offsets.append(UInt16(truncatingIfNeeded: start + entry.count)) }
    // Where the last entry put in ends, what was behind the range begins.
    let shift = UInt16(truncatingIfNeeded: bytes.count &- self.bytes.count)
    let first = entry.isEmpty ? range.upperBound + 1 : range.upperBound
    for position in first..<self.offsets.count {
      offsets.append(self.offsets[position] &+ shift)
    }
    return OrderedPage(level: level, bytes: bytes, offsets: offsets)
  }

  /// The entries in a range as a page of their own.
  func slice(_ range: Range<Int>) -> OrderedPage {
    let start = offsets[range.lowerBound]
    let end = offsets[range.upperBound]
    return OrderedPage(
      level: level, bytes: Array(bytes[Int(start)..<Int(end)]),
      offsets: offsets[range.lowerBound...range.upperBound].map { $0 &- start })
  }

  /// This page's entries, then those of the page to its right.
  func joined(with right: OrderedPage) -> OrderedPage {
    let shift = UInt16(truncatingIfNeeded: bytes.count)
    return OrderedPage(
      level: level, bytes: bytes + right.bytes,
      offsets: offsets + right.offsets.dropFirst().map { $0 &+ shift })
  }

  /// Where a page that is too long is cut: the first position behind half of its bytes.
  var middle: Int {
    let half = bytes.count / 2
    let position = offsets.firstIndex { Int($0) >= half } ?? count - 1
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
