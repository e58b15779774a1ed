import Synchronization

/// Upper bounds of a histogram's buckets, in microseconds, ascending.
public struct HistogramBounds: Sendable {
  let microseconds: [UInt64]

  /// From a round trip in one rack to a view that timed out.
  public static let latency = HistogramBounds(microseconds: [
    1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000, 10_000_000, 30_000_000,
  ])

  /// From a sync of a fast disk to one that hangs.
  public static let sync = HistogramBounds(microseconds: [
    50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 1_000_000,
    5_000_000,
  ])

  /// From an answer out of memory to a request that waits for finality.
  public static let request = HistogramBounds(microseconds: [
    100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 30_000_000,
  ])
}

/// How often durations fell below fixed bounds, and their sum. Counting is a search among at most
/// fifteen numbers and two atomic additions.
public final class Histogram: MetricInstrument {
  private let bounds: HistogramBounds
  /// One for each bound and one for what is above, each on its own, not cumulative.
  private let buckets: [Counter]
  private let sum = Counter()

  init(_ bounds: HistogramBounds) {
    self.bounds = bounds
    buckets = (0...bounds.microseconds.count).map { _ in Counter() }
  }

  public func observe(nanoseconds: UInt64) {
    let index = bounds.microseconds.firstIndex { nanoseconds <= $0 &* 1_000 }
    buckets[index ?? bounds.microseconds.count].add()
    sum.add(nanoseconds)
  }

  public func observe(milliseconds: UInt64) {
    observe(nanoseconds: milliseconds.multipliedReportingOverflow(by: 1_000_000).partialValue)
  }

  public var count: UInt64 { buckets.reduce(0) { $0 + $1.value } }

  public func write(_ declaration: MetricDeclaration, labels: String, to text: inout String) {
    let separated = labels.isEmpty ? "" : labels + ","
    var total: UInt64 = 0
    for (index, bucket) in buckets.enumerated() {
      total += bucket.value
      let bound =
        index < bounds.microseconds.count
        ? declaration.unit.text(bounds.microseconds[index] * 1_000) : "+Inf"
      text += "\(declaration.name)_bucket{\(separated)le=\"\(bound)\"} \(total)\n"
    }
    let braces = labels.isEmpty ? "" : "{\(labels)}"
    text += "\(declaration.name)_sum\(braces) \(declaration.unit.text(sum.value))\n"
    text += "\(declaration.name)_count\(braces) \(total)\n"
  }
}
