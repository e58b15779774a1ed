/// How often durations occurred, in buckets that are 1/64 of a power of two wide: a value read back
/// is at most 1.6 % above the one recorded. Fixed size, whatever is recorded (as HdrHistogram,
/// Gil Tene, has it).
public struct LatencyHistogram: Sendable, Equatable {
  /// Buckets of each power of two.
  private static let parts: UInt64 = 64
  private static let partBits = 6
  /// Durations from 2^36 µs (19 hours) on fall into the last bucket.
  private static let bitsMax = 36
  private static let bucketsMax = (bitsMax - partBits + 1) * Int(parts)

  private var counts = [UInt64](repeating: 0, count: bucketsMax)
  public private(set) var count: UInt64 = 0
  /// Microseconds.
  public private(set) var maximum: UInt64 = 0
  private var sum: UInt64 = 0

  public init() {}

  /// Records a duration in microseconds.
  public mutating func record(_ microseconds: UInt64) {
    counts[Self.bucket(microseconds)] += 1
    count += 1
    maximum = max(maximum, microseconds)
    sum = sum.addingReportingOverflow(microseconds).partialValue
  }

  /// Takes over what another one has recorded.
  public mutating func merge(_ other: LatencyHistogram) {
    for index in counts.indices { counts[index] += other.counts[index] }
    count += other.count
    maximum = max(maximum, other.maximum)
    sum = sum.addingReportingOverflow(other.sum).partialValue
  }

  /// Microseconds; 0 when nothing was recorded.
  public var mean: Double { count == 0 ? 0 : Double(sum) / Double(count) }

  /// The duration, in microseconds, that this share of all does not exceed; 0 when nothing was
  /// recorded. Never above the maximum.
  ///
  /// - Parameter share: 0 … 1.
  public func quantile(_ share: Double) -> UInt64 {
    guard count > 0 else { return 0 }
    let rank = min(count, max(1, UInt64((share * Double(count)).rounded(.up))))
    var seen: UInt64 = 0
    for (index, number) in counts.enumerated() {
      seen += number
      if seen >= rank { return min(Self.upper(index), maximum) }
    }
    return maximum
  }

  /// The buckets that hold anything: their upper bounds in microseconds, and how much.
  public var buckets: [(upper: UInt64, count: UInt64)] {
    counts.enumerated().filter { $0.element > 0 }.map { (Self.upper($0.offset), $0.element) }
  }

  /// Rebuilt from its buckets: what a worker on another machine has sent.
  public init(buckets: [(upper: UInt64, count: UInt64)], maximum: UInt64, sum: UInt64) {
    for bucket in buckets {
      counts[Self.bucket(bucket.upper)] += bucket.count
      count += bucket.count
    }
    self.maximum = maximum
    self.sum = sum
  }

  /// Of all durations together, microseconds.
  public var total: UInt64 { sum }

  private static func bucket(_ value: UInt64) -> Int {
    guard value >= parts else { return Int(value) }
    let bits = UInt64.bitWidth - value.leadingZeroBitCount
    guard bits <= bitsMax else { return bucketsMax - 1 }
    let shift = bits - partBits - 1
    // The top `partBits` + 1 bits, of which the first is set.
    let top = Int(value >> UInt64(shift)) - Int(parts)
    return (shift + 1) * Int(parts) + top
  }

  private static func upper(_ bucket: Int) -> UInt64 {
    guard bucket >= Int(parts) else { return UInt64(bucket) }
    let shift = UInt64(bucket / Int(parts) - 1)
    let top = UInt64(bucket % Int(parts)) + parts
    return (top + 1) << shift - 1
  }
}
