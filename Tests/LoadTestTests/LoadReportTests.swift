import Foundation
import Testing

@testable import LoadTest

@Suite("The report")
struct LoadReportTests {
  private var report: LoadReport {
    var report = LoadReport()
    report.offered = 10
    report.accepted = 10
    report.final = 10
    report.applied = 10
    report.finalPerSecond = 1_234
    report.rootsEqual = true
    report.verdict = "passed"
    report.nodes = 4
    report.configuration.network = "a <network> & \"more\""
    report.configuration.intervalMilliseconds = 2_000
    report.cpuMicrosecondsPerTransaction.perNode = ["api": 4, "execution": 7, "process": 12]
    report.blockList = (1...9).map { height in
      LoadBlock(
        height: height, timestamp: height * 2_000, at: Double(height) * 2, view: 0,
        transactions: 100, own: 90, failed: 0,
        skipped: 0, certificateMilliseconds: height == 3 ? nil : 120, footprintGrams: 0.001)
    }
    report.timeline = (0..<18).map { second in
      var slice = LoadReport.TimelineSlice()
      slice.at = Double(second)
      slice.offered = 45
      if second != 4 { (slice.p50, slice.p99) = (900, 1_900) }
      return slice
    }
    report.latencyDistribution = [
      .init(milliseconds: 10, count: 3), .init(milliseconds: 900, count: 7),
    ]
    return report
  }

  @Test("the JSON has the names that others rely on, and reads back as it was")
  func schema() throws {
    let data = try JSONEncoder().encode(report)
    let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in [
      "offered_per_s", "accepted_per_s", "final_per_s", "latency_ms", "certificate_ms",
      "cpu_us_per_tx", "rejected", "lost", "roots_equal", "nodes", "duration_s", "verdict",
      "machine", "configuration",
    ] { #expect(object[key] != nil, "\(key)") }
    let cpu = try #require(object["cpu_us_per_tx"] as? [String: Any])
    #expect(cpu["all"] != nil && cpu["generator"] != nil)
    #expect((cpu["per_node"] as? [String: Double])?["execution"] == 7)
    let latency = try #require(object["latency_ms"] as? [String: Double])
    #expect(Set(latency.keys) == ["p50", "p90", "p95", "p99", "p999", "max", "mean"])
    #expect(try JSONDecoder().decode(LoadReport.self, from: data) == report)
  }

  @Test("the page is one well-formed document: every plot whole, every text escaped")
  func page() throws {
    let json = "{\"a\": \"</script><b>\"}"
    let page = report.html(json: json)
    #expect(page.hasPrefix("<!doctype html>"))
    #expect(page.contains("a &lt;network&gt; &amp; &quot;more&quot;"))
    #expect(!page.contains("</script><b>") && page.contains("<\\/script><b>"))
    #expect(page.components(separatedBy: "<svg ").count == 8)
    #expect(page.components(separatedBy: "</svg>").count == 8)
    for word in ["nan", "inf,", "NaN", "http://", "https://"] {
      #expect(!page.contains(word), "\(word)")
    }
    for tag in ["figure", "table", "section", "html", "body", "text", "style"] {
      let opened =
        page.components(separatedBy: "<\(tag)>").count
        + page.components(separatedBy: "<\(tag) ").count
      #expect(opened - 1 == page.components(separatedBy: "</\(tag)>").count, "\(tag)")
    }
  }

  @Test("a report of a run in which nothing happened is a page, too")
  func empty() {
    let page = LoadReport().html(json: "{}")
    #expect(page.contains("Failed") || page.contains("Passed"))
    #expect(!page.contains("nan"))
  }

  @Test("numbers are written the same everywhere")
  func numbers() {
    #expect(
      [0.0, 0.005, 1.25, -3.14159, 1234.5].map { FixedText.decimals($0, 2) } == [
        "0.00", "0.01", "1.25", "-3.14", "1234.50",
      ])
    #expect(FixedText.decimals(0.4, 0) == "0" && FixedText.decimals(.nan, 1) == "-")
    #expect(
      [0, 0.25, 2, 2.5, 12.34, 123.4, 0.00125].map(FixedText.short) == [
        "0", "0.25", "2", "2.5", "12.3", "123", "0.00125",
      ])
  }

  @Test("marks of an axis are round, ascending and reach what is shown")
  func scales() {
    for high in [0.003, 0.7, 1, 9.99, 10, 1_234, 87_654] {
      let scale = PlotScale(to: high)
      #expect(scale.high >= high && scale.high < 2.1 * high)
      #expect((3...11).contains(scale.ticks.count))
      #expect(scale.place(high) <= 1 && scale.place(0) == 0)
    }
    let scale = PlotScale(logFrom: 0.02, to: 31)
    #expect(scale.ticks.count == 5 && scale.place(0.01) == 0 && scale.place(100) == 1)
    #expect(abs(scale.place(1) - 0.5) < 1e-9)
  }
}
