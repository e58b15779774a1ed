public import LedgerCore
public import LedgerState

/// A page of an ordered index: a leaf with entries, or an inner page with children.
///
/// Invariants, which decoding checks:
/// - keys ascend strictly, bytewise; only the first key of an inner page may be empty;
/// - there is at least one entry, and `bytes` has at most `RulesLimits.orderedPageBytesMax`;
/// - `bytes` holds the entries as they are encoded, one after the other: a page's content decides
///   its bytes, whatever has happened to it before.
///
/// An entry is its key as a byte string, then in a leaf the value as a byte string, in an inner
/// page the child's number, a `u64`. What a child holds is at or above its key, and below the next.
public struct OrderedPage: LedgerRecord {
  public static var kind: RecordKind { .orderedPage }

  /// Levels below this page: 0 is a leaf.
  public let level: UInt8
  /// The entries, encoded.
  let bytes: [UInt8]
  /// Where each entry starts in `bytes`, and the end of the last.
  let offsets: [UInt16]

  init(level: UInt8, bytes: [UInt8], offsets: [UInt16]) {
    self.level = level
    self.bytes = bytes
    self.offsets = offsets
  }

  /// A page of one entry.
  init(level: UInt8, _ entry: [UInt8]) {
    self.init(level: level, bytes: entry, offsets: [0, UInt16(truncatingIfNeeded: entry.count)])
  }

  public static func == (left: OrderedPage, right: OrderedPage) -> Bool {
    left.level == right.level && left.bytes == right.bytes
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(level)
    hasher.combine(bytes)
  }

  /// Entries on the page.
  public var count: Int { offsets.count - 1 }

  public var isLeaf: Bool { level == 0 }

  /// The key of an entry, 0 ..< `count`.
  public func key(_ position: Int) -> [UInt8] { Array(bytes[keyRange(position)]) }

  /// The value of a leaf's entry, 0 ..< `count`.
  public func value(_ position: Int) -> [UInt8] {
    // A value's length takes one byte: `orderedValueBytesMax` is below 128.
    Array(bytes[(keyRange(position).upperBound + 1)..<Int(offsets[position + 1])])
  }

  /// The number of an inner page's child, 0 ..< `count`.
  public func child(_ position: Int) -> UInt64 {
    let start = keyRange(position).upperBound
    return unsafe UInt64(
      littleEndian: bytes.span.bytes.unsafeLoadUnaligned(
        fromByteOffset: start, as: UInt64.self))
  }

  private func keyRange(_ position: Int) -> Range<Int> {
    unsafe Self.keyRange(in: bytes.span.bytes, at: Int(offsets[position]))
  }

  /// Where the key lies of an entry that starts at an offset: behind a length of one or two bytes.
  @inline(__always)
  private static func keyRange(in bytes: RawSpan, at start: Int) -> Range<Int> {
    let first = unsafe Int(bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt8.self))
    if first < 0x80 { return (start + 1)..<(start + 1 + first) }
    let second = unsafe Int(bytes.unsafeLoadUnaligned(fromByteOffset: start + 1, as: UInt8.self))
    let count = first & 0x7F | second << 7
    return (start + 2)..<(start + 2 + count)
  }

  /// The first entry at or above a key (`count` when there is none), and whether it is at it.
  func search(_ key: [UInt8]) -> (position: Int, isFound: Bool) {
    let page = unsafe bytes.span.bytes
    let wanted = unsafe key.span.bytes
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let range = Self.keyRange(in: page, at: Int(offsets[middle]))
      let order = ByteOrder.compare(page, range, wanted, 0..<wanted.byteCount)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// The position of the child that holds a key: the last whose key is at or below it.
  func childPosition(of key: [UInt8]) -> Int {
    let (position, isFound) = search(key)
    return isFound ? position : max(0, position - 1)
  }

  /// The position of the child that holds what comes right before a key: the last whose key is
  /// below it.
  func childPosition(below key: [UInt8]) -> Int { max(0, search(key).position - 1) }

  /// The first position whose key is not above the one before it; nil when all ascend.
  private var unsortedPosition: Int? {
    let page = unsafe bytes.span.bytes
    for position in 1..<max(count, 1) {
      let before = Self.keyRange(in: page, at: Int(offsets[position - 1]))
      let range = Self.keyRange(in: page, at: Int(offsets[position]))
      if ByteOrder.compare(page, before, page, range) >= 0 { return position }
    }
    return nil
  }

  /// Where a page of an index stands.
  public static func key(_ index: OrderedIndexKind, _ number: UInt64) -> StateKey {
    var id = [index.rawValue]
    id.reserveCapacity(9)
    id.append(bigEndian: number)
    return kind.key(id)
  }
}

