/// The plots of a load report.
struct ReportPlots {
  let report: LoadReport

  var all: [String] {
    [throughput, latency, distribution, blockSizes, certificates, stages, carbon].compactMap(\.self)
  }

  private var slices: [LoadReport.TimelineSlice] { report.timeline ?? [] }
  private var blocks: [LoadBlock] { report.blockList ?? [] }
  private var end: Double { max(1, max(slices.last?.at ?? 0, blocks.last?.at ?? 0) + 1) }
  private var interval: Double { Double(report.configuration.intervalMilliseconds) / 1_000 }

  /// Warm-up and drain.
  private var shaded: [ClosedRange<Double>] {
    let (warm, steady) = (report.warmUpSeconds, report.durationSeconds)
    var ranges: [ClosedRange<Double>] = []
    if warm > 0 { ranges.append(0...warm) }
    if warm + steady < end { ranges.append((warm + steady)...end) }
    return ranges
  }

  private var throughput: String? {
    guard !slices.isEmpty else { return nil }
    let finals = finalRate
    let highest = max(
      slices.map { max($0.offered, $0.accepted) }.max() ?? 0, finals.map(\.y).max() ?? 0)
    var plot = SVGPlot(
      title: "Throughput", xLabel: "seconds after the first send (shaded: not measured)",
      yLabel: "transactions a second", x: PlotScale(to: end, ticks: 8), y: PlotScale(to: highest))
    plot.shaded = shaded
    plot.series = [
      .init(name: "offered", colour: 4, mark: .line, points: slices.map { ($0.at, $0.offered) }),
      .init(
        name: "accepted", colour: 2, mark: .line, points: slices.map { ($0.at, $0.accepted) }),
      .init(name: "final, block by block", colour: 1, mark: .line, points: finals),
    ]
    if slices.contains(where: { $0.rejected > 0 }) {
      plot.series.append(
        .init(
          name: "refused", colour: 3, mark: .line, points: slices.map { ($0.at, $0.rejected) }))
    }
    return plot.svg
  }

  /// Each block's transactions over the time since the block before, as steps.
  private var finalRate: [(x: Double, y: Double)] {
    var points: [(x: Double, y: Double)] = []
    for (before, block) in zip(blocks, blocks.dropFirst()) where block.at > before.at {
      let rate = Double(block.own) / (block.at - before.at)
      points += [(before.at, rate), (block.at, rate)]
    }
    return points
  }

  private var latency: String? {
    let middle = slices.compactMap { slice in slice.p50.map { (slice.at, $0 / 1_000) } }
    let high = slices.compactMap { slice in slice.p99.map { (slice.at, $0 / 1_000) } }
    guard !high.isEmpty else { return nil }
    let bound = interval + 2
    let highest = max(high.map(\.1).max() ?? 0, bound)
    var plot = SVGPlot(
      title: "Latency, from the intended send to the certificate",
      xLabel: "seconds after the first send, when it was due", yLabel: "seconds",
      x: PlotScale(to: end, ticks: 8), y: PlotScale(to: highest))
    plot.shaded = shaded
    plot.bounds = [(bound, "one interval + 2 s")]
    plot.series = [
      .init(name: "median", colour: 1, mark: .line, points: middle.map { ($0.0, $0.1) }),
      .init(name: "99 %", colour: 3, mark: .line, points: high.map { ($0.0, $0.1) }),
    ]
    return plot.svg
  }

  private var distribution: String? {
    guard let buckets = report.latencyDistribution, let first = buckets.first,
      let last = buckets.last
    else { return nil }
    let total = Double(buckets.reduce(0) { $0 + $1.count })
    var sum: UInt64 = 0
    let points = buckets.map { bucket in
      sum += bucket.count
      return (x: bucket.milliseconds / 1_000, y: 100 * Double(sum) / total)
    }
    var plot = SVGPlot(
      title: "Latency distribution", xLabel: "seconds, logarithmic",
      yLabel: "% final within",
      x: PlotScale(logFrom: first.milliseconds / 1_000, to: last.milliseconds / 1_000),
      y: PlotScale(to: 100))
    plot.series = [.init(name: "final", colour: 1, mark: .line, points: points)]
    return plot.svg
  }

  private var heights: PlotScale {
    let scale = PlotScale(to: Double(max(1, blocks.count)), ticks: 10)
    return scale
  }

