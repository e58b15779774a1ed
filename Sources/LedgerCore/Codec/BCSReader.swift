/// Reads Binary Canonical Serialization from a span, without copying what it passes over.
///
/// Little-endian fixed-width integers, ULEB128 lengths and tags, exactly one encoding per value
/// (protocol §1). Every read is bounded; every failure names the field and its offset. A reader
/// cannot outlive the bytes it reads.
public struct BCSReader: ~Escapable {
  @usableFromInline let span: RawSpan
  /// The offset of the next byte to read.
  public private(set) var offset: Int

  @_lifetime(copy span)
  public init(_ span: RawSpan) {
    self.span = span
    offset = 0
  }

  /// Bytes not read yet.
  public var remaining: Int { span.byteCount - offset }

  private mutating func advance(_ count: Int, _ field: @autoclosure () -> String)
    throws(BCSError) -> Int
  {
    guard count <= remaining else { throw BCSError(.truncated, field: field(), offset: offset) }
    defer { offset += count }
    return offset
  }

  /// One byte.
  public mutating func u8(_ field: @autoclosure () -> String) throws(BCSError) -> UInt8 {
    let at = try advance(1, field())
    return unsafe span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt8.self)
  }

  /// Two bytes, little-endian.
  public mutating func u16(_ field: @autoclosure () -> String) throws(BCSError) -> UInt16 {
    let at = try advance(2, field())
    return unsafe UInt16(
      littleEndian: span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt16.self))
  }

  /// Four bytes, little-endian.
  public mutating func u32(_ field: @autoclosure () -> String) throws(BCSError) -> UInt32 {
    let at = try advance(4, field())
    return unsafe UInt32(
      littleEndian: span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt32.self))
  }

  /// Eight bytes, little-endian.
  public mutating func u64(_ field: @autoclosure () -> String) throws(BCSError) -> UInt64 {
    let at = try advance(8, field())
    return unsafe UInt64(
      littleEndian: span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self))
  }

  /// Sixteen bytes, little-endian.
  public mutating func u128(_ field: @autoclosure () -> String) throws(BCSError) -> UInt128 {
    let low = try u64(field())
    let high = try u64(field())
    return UInt128(high) << 64 | UInt128(low)
  }

  /// One byte that must be 0 or 1.
  public mutating func bool(_ field: @autoclosure () -> String) throws(BCSError) -> Bool {
    let start = offset
    switch try u8(field()) {
    case 0: return false
    case 1: return true
    case let other: throw BCSError(.invalidBoolean(other), field: field(), offset: start)
    }
  }

  /// Thirty-two bytes, without a length.
  public mutating func bytes32(_ field: @autoclosure () -> String) throws(BCSError) -> Bytes32 {
    let at = try advance(32, field())
    return Bytes32(unchecked: span, at: at)
  }

  /// A ULEB128 number of at most 32 bits, in its shortest form.
  public mutating func uleb128(_ field: @autoclosure () -> String) throws(BCSError) -> UInt32 {
    let start = offset
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 35, by: 7) {
      let byte = try u8(field())
      value |= UInt64(byte & 0x7F) << shift
      guard byte & 0x80 == 0 else { continue }
      guard byte != 0 || shift == 0, value <= UInt64(UInt32.max) else { break }
      return UInt32(truncatingIfNeeded: value)
    }
    throw BCSError(.nonCanonicalLength, field: field(), offset: start)
  }

  /// A length within `range`.
  public mutating func length(
    in range: ClosedRange<Int>, _ field: @autoclosure () -> String
  ) throws(BCSError) -> Int {
    let start = offset
    let value = Int(try uleb128(field()))
    guard range.contains(value) else {
      throw BCSError(
        .lengthOutOfRange(
          length: UInt64(value), min: range.lowerBound, max: range.upperBound),
        field: field(), offset: start)
    }
    return value
  }

  /// The tag of an enum without payloads, which must be one of its raw values.
  public mutating func tag<Tag: RawRepresentable<UInt8>>(
    _ field: @autoclosure () -> String, as type: Tag.Type = Tag.self
  ) throws(BCSError) -> Tag {
    let start = offset
    let raw = try uleb128(field())
    guard let byte = UInt8(exactly: raw), let tag = Tag(rawValue: byte) else {
      throw BCSError(.unknownTag(UInt64(raw)), field: field(), offset: start)
    }
    return tag
  }

  /// An option's presence.
  public mutating func isPresent(_ field: @autoclosure () -> String) throws(BCSError) -> Bool {
    try bool(field())
  }

  /// Passes over `count` bytes and returns where they lie.
  public mutating func skip(_ count: Int, _ field: @autoclosure () -> String)
    throws(BCSError) -> Range<Int>
  {
    guard count >= 0 else { throw BCSError(.truncated, field: field(), offset: offset) }
    let at = try advance(count, field())
    return at..<at + count
  }

  /// A length-prefixed byte string, copied.
  public mutating func bytes(max: Int, _ field: @autoclosure () -> String)
    throws(BCSError) -> [UInt8]
  {
    let count = try length(in: 0...max, field())
    let range = try skip(count, field())
    return copy(range)
  }

  /// Copies the bytes of a range that `skip` has returned.
  public func copy(_ range: Range<Int>) -> [UInt8] {
    unsafe span.withUnsafeBytes { unsafe [UInt8](UnsafeRawBufferPointer(rebasing: $0[range])) }
  }

  /// A length-prefixed UTF-8 text of at most `max` bytes.
  public mutating func text(max: Int, _ field: @autoclosure () -> String)
    throws(BCSError) -> String
  {
    let start = offset
    let count = try length(in: 0...max, field())
    let range = try skip(count, field())
    let text = unsafe span.withUnsafeBytes {
      unsafe String(validating: UnsafeRawBufferPointer(rebasing: $0[range]), as: UTF8.self)
    }
    guard let text else { throw BCSError(.invalidText, field: field(), offset: start) }
    return text
  }

  /// A length-prefixed list, its count within `range`.
  public mutating func list<Element: BCSDecodable>(
    of type: Element.Type = Element.self, in range: ClosedRange<Int>,
    _ field: @autoclosure () -> String
  ) throws(BCSError) -> [Element] {
    let count = try length(in: range, field())
    var elements: [Element] = []
    // No reservation by an untrusted count: a short input must not allocate for a long list.
    elements.reserveCapacity(min(count, 64))
    for _ in 0..<count { elements.append(try Element(from: &self)) }
    return elements
  }

  /// An optional value.
  public mutating func optional<Value: BCSDecodable>(
    of type: Value.Type = Value.self, _ field: @autoclosure () -> String
  ) throws(BCSError) -> Value? {
    try isPresent(field()) ? Value(from: &self) : nil
  }

  /// Fails when bytes are left over.
  public func finish(_ field: @autoclosure () -> String) throws(BCSError) {
    guard remaining == 0 else {
      throw BCSError(.trailingBytes(remaining), field: field(), offset: offset)
    }
  }
}
