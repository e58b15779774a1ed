/// Thirty-two bytes held inline: the storage of digests, keys and account ids.
///
/// Ordering is bytewise (as `memcmp`), which is the order of the state tree and of every sorted
/// list in the protocol.
public struct Bytes32: Hashable, Sendable {
  /// The bytes as four words in memory order: `word0` holds bytes 0–7, little-endian.
  @usableFromInline var word0: UInt64
  @usableFromInline var word1: UInt64
  @usableFromInline var word2: UInt64
  @usableFromInline var word3: UInt64

  /// Thirty-two zero bytes.
  public static let zero = Bytes32(word0: 0, word1: 0, word2: 0, word3: 0)

  @usableFromInline init(word0: UInt64, word1: UInt64, word2: UInt64, word3: UInt64) {
    self.word0 = word0
    self.word1 = word1
    self.word2 = word2
    self.word3 = word3
  }

  /// Copies exactly 32 bytes; nil for any other count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self = .zero
    for (index, byte) in bytes.enumerated() { self[index] = byte }
  }

  /// Copies 32 bytes of a span from `offset`; the caller has checked that they are there.
  @inlinable
  init(unchecked span: RawSpan, at offset: Int) {
    self = unsafe Bytes32(
      word0: UInt64(
        littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self)),
      word1: UInt64(
        littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)),
      word2: UInt64(
        littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset + 16, as: UInt64.self)),
      word3: UInt64(
        littleEndian: span.unsafeLoadUnaligned(fromByteOffset: offset + 24, as: UInt64.self)))
  }

  /// The byte at `index` (0…31).
  public subscript(index: Int) -> UInt8 {
    get {
      let shift = UInt64((index & 7) * 8)
      return switch index >> 3 {
      case 0: UInt8(truncatingIfNeeded: word0 >> shift)
      case 1: UInt8(truncatingIfNeeded: word1 >> shift)
      case 2: UInt8(truncatingIfNeeded: word2 >> shift)
      default: UInt8(truncatingIfNeeded: word3 >> shift)
      }
    }
    set {
      let shift = UInt64((index & 7) * 8)
      let mask = ~(UInt64(0xFF) << shift)
      let value = UInt64(newValue) << shift
      switch index >> 3 {
      case 0: word0 = word0 & mask | value
      case 1: word1 = word1 & mask | value
      case 2: word2 = word2 & mask | value
      default: word3 = word3 & mask | value
      }
    }
  }

  /// The bytes as an array of 32.
  public var array: [UInt8] {
    let words = (
      word0.littleEndian, word1.littleEndian, word2.littleEndian, word3.littleEndian
    )
    return unsafe withUnsafeBytes(of: words) { unsafe [UInt8]($0) }
  }

  /// The bytes as four words in memory order, little-endian.
  @inlinable public var words: (UInt64, UInt64, UInt64, UInt64) { (word0, word1, word2, word3) }

  /// The first eight bytes as a number, big-endian: its order is that of the bytes.
  @inlinable public var leadingBits: UInt64 { word0.byteSwapped }

  /// The bit at `depth` (0 is the most significant bit of byte 0), as the state tree counts.
  public func bit(_ depth: Int) -> Bool {
    self[depth >> 3] >> UInt8(7 - (depth & 7)) & 1 == 1
  }
}

extension Bytes32: Comparable {
  public static func < (left: Bytes32, right: Bytes32) -> Bool {
    if left.word0 != right.word0 { return left.word0.byteSwapped < right.word0.byteSwapped }
    if left.word1 != right.word1 { return left.word1.byteSwapped < right.word1.byteSwapped }
    if left.word2 != right.word2 { return left.word2.byteSwapped < right.word2.byteSwapped }
    return left.word3.byteSwapped < right.word3.byteSwapped
  }
}

/// A 32-byte value with a meaning of its own: one shape for digests, keys and account ids.
public protocol Identifier32: Hashable, Comparable, Sendable, BCSCodable, CustomStringConvertible {
  /// The 32 bytes.
  var bytes: Bytes32 { get }
  /// Wraps 32 bytes; no bytes are refused.
  init(_ bytes: Bytes32)
}

extension Identifier32 {
  /// Copies exactly 32 bytes; nil for any other count.
  public init?(_ bytes: some Collection<UInt8>) {
    guard let copied = Bytes32(bytes) else { return nil }
    self.init(copied)
  }

  /// Parses 64 hexadecimal digits; nil for anything else.
  public init?(hex: String) {
    guard let decoded = Hex.decode(hex), let copied = Bytes32(decoded) else { return nil }
    self.init(copied)
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String { Hex.encode(bytes.array) }

  public var description: String { hex }

  public static func < (left: Self, right: Self) -> Bool { left.bytes < right.bytes }

  public init(from reader: inout BCSReader) throws(BCSError) {
    self.init(try reader.bytes32("\(Self.self)"))
  }

  public func encode(into writer: inout BCSWriter) { writer.bytes32(bytes) }
}
