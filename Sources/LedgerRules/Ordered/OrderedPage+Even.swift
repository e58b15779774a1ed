import LedgerCore

// Pages of the interval index are read and searched most: their keys are two numbers, and their
// entries all have one length. Such keys are compared as numbers.

extension OrderedPage {
  /// As `search`; nil where the entries are not all as long, with keys of 16 bytes.
  @inline(__always)
  func searchEven(_ page: RawSpan, _ key: RawSpan) -> (position: Int, isFound: Bool)? {
    guard layout.stride > Self.evenKeyBytes, key.byteCount == Self.evenKeyBytes else { return nil }
    let (wanted, rest) = Self.evenKey(in: key, at: 0)
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      let start = layout.start + middle * layout.stride
      guard Self.hasEvenKey(page, at: start) else { return nil }
      let (first, second) = Self.evenKey(in: page, at: start + 1)
      if first == wanted, second == rest { return (middle, true) }
      if first < wanted || (first == wanted && second < rest) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return (low, false)
  }

  /// Bytes of a key in the interval index.
  private static let evenKeyBytes = 16

  @inline(__always)
  private static func hasEvenKey(_ bytes: RawSpan, at start: Int) -> Bool {
    unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt8.self) == UInt8(evenKeyBytes)
  }

  /// Two numbers that are in the order of keys.
  @inline(__always)
  private static func evenKey(in bytes: RawSpan, at start: Int) -> (UInt64, UInt64) {
    unsafe (
      UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self)),
      UInt64(bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
    )
  }

  /// Where the entries lie of a leaf whose entries are as long as the first, with keys of 16 bytes;
  /// nil where they are not, or something is wrong.
  static func checkedEvenLayout(
    of count: Int, level: UInt8, in bytes: RawSpan, from start: Int
  ) -> Layout? {
    let head = evenKeyBytes + 2
    guard level == 0, start + head <= bytes.byteCount, hasEvenKey(bytes, at: start) else {
      return nil
    }
    let value = unsafe bytes.unsafeLoadUnaligned(
      fromByteOffset: start + head - 1, as: UInt8.self)
    let stride = head + Int(value)
    guard value <= RulesLimits.orderedValueBytesMax,
      count * stride <= min(bytes.byteCount - start, RulesLimits.orderedPageBytesMax)
    else { return nil }
    var before: (UInt64, UInt64) = (0, 0)
    for position in 0..<count {
      let at = start + position * stride
      let key = evenKey(in: bytes, at: at + 1)
      let isAbove = key.0 > before.0 || (key.0 == before.0 && key.1 > before.1)
      guard hasEvenKey(bytes, at: at),
        unsafe bytes.unsafeLoadUnaligned(fromByteOffset: at + head - 1, as: UInt8.self) == value,
        isAbove || position == 0
      else { return nil }
      before = key
    }
    return Layout(count: count, start: start, stride: stride, offsets: [])
  }
}
