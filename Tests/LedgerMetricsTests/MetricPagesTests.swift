import Foundation
import LedgerMetrics
import Testing

@Suite("What the pages, the dashboard and the alerts say of metrics")
struct MetricPagesTests {
  private static let operations = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Documentation/operations").standardizedFileURL

  private let declarations = NodeMetrics().declarations

  private func text(_ path: String) throws -> String {
    try String(contentsOf: Self.operations.appending(path: path), encoding: .utf8)
  }

  /// The metrics that a text names, those of histograms without their suffix.
  private func metrics(in text: String) throws -> Set<String> {
    let pattern = /\b(?:eco2|process)_[a-z0-9_]+\b/
    return Set(
      text.matches(of: pattern).map { match in
        let name = String(match.output)
        for suffix in ["_bucket", "_sum", "_count"] where name.hasSuffix(suffix) {
          let base = String(name.dropLast(suffix.count))
          if declarations.contains(where: { $0.name == base && $0.kind == .histogram }) {
            return base
          }
        }
        return name
      })
  }

  @Test("names have their unit, counters end with total, and nothing is declared twice")
  func names() {
    #expect(Set(declarations.map(\.name)).count == declarations.count)
    for metric in declarations {
      let isTotal = metric.name.hasSuffix("_total")
      #expect(isTotal == (metric.kind == .counter), "\(metric.name)")
      let base = isTotal ? String(metric.name.dropLast(6)) : metric.name
      if !metric.unit.word.isEmpty { #expect(base.contains("_" + metric.unit.word), "\(base)") }
      #expect(metric.help.hasSuffix(".") && metric.help.first?.isUppercase == true, "\(base)")
    }
  }

  @Test("the page's table is the registry: every metric with kind, unit, labels and help")
  func page() throws {
    let page = try text("metrics.md")
    let rows = page.split(separator: "\n").filter {
      $0.hasPrefix("| `eco2_") || $0.hasPrefix("| `process_")
    }
    let expected = declarations.map { metric in
      "| `\(metric.name)` | \(metric.kind.rawValue) | \(metric.unit.word) | "
        + "\(metric.labels.map { "`\($0)`" }.joined(separator: " ")) | \(metric.help) |"
    }
    for row in expected where !rows.contains(Substring(row)) {
      Issue.record("the page lacks this row:\n\(row)")
    }
    #expect(rows.count == expected.count)
  }

  @Test(
    "every metric that the dashboard and the alerts name exists",
    arguments: [
      "dashboards/eco2-node.json", "alerts/eco2.rules.yml", "alerts/eco2.rules.test.yml",
    ])
  func named(path: String) throws {
    let names = try metrics(in: text(path))
    #expect(names.count > 10)
    for name in names.sorted() {
      #expect(declarations.contains { $0.name == name }, "\(path) names \(name)")
    }
  }

  @Test("the dashboard is JSON with a query in every panel")
  func dashboard() throws {
    let data = try Data(contentsOf: Self.operations.appending(path: "dashboards/eco2-node.json"))
    let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
    let panels = try #require(object?["panels"] as? [[String: Any]])
    let rows = panels.filter { $0["type"] as? String == "row" }.compactMap {
      $0["title"] as? String
    }
    #expect(rows.contains("Who is late") && rows.count >= 8)
    for panel in panels where panel["type"] as? String != "row" {
      let targets = panel["targets"] as? [[String: Any]] ?? []
      #expect(!targets.isEmpty && targets.allSatisfy { $0["expr"] is String })
    }
    #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count)
  }

  @Test("every alert has a row on the page, and a test that it fires")
  func alerts() throws {
    let alerts = try text("alerts/eco2.rules.yml").matches(of: /alert: (\w+)/).map(\.output.1)
    let page = try text("metrics.md")
    let tests = try text("alerts/eco2.rules.test.yml")
    #expect(alerts.count > 12)
    for alert in alerts {
      #expect(page.contains("| `\(alert)` |"), "the page lacks \(alert)")
      #expect(tests.contains("alertname: \(alert)\n"), "no test fires \(alert)")
    }
  }
}
