import Foundation

extension LoadReport {
  /// The report as one page that needs nothing but itself: figures, plots, and everything of the
  /// JSON file inside it.
  ///
  /// - Parameter json: the JSON file's text, which the page carries.
  public func html(json: String) -> String {
    let tables = [
      table("Result", results), table("Costs", costs), table("Circumstances", circumstances),
    ]
    let passed = problems.isEmpty
    var body =
      "<header><h1>Load test of \(HTML.escape(configuration.network))</h1>\n"
      + "<p class=\"verdict \(passed ? "good" : "bad")\">\(passed ? "Passed" : "Failed")</p>\n"
      + "<p>\(HTML.escape(summary))</p>\n"
    if !passed {
      body += "<ul>" + problems.map { "<li>\(HTML.escape($0))</li>" }.joined() + "</ul>\n"
    }
    body += "</header>\n<div class=\"tiles\">" + tiles + "</div>\n"
    for plot in ReportPlots(report: self).all { body += "<figure>\(plot)</figure>\n" }
    body += "<div class=\"tables\">" + tables.joined() + "</div>\n"
    // A `</script` inside would end it.
    let data = json.replacingOccurrences(of: "</", with: "<\\/")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>Load test: \(HTML.escape(summary))</title>
      <style>
      \(Self.style)
      </style>
      </head>
      <body>
      \(body)<script type="application/json" id="report">
      \(data)
      </script>
      </body>
      </html>

      """
  }

  /// The run in one sentence.
  public var summary: String {
    "\(Self.count(finalPerSecond)) transactions a second final on \(nodes) nodes, "
      + "of \(Self.count(offeredPerSecond)) offered; "
      + "99 % within \(Self.seconds(latencyMilliseconds.p99))."
  }

  private var tiles: String {
    let cpu = cpuMicrosecondsPerTransaction
    let tiles = [
      (Self.count(finalPerSecond), "final a second"),
      (Self.seconds(latencyMilliseconds.p50), "median latency"),
      (Self.seconds(latencyMilliseconds.p99), "99 % within"),
      (Self.seconds(certificateMilliseconds.p50), "median time to certificate"),
      (Self.micro(cpu.perNode["process"] ?? 0), "CPU a transaction and node"),
      (FixedText.decimals(carbonGramsPerTransaction * 1e6, 2) + " µg", "CO2e a transaction"),
    ]
    return tiles.map {
      "<div class=\"tile\"><b>\(HTML.escape($0.0))</b>\(HTML.escape($0.1))</div>"
    }.joined()
  }

  private var results: [(String, String)] {
    var rows = [
      ("offered", "\(offered)"), ("accepted", "\(accepted)"), ("final", "\(final)"),
      ("not applied", "\(final - applied)"), ("refused", Self.list(rejected)),
      ("not executed", Self.list(skipped)), ("expired", "\(expired)"), ("lost", "\(lost)"),
      ("fate unknown", "\(open)"), ("executed twice", "\(executedTwice)"),
      ("roots", rootsEqual ? "equal on all nodes" : "NOT EQUAL"),
      ("latency to final", Self.percentiles(latencyMilliseconds)),
      ("latency to accepted", Self.percentiles(acceptedMilliseconds)),
      ("certificate", Self.percentiles(certificateMilliseconds)),
      ("requests left late by", Self.percentiles(lateMilliseconds)),
    ]
    if !invalid.sent.isEmpty {
      rows += [
        ("invalid, sent", Self.list(invalid.sent)),
        ("invalid, answered", Self.list(invalid.answers)),
        ("invalid, executed", Self.list(invalid.executed)),
      ]
    }
    return rows
  }

  private var costs: [(String, String)] {
    let cpu = cpuMicrosecondsPerTransaction
    var rows = [
      ("CPU a transaction, everything", Self.micro(cpu.all)),
      ("generator", Self.micro(cpu.generator)), ("signing beforehand", Self.micro(cpu.signing)),
      ("each node", cpu.ofNodes.map { Self.micro($0) }.joined(separator: ", ")),
    ]
    if let energyJoules {
      rows.append(("energy of the processors", FixedText.decimals(energyJoules, 1) + " J"))
    }
    return rows
  }

  private var circumstances: [(String, String)] {
    [
      ("began", Date(timeIntervalSince1970: Double(machine.began) / 1_000).formatted(.iso8601)),
      ("steady", Self.seconds(durationSeconds * 1_000)),
      (
        "warm-up, drain",
        "\(Self.seconds(warmUpSeconds * 1_000)), "
          + Self.seconds(drainSeconds * 1_000)
      ),
      ("nodes, blocks", "\(nodes), \(blocks)"),
      ("block interval", Self.seconds(Double(configuration.intervalMilliseconds))),
      ("rate, profile", "\(configuration.rate) a second, \(configuration.profile)"),
      ("routing", configuration.routing), ("accounts", "\(configuration.accounts)"),
      ("invalid share", "\(configuration.invalidShare)"), ("seed", "\(configuration.seed)"),
      ("chain", configuration.chain), ("targets", configuration.targets.joined(separator: ", ")),
      ("processor", "\(machine.processor), \(machine.cores) cores"),
      ("memory", "\(machine.memoryBytes >> 30) GiB"), ("system", machine.system),
      ("release", machine.software), ("engines", machine.engines),
    ]
  }

  private func table(_ title: String, _ rows: [(String, String)]) -> String {
    let body = rows.map {
      "<tr><th>\(HTML.escape($0.0))</th><td>\(HTML.escape($0.1))</td></tr>"
    }.joined(separator: "\n")
    return "<section><h2>\(HTML.escape(title))</h2><table>\n\(body)\n</table></section>\n"
  }

  private static func list(_ counts: [String: Int]) -> String {
    counts.isEmpty
      ? "0"
      : counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  private static func percentiles(_ values: Percentiles) -> String {
    "median \(seconds(values.p50)), 90 % \(seconds(values.p90)), 99 % \(seconds(values.p99)), "
      + "worst \(seconds(values.max))"
  }

  private static func count(_ value: Double) -> String { Int(value.rounded()).formatted() }

  private static func micro(_ value: Double) -> String {
    FixedText.decimals(value, 1) + " µs"
  }

  private static func seconds(_ milliseconds: Double) -> String {
    milliseconds < 1_000
      ? FixedText.decimals(milliseconds, 0) + " ms"
      : FixedText.decimals(milliseconds / 1_000, 2) + " s"
  }

  private static let style = """
    :root { --ink: #1c2321; --soft: #5c6763; --paper: #fbfcfa; --line: #d9dfdb; --shade: #eef1ee;
      --c1: #14795a; --c2: #2f6fb0; --c3: #c0483b; --c4: #8c958f; --c5: #9a7b1e; --c6: #6f4fa8; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e6ebe8; --soft: #9aa6a1;
      --paper: #141817; --line: #2e3633; --shade: #1d2321; --c1: #3fb68b; --c2: #6aa8e8;
      --c3: #ee7b6c; --c4: #7b8680; --c5: #d4b04a; --c6: #a98ae0; } }
    body { margin: 2rem auto; max-width: 820px; padding: 0 1rem; background: var(--paper);
      color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
    h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.05rem; margin: 1.5rem 0 .4rem; }
    .verdict { display: inline-block; padding: .1rem .7rem; border-radius: 1rem; color: #fff;
      font-weight: 600; } .good { background: #14795a; } .bad { background: #c0483b; }
    .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(120px, 1fr));
      gap: .6rem; margin: 1rem 0; }
    .tile { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem;
      color: var(--soft); font-size: .8rem; }
    .tile b { display: block; font-size: 1.25rem; color: var(--ink); }
    figure { margin: 1.6rem 0; } svg { width: 100%; height: auto; }
    svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
    svg .title { font-weight: 600; font-size: 13px; } svg .tick, svg .label { fill: var(--soft);
      font-size: 11px; }
    .grid { stroke: var(--line); } .axis { stroke: var(--soft); } .shade { fill: var(--shade); }
    .bound { stroke: var(--c3); stroke-dasharray: 5 4; } .line { fill: none; stroke-width: 1.8; }
    .line.c1 { stroke: var(--c1); } .line.c2 { stroke: var(--c2); } .line.c3 { stroke: var(--c3); }
    .line.c4 { stroke: var(--c4); } .line.c5 { stroke: var(--c5); } .line.c6 { stroke: var(--c6); }
    .fill.c1 { fill: var(--c1); } .fill.c2 { fill: var(--c2); } .fill.c3 { fill: var(--c3); }
    .fill.c4 { fill: var(--c4); } .fill.c5 { fill: var(--c5); } .fill.c6 { fill: var(--c6); }
    table { border-collapse: collapse; width: 100%; font-size: .88rem; }
    th { text-align: left; font-weight: 500; color: var(--soft); width: 30%;
      vertical-align: top; }
    th, td { border-top: 1px solid var(--line); padding: .28rem .5rem .28rem 0;
      overflow-wrap: anywhere; }
    """
}
