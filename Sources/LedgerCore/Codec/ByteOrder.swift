/// The order of byte strings that keys, paths and pages have: bytewise, a prefix first.
public enum ByteOrder {
  /// Below zero when the first bytes precede the second, zero when they are the same. Eight bytes
  /// at a time: keys are compared by the thousand in every block.
  ///
  /// Both ranges lie within their spans.
  @inlinable @inline(__always)
  public static func compare(
    _ left: RawSpan, _ leftRange: Range<Int>, _ right: RawSpan, _ rightRange: Range<Int>
  ) -> Int {
    let count = min(leftRange.count, rightRange.count)
    let (first, second) = (leftRange.lowerBound, rightRange.lowerBound)
    var at = 0
    while at + 8 <= count {
      let one = unsafe UInt64(
        bigEndian: left.unsafeLoadUnaligned(fromByteOffset: first + at, as: UInt64.self))
      let other = unsafe UInt64(
        bigEndian: right.unsafeLoadUnaligned(fromByteOffset: second + at, as: UInt64.self))
      if one != other { return one < other ? -1 : 1 }
      at += 8
    }
    while at < count {
      let one = unsafe left.unsafeLoadUnaligned(fromByteOffset: first + at, as: UInt8.self)
      let other = unsafe right.unsafeLoadUnaligned(fromByteOffset: second + at, as: UInt8.self)
      if one != other { return one < other ? -1 : 1 }
      at += 1
    }
    return leftRange.count - rightRange.count
  }

  /// The same of whole byte strings.
  @inlinable
  public static func compare(_ left: [UInt8], _ right: [UInt8]) -> Int {
    unsafe compare(left.span.bytes, left.indices, right.span.bytes, right.indices)
  }
}