  private var blockSizes: String? {
    guard !blocks.isEmpty else { return nil }
    var plot = SVGPlot(
      title: "Transactions in each block",
      xLabel: "blocks of the run, the first at height \(blocks[0].height)",
      yLabel: "transactions", x: heights,
      y: PlotScale(to: Double(blocks.map(\.transactions).max() ?? 1)))
    plot.series = [
      .init(
        name: "transactions", colour: 1, mark: .bars,
        points: blocks.enumerated().map {
          (Double($0.offset) + 0.5, Double($0.element.transactions))
        })
    ]
    return plot.svg
  }

  private var certificates: String? {
    let points = blocks.enumerated().compactMap { index, block in
      block.certificateMilliseconds.map { (x: Double(index) + 0.5, y: $0 / 1_000) }
    }
    guard !points.isEmpty else { return nil }
    var plot = SVGPlot(
      title: "Time to certificate, from the slot's start, slowest node",
      xLabel: "blocks of the run, the first at height \(blocks[0].height)", yLabel: "seconds",
      x: heights, y: PlotScale(to: points.map(\.y).max() ?? 1))
    plot.series = [.init(name: "certificate", colour: 2, mark: .bars, points: points)]
    return plot.svg
  }

  private var stages: String? {
    let cpu = report.cpuMicrosecondsPerTransaction
    let rows = cpu.perNode.filter { $0.key != "process" }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    guard !rows.isEmpty else { return nil }
    return SVGBars(
      title: "CPU of one node for each final transaction, by stage",
      unit: "µs",
      rows: rows.map { ($0.key, $0.value, 1) } + [
        ("all of a node", cpu.perNode["process"] ?? 0, 4), ("generator", cpu.generator, 2),
      ]
    ).svg
  }

  private var carbon: String? {
    let points = blocks.enumerated().compactMap { index, block in
      block.transactions > 0
        ? (
          x: Double(index) + 0.5,
          y: block.footprintGrams * 1e6 / Double(block.transactions)
        ) : nil
    }
    guard !points.isEmpty else { return nil }
    var plot = SVGPlot(
      title: "Footprint of each transaction, by the blocks' carbon statements",
      xLabel: "blocks of the run, the first at height \(blocks[0].height)", yLabel: "µg CO2e",
      x: heights, y: PlotScale(to: points.map(\.y).max() ?? 1))
    plot.series = [.init(name: "footprint", colour: 5, mark: .bars, points: points)]
    return plot.svg
  }
}

/// Named bars that lie on their sides, each with its value.
struct SVGBars {
  let title: String
  let unit: String
  let rows: [(name: String, value: Double, colour: Int)]

  private static let rowHeight = 22.0
  private static let left = 120.0

  var svg: String {
    let height = 34 + Double(rows.count) * Self.rowHeight
    let scale = (SVGPlot.width - Self.left - 80) / max(1e-9, rows.map(\.value).max() ?? 1)
    var svg =
      "<svg viewBox=\"0 0 \(Int(SVGPlot.width)) \(Int(height))\" role=\"img\" "
      + "aria-label=\"\(HTML.escape(title))\">\n"
      + "<text class=\"title\" x=\"0\" y=\"14\">\(HTML.escape(title))</text>\n"
    for (index, row) in rows.enumerated() {
      let top = 28 + Double(index) * Self.rowHeight
      let width = max(0.5, row.value * scale)
      svg +=
        "<text class=\"tick\" x=\"\(f(Self.left - 8))\" y=\"\(f(top + 13))\" text-anchor=\"end\">"
        + "\(HTML.escape(row.name))</text>\n"
        + "<rect class=\"fill c\(row.colour)\" x=\"\(f(Self.left))\" y=\"\(f(top))\" "
        + "width=\"\(f(width))\" height=\"\(f(Self.rowHeight - 5))\" rx=\"2\"/>\n"
        + "<text class=\"tick\" x=\"\(f(Self.left + width + 6))\" y=\"\(f(top + 13))\">"
        + "\(FixedText.decimals(row.value, 2)) \(HTML.escape(unit))</text>\n"
    }
    return svg + "</svg>\n"
  }

  private func f(_ value: Double) -> String { FixedText.decimals(value, 1) }
}
