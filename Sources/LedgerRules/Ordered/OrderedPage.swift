public import LedgerCore
public import LedgerState

/// A page of an ordered index: a leaf with entries, or an inner page with children.
///
/// Invariants, which decoding checks:
/// - keys ascend strictly, bytewise; only the first key of an inner page may be empty;
/// - there is at least one entry, and the entries have at most `RulesLimits.orderedPageBytesMax`;
/// - `record` is the page as it is encoded: a page's content decides its bytes, whatever has
///   happened to it before.
///
/// An entry is its key as a byte string, then in a leaf the value as a byte string, in an inner
/// page the child's number, a `u64`. What a child holds is at or above its key, and below the next.
///
/// Pages are the records that are read and written most: one is kept as the bytes that it was read
/// as, and an edit makes those that will be written.
public struct OrderedPage: LedgerRecord {
  public static var kind: RecordKind { .orderedPage }

  /// Levels below this page: 0 is a leaf.
  public let level: UInt8
  /// The page, encoded: level, number of entries, entries.
  let record: [UInt8]
  /// Where the entries lie in it.
  let layout: Layout

  /// Where entries lie in a page's bytes.
  struct Layout {
    let count: Int
    /// Where the first begins.
    let start: Int
    /// The bytes of every entry where all have the same, as in the interval index; else 0.
    let stride: Int
    /// Else where each entry begins, and the last ends.
    let offsets: [UInt16]

    /// Where an entry begins, 0 ... `count`: there the last one ends.
    @inline(__always)
    func offset(_ position: Int) -> Int {
      offsets.isEmpty ? start + position * stride : Int(offsets[position])
    }
  }

  init(level: UInt8, record: [UInt8], layout: Layout) {
    self.level = level
    self.record = record
    self.layout = layout
  }

  /// A page of as many sound entries as said, which `write` gives, encoded.
  ///
  /// - Parameter stride: the bytes of each, where it is known that all have the same.
  init(
    level: UInt8, count: Int, reserving capacity: Int, stride: Int? = nil,
    _ write: (inout BCSWriter) -> Void
  ) {
    var writer = BCSWriter(reserving: capacity + 3)
    writer.u8(level)
    writer.length(count)
    let start = writer.bytes.count
    write(&writer)
    let layout =
      stride.map { Layout(count: count, start: start, stride: $0, offsets: []) }
      ?? Self.layout(of: count, level: level, in: unsafe writer.bytes.span.bytes, from: start)
    self.init(level: level, record: writer.bytes, layout: layout)
  }

  /// A page of one entry.
  init(level: UInt8, _ entry: [UInt8]) {
    self.init(level: level, count: 1, reserving: entry.count, stride: entry.count) {
      $0.raw(entry)
    }
  }

  public static func == (left: OrderedPage, right: OrderedPage) -> Bool {
    left.record == right.record
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(record) }

  /// Entries on the page.
  public var count: Int { layout.count }

  /// What its entries take.
  var byteCount: Int { record.count - layout.start }

  public var isLeaf: Bool { level == 0 }

  /// The key of an entry, 0 ..< `count`.
  public func key(_ position: Int) -> [UInt8] { Array(record[keyRange(position)]) }

  /// The value of a leaf's entry, 0 ..< `count`.
  public func value(_ position: Int) -> [UInt8] {
    // A value's length takes one byte: `orderedValueBytesMax` is below 128.
    Array(record[valueRange(position)])
  }

  /// The number of an inner page's child, 0 ..< `count`.
  public func child(_ position: Int) -> UInt64 {
    let start = keyRange(position).upperBound
    return unsafe UInt64(
      littleEndian: record.span.bytes.unsafeLoadUnaligned(
        fromByteOffset: start, as: UInt64.self))
  }

  /// Where the key of an entry lies in `record`, 0 ..< `count`.
  func keyRange(_ position: Int) -> Range<Int> {
    unsafe Self.keyRange(in: record.span.bytes, at: layout.offset(position))
  }

