import Testing

@testable import LedgerMetrics

@Suite("The text exposition, version 0.0.4")
struct TextFormatTests {
  @Test("a metric has its HELP and TYPE once, before its samples")
  func order() {
    var list = MetricList()
    let family = list.counters("a_total", "How many.", labels: ["kind"])
    family.child("one").add(3)
    family.child("two").add()
    list.gauge("b", "How much.").set(7)
    #expect(
      list.text() == """
        # HELP a_total How many.
        # TYPE a_total counter
        a_total{kind="one"} 3
        a_total{kind="two"} 1
        # HELP b How much.
        # TYPE b gauge
        b 7

        """)
  }

  @Test("values are written in base units, exactly")
  func units() {
    #expect(MetricUnit.secondsFromNanoseconds.text(1_500_000_000) == "1.5")
    #expect(MetricUnit.secondsFromNanoseconds.text(1) == "0.000000001")
    #expect(MetricUnit.secondsFromMilliseconds.text(1_795_324_168_005) == "1795324168.005")
    #expect(MetricUnit.gramsFromMicrograms.text(117_446) == "0.117446")
    #expect(MetricUnit.gramsFromMicrograms.text(0) == "0")
    #expect(MetricUnit.bytes.text(.max) == "18446744073709551615")
  }

  @Test("quotes, backslashes and line ends in label values are escaped")
  func escapes() {
    var list = MetricList()
    list.gauges("a", "A.", labels: ["name"]).child("x\"y\\z\nw").set(1)
    #expect(list.text().contains(#"a{name="x\"y\\z\nw"} 1"#))
  }

  @Test("a gauge has no sample until it is set, and may be negative")
  func gauges() {
    var list = MetricList()
    let gauge = list.gauge("a_seconds", "A.", unit: .secondsFromMilliseconds)
    #expect(!list.text().contains("\na_seconds "))
    gauge.set(-250)
    #expect(list.text().contains("\na_seconds -0.25\n"))
    gauge.clear()
    #expect(!list.text().contains("\na_seconds "))
    gauge.add(2)
    gauge.add(-1)
    #expect(gauge.value == 1)
    gauge.raise(to: 5)
    gauge.raise(to: 3)
    #expect(gauge.value == 5)
  }

  @Test("a histogram's buckets are cumulative, and the last holds everything")
  func histograms() {
    var list = MetricList()
    let histogram = list.histogram("a_seconds", "A.", bounds: .request)
    for nanoseconds: UInt64 in [100_000, 100_001, 31_000_000_000] {
      histogram.observe(nanoseconds: nanoseconds)
    }
    let text = list.text()
    #expect(text.contains("a_seconds_bucket{le=\"0.0001\"} 1\n"))
    #expect(text.contains("a_seconds_bucket{le=\"0.0005\"} 2\n"))
    #expect(text.contains("a_seconds_bucket{le=\"30\"} 2\n"))
    #expect(text.contains("a_seconds_bucket{le=\"+Inf\"} 3\n"))
    #expect(text.contains("a_seconds_sum 31.000200001\na_seconds_count 3\n"))
  }

  @Test("a counter that follows another one never steps back")
  func following() {
    let counter = Counter()
    counter.follow(9)
    counter.follow(7)
    #expect(counter.value == 9)
  }

  @Test("what a family holds is bounded: beyond it all share one child")
  func bounded() {
    var list = MetricList()
    let family = list.counters("a_total", "A.", labels: ["name"])
    for number in 0..<1_000 { family.child("\(number)").add() }
    let lines = list.text().split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == MetricFamily<Counter>.childrenMax + 1)
    #expect(lines.last == "a_total{name=\"other\"} 744")
  }

  @Test("the stages' CPU times add up to the process")
  func stages() {
    let metrics = NodeMetrics()
    metrics.book(.consensus, nanoseconds: 1_000, items: 2)
    #expect(metrics.microseconds(.consensus) == 1)
    let before = CPUClock.processNanoseconds() / 1_000
    #expect(metrics.microseconds(.api) + 1 >= before - 1)
    #expect(metrics.text().contains("eco2_stage_items_total{stage=\"consensus\"} 2\n"))
  }
}
