public import LedgerCore

extension Digest {
  /// The lowest path whose first `depth` bits (0 … 32) are `prefix`.
  public static func lowest(prefix: UInt32, depth: Int) -> Digest {
    range(prefix: Int(prefix), depth: depth).lowerBound
  }

  /// The first `depth` bits (0 … 32).
  public func prefix(_ depth: Int) -> UInt32 {
    depth == 0 ? 0 : UInt32(truncatingIfNeeded: bytes.leadingBits >> UInt64(64 - depth))
  }

  /// The lowest and the highest path whose first `depth` bits are the last `depth` bits of
  /// `prefix`.
  static func range(prefix: Int, depth: Int) -> ClosedRange<Digest> {
    var low = Bytes32.zero
    var high = Bytes32.zero
    for index in 0..<32 { high[index] = 0xFF }
    guard depth > 0 else { return Digest(low)...Digest(high) }
    let first = UInt64(truncatingIfNeeded: prefix) << UInt64(64 - depth)
    let last = first | (depth == 64 ? 0 : UInt64.max >> UInt64(depth))
    for index in 0..<8 {
      low[index] = UInt8(truncatingIfNeeded: first >> UInt64(56 - 8 * index))
      high[index] = UInt8(truncatingIfNeeded: last >> UInt64(56 - 8 * index))
    }
    return Digest(low)...Digest(high)
  }
}