  /// The same of a leaf's value.
  func valueRange(_ position: Int) -> Range<Int> {
    (keyRange(position).upperBound + 1)..<layout.offset(position + 1)
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
    let page = unsafe record.span.bytes
    let wanted = unsafe key.span.bytes
    if let found = searchEven(page, wanted) { return found }
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let range = Self.keyRange(in: page, at: layout.offset(middle))
      let order = ByteOrder.compare(page, range, wanted, 0..<wanted.byteCount)
      if order == 0 { return (middle, true) }
      if order < 0 { low = middle + 1 } else { high = middle }
    }
    return (low, false)
  }

  /// How a key compares with that of an entry, 0 ..< `count`: as `ByteOrder` says.
  func order(of key: [UInt8], to position: Int) -> Int {
    unsafe ByteOrder.compare(
      key.span.bytes, key.indices, record.span.bytes, keyRange(position))
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
    let page = unsafe record.span.bytes
    for position in 1..<max(count, 1) {
      let before = Self.keyRange(in: page, at: layout.offset(position - 1))
      let range = Self.keyRange(in: page, at: layout.offset(position))
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
  /// The page that bytes are: they are kept, and not copied.
  public init(stored bytes: [UInt8]) throws(BCSError) {
    var reader = unsafe BCSReader(bytes.span.bytes)
    let (level, count) = try Self.head(from: &reader)
    let page = unsafe bytes.span.bytes
    if let layout = Self.checkedEvenLayout(of: count, level: level, in: page, from: reader.offset)
      ?? Self.checkedLayout(of: count, level: level, in: page, from: reader.offset),
      layout.offset(count) == bytes.count
    {
      self.init(level: level, record: bytes, layout: layout)
    } else {
      // Something is wrong: entry by entry, to say what.
      self = try Self(bcs: bytes)
    }
  }

  public func stored(reserving capacity: Int) -> [UInt8] { record }

  private static func head(from reader: inout BCSReader) throws(BCSError)
    -> (level: UInt8, count: Int)
  {
    let start = reader.offset
    let level = try reader.u8("level")
    guard level < RulesLimits.orderedLevelsMax else {
      throw BCSError(.invalidValue, field: "level", offset: start)
    }
    // The shortest entries have a key of one byte and no value.
    let count = try reader.length(in: 1...RulesLimits.orderedPageBytesMax / 3, "entries")
    return (level, count)
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let (level, count) = try Self.head(from: &reader)
    let first = reader.offset
    // Entry by entry, to say what is wrong where something is.
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
    }
    let record = reader.copy(start..<reader.offset)
    self.init(
      level: level, record: record,
      layout: Self.layout(
        of: count, level: level, in: unsafe record.span.bytes, from: first - start))
    if let position = unsortedPosition {
      throw BCSError(.unsorted, field: "key", offset: start + layout.offset(position))
    }
  }

  /// Where the entries lie that are known to be sound.
  private static func layout(of count: Int, level: UInt8, in bytes: RawSpan, from start: Int)
    -> Layout
  {
    var ends = EntryEnds(count: count, start: start)
    for _ in 0..<count {
      let key = keyRange(in: bytes, at: ends.at)
      ends.append(end(of: key, level: level, in: bytes))
    }
    return ends.layout
  }

  /// Where a sound entry with this key ends.
  @inline(__always)
  private static func end(of key: Range<Int>, level: UInt8, in bytes: RawSpan) -> Int {
    guard level == 0 else { return key.upperBound + 8 }
    let length = unsafe Int(
      bytes.unsafeLoadUnaligned(fromByteOffset: key.upperBound, as: UInt8.self))
    return key.upperBound + 1 + length
  }

  /// Where the entries lie that bytes hold from a place on; nil when something is wrong with one.
  /// Pages are the records that are read most: this says no more than whether.
  private static func checkedLayout(
    of count: Int, level: UInt8, in bytes: RawSpan, from start: Int
  ) -> Layout? {
    let bound = min(bytes.byteCount, start + RulesLimits.orderedPageBytesMax)
    var ends = EntryEnds(count: count, start: start)
    var before = 0..<0
    for position in 0..<count {
      // A key has a byte for its length at least, and what follows it, too.
      guard ends.at + 2 <= bound else { return nil }
      let key = keyRange(in: bytes, at: ends.at)
      let isShort = key.count < 0x80
      guard key.lowerBound - ends.at == (isShort ? 1 : 2),
        key.count <= RulesLimits.orderedKeyBytesMax, key.upperBound < bound
      else { return nil }
      if position > 0 || level == 0 {
        guard !key.isEmpty, ByteOrder.compare(bytes, before, bytes, key) < 0 else { return nil }
      }
      before = key
      let end = end(of: key, level: level, in: bytes)
      guard end <= bound,
        level > 0 || end - key.upperBound - 1 <= RulesLimits.orderedValueBytesMax
      else { return nil }
      ends.append(end)
    }
    return ends.layout
  }

  /// The ends of entries one after the other: a list of them only where one is longer than another.
  private struct EntryEnds {
    private let count: Int
    private let start: Int
    private var stride = 0
    private var offsets: [UInt16] = []
    private var seen = 0
    /// Where the next entry begins.
    private(set) var at: Int

    init(count: Int, start: Int) {
      self.count = count
      self.start = start
      at = start
    }

    @inline(__always)
    mutating func append(_ end: Int) {
      if seen == 0 { stride = end - at }
      if offsets.isEmpty {
        if end - at != stride { list() }
      }
      if !offsets.isEmpty { offsets.append(UInt16(truncatingIfNeeded: end)) }
      seen += 1
      at = end
    }

    /// Begins the list with the places of all entries so far.
    private mutating func list() {
      offsets.reserveCapacity(count + 1)
      for position in 0...seen {
        offsets.append(UInt16(truncatingIfNeeded: start + position * stride))
      }
    }

    var layout: Layout {
      Layout(count: count, start: start, stride: offsets.isEmpty ? stride : 0, offsets: offsets)
    }
  }

  public func encode(into writer: inout BCSWriter) { writer.raw(record) }
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
