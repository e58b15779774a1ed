/// Every metric of a node, declared once: name, help, kind, unit and labels stand where the
/// instrument is made, and nowhere else.
public struct MetricList: Sendable {
  private struct Entry: Sendable {
    let declaration: MetricDeclaration
    let write: @Sendable (inout String) -> Void
  }

  private var entries: [Entry] = []

  /// All declarations, in the order in which they are written.
  public var declarations: [MetricDeclaration] { entries.map(\.declaration) }

  /// The text exposition, version 0.0.4: HELP and TYPE once a metric, its samples after them.
  public func text() -> String {
    var text = ""
    text.reserveCapacity(64 * 1024)
    for entry in entries {
      let declaration = entry.declaration
      text += "# HELP \(declaration.name) \(declaration.help)\n"
      text += "# TYPE \(declaration.name) \(declaration.kind.rawValue)\n"
      entry.write(&text)
    }
    return text
  }

  // MARK: Declaring

  mutating func counter(_ name: String, _ help: String, unit: MetricUnit = .one) -> Counter {
    counters(name, help, unit: unit, labels: []).child()
  }

  mutating func counters(
    _ name: String, _ help: String, unit: MetricUnit = .one, labels: [String]
  ) -> MetricFamily<Counter> {
    declare(name, help, .counter, unit, labels) { Counter() }
  }

  mutating func gauge(_ name: String, _ help: String, unit: MetricUnit = .one) -> Gauge {
    gauges(name, help, unit: unit, labels: []).child()
  }

  mutating func gauges(
    _ name: String, _ help: String, unit: MetricUnit = .one, labels: [String]
  ) -> MetricFamily<Gauge> {
    declare(name, help, .gauge, unit, labels) { Gauge() }
  }

  mutating func histogram(
    _ name: String, _ help: String, bounds: HistogramBounds = .latency
  ) -> Histogram {
    histograms(name, help, bounds: bounds, labels: []).child()
  }

  mutating func histograms(
    _ name: String, _ help: String, bounds: HistogramBounds = .latency, labels: [String]
  ) -> MetricFamily<Histogram> {
    declare(name, help, .histogram, .secondsFromNanoseconds, labels) { Histogram(bounds) }
  }

  private mutating func declare<Instrument: MetricInstrument>(
    _ name: String, _ help: String, _ kind: MetricDeclaration.Kind, _ unit: MetricUnit,
    _ labels: [String], make: @escaping @Sendable () -> Instrument
  ) -> MetricFamily<Instrument> {
    precondition(!entries.contains { $0.declaration.name == name }, "\(name) is declared twice")
    let family = MetricFamily(
      MetricDeclaration(name: name, help: help, kind: kind, unit: unit, labels: labels),
      make: make)
    entries.append(Entry(declaration: family.declaration) { family.write(to: &$0) })
    return family
  }
}
