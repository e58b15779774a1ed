/// Writes Binary Canonical Serialization (protocol §1) into a growing array.
public struct BCSWriter: Sendable {
  /// What has been written.
  public private(set) var bytes: [UInt8]

  /// Starts empty, with room for this many bytes.
  public init(reserving capacity: Int = 0) {
    bytes = []
    bytes.reserveCapacity(capacity)
  }

  /// One byte.
  public mutating func u8(_ value: UInt8) { bytes.append(value) }

  /// Two bytes, little-endian.
  public mutating func u16(_ value: UInt16) { fixed(value) }

  /// Four bytes, little-endian.
  public mutating func u32(_ value: UInt32) { fixed(value) }

  /// Eight bytes, little-endian.
  public mutating func u64(_ value: UInt64) { fixed(value) }

  /// Sixteen bytes, little-endian.
  public mutating func u128(_ value: UInt128) { fixed(value) }

  /// One byte: 0 or 1.
  public mutating func bool(_ value: Bool) { bytes.append(value ? 1 : 0) }

  /// Thirty-two bytes, without a length.
  public mutating func bytes32(_ value: Bytes32) {
    let words = (
      value.word0.littleEndian, value.word1.littleEndian, value.word2.littleEndian,
      value.word3.littleEndian
    )
    unsafe withUnsafeBytes(of: words) { unsafe bytes.append(contentsOf: $0) }
  }

  private mutating func fixed(_ value: some FixedWidthInteger) {
    unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
  }

  /// A ULEB128 number in its shortest form.
  public mutating func uleb128(_ value: UInt32) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// A list's or string's length; our own values never exceed 32 bits.
  public mutating func length(_ count: Int) { uleb128(UInt32(count)) }

  /// Bytes as they are, without a length.
  public mutating func raw(_ value: some Collection<UInt8>) { bytes.append(contentsOf: value) }

  /// A length-prefixed byte string.
  public mutating func byteString(_ value: some Collection<UInt8>) {
    length(value.count)
    bytes.append(contentsOf: value)
  }

  /// A length-prefixed UTF-8 text.
  public mutating func text(_ value: String) { byteString(value.utf8) }

  /// A length-prefixed list.
  public mutating func list(_ values: some Collection<some BCSEncodable>) {
    length(values.count)
    for value in values { value.encode(into: &self) }
  }

  /// An option: a presence byte, then the value.
  public mutating func optional(_ value: (some BCSEncodable)?) {
    bool(value != nil)
    value?.encode(into: &self)
  }
}