extension OrderedPage {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let level = try reader.u8("level")
    guard level < RulesLimits.orderedLevelsMax else {
      throw BCSError(.invalidValue, field: "level", offset: start)
    }
    // The shortest entries have a key of one byte and no value.
    let count = try reader.length(in: 1...RulesLimits.orderedPageBytesMax / 3, "entries")
    let first = reader.offset
    if let offsets = Self.offsets(of: count, level: level, in: reader.rest) {
      let end = Int(offsets[count])
      _ = try reader.skip(end, "entries")
      self.init(level: level, bytes: reader.copy(first..<first + end), offsets: offsets)
      return
    }
    // Something is wrong: entry by entry, to say what.
    var offsets: [UInt16] = [0]
    offsets.reserveCapacity(min(count, 256) + 1)
    for position in 0..<count {
      let isLowest = level > 0 && position == 0
      let length = try reader.length(
        in: (isLowest ? 0 : 1)...RulesLimits.orderedKeyBytesMax, "key")
      _ = try reader.skip(length, "key")
      if level == 0 {
        let length = try reader.length(in: 0...RulesLimits.orderedValueBytesMax, "value")
        _ = try reader.skip(length, "value")
      } else {
        _ = try reader.u64("child")
      }
      let end = reader.offset - first
      guard end <= RulesLimits.orderedPageBytesMax else {
        throw BCSError(
          .lengthOutOfRange(
            length: UInt64(end), min: 0, max: RulesLimits.orderedPageBytesMax),
          field: "page", offset: first)
      }
      offsets.append(UInt16(truncatingIfNeeded: end))
    }
    self.init(level: level, bytes: reader.copy(first..<reader.offset), offsets: offsets)
    if let position = unsortedPosition {
      throw BCSError(.unsorted, field: "key", offset: first + Int(offsets[position]))
    }
  }

  /// Where the entries start that bytes begin with, and the last of them ends; nil when something
  /// is wrong with one. Pages are the records that are read most: this says no more than whether.
  private static func offsets(of count: Int, level: UInt8, in bytes: RawSpan) -> [UInt16]? {
    let end = min(bytes.byteCount, RulesLimits.orderedPageBytesMax)
    var offsets: [UInt16] = []
    offsets.reserveCapacity(count + 1)
    offsets.append(0)
    var before = 0..<0
    var at = 0
    for position in 0..<count {
      // A key has a byte for its length at least, and what follows it, too.
      guard at + 2 <= end else { return nil }
      let key = keyRange(in: bytes, at: at)
      let isShort = key.count < 0x80
      guard key.lowerBound - at == (isShort ? 1 : 2),
        key.count <= RulesLimits.orderedKeyBytesMax, key.upperBound < end
      else { return nil }
      if position > 0 || level == 0 {
        guard !key.isEmpty, ByteOrder.compare(bytes, before, bytes, key) < 0 else { return nil }
      }
      before = key
      if level == 0 {
        let length = unsafe Int(
          bytes.unsafeLoadUnaligned(fromByteOffset: key.upperBound, as: UInt8.self))
        guard length <= RulesLimits.orderedValueBytesMax else { return nil }
        at = key.upperBound + 1 + length
      } else {
        at = key.upperBound + 8
      }
      guard at <= end else { return nil }
      offsets.append(UInt16(truncatingIfNeeded: at))
    }
    return offsets
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u8(level)
    writer.length(count)
    writer.raw(bytes)
  }
}

extension OrderedPage: CustomReflectable {
  /// What the page says, for tools that show records field by field: its entries or its children.
  public var customMirror: Mirror {
    struct Child {
      let key: [UInt8]
      let page: UInt64
    }
    let entries: Any =
      isLeaf
      ? (0..<count).map { entry($0) } : (0..<count).map { Child(key: key($0), page: child($0)) }
    return Mirror(
      self, children: ["level": level, "entries": entries], displayStyle: .struct)
  }
}
