import Testing

@testable import LoadTest

@Suite("Latencies")
struct LatencyHistogramTests {
  @Test("every quantile is at most 1/64 above the exact one, and never above the maximum")
  func quantiles() {
    var draw = Draw(seed: 5)
    var histogram = LatencyHistogram()
    var values: [UInt64] = []
    for _ in 0..<20_000 {
      // From microseconds to hours, evenly by magnitude.
      let value = draw.next() >> UInt64(28 + draw.below(36))
      values.append(value)
      histogram.record(value)
    }
    values.sort()
    for share in [0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1] {
      let exact = values[max(0, Int((share * Double(values.count)).rounded(.up)) - 1)]
      let found = histogram.quantile(share)
      #expect(found >= exact, "\(share)")
      #expect(found <= exact + exact / 64 + 1, "\(share)")
    }
    #expect(histogram.quantile(1) == values.last)
    #expect(histogram.count == 20_000)
  }

  @Test("two merged, or one rebuilt from its buckets, equal one that recorded all")
  func merged() {
    var draw = Draw(seed: 9)
    var (one, other, all) = (LatencyHistogram(), LatencyHistogram(), LatencyHistogram())
    for number in 0..<5_000 {
      let value = UInt64(draw.below(10_000_000))
      if number.isMultiple(of: 3) { one.record(value) } else { other.record(value) }
      all.record(value)
    }
    one.merge(other)
    #expect(one == all)
    let rebuilt = LatencyHistogram(
      buckets: all.buckets, maximum: all.maximum, sum: all.total)
    #expect(rebuilt == all)
  }

  @Test("an empty one has no quantiles, and the longest durations are kept")
  func edges() {
    var histogram = LatencyHistogram()
    #expect(histogram.quantile(0.5) == 0 && histogram.mean == 0)
    histogram.record(.max)
    histogram.record(0)
    #expect(histogram.quantile(0.5) == 0)
    #expect(histogram.maximum == .max)
  }
}
