/// One metric's value at one moment.
public struct MetricSample: Sendable {
  /// Whether a metric only grows.
  public enum Kind: String, Sendable {
    case counter
    case gauge
  }

  public let name: String
  public let help: String
  public let kind: Kind
  public let labels: [(name: String, value: String)]
  public let value: UInt64

  /// The text exposition of samples: HELP and TYPE once a metric, samples of one metric together.
  public static func text(_ samples: [MetricSample]) -> String {
    var lines: [String] = []
    var last = ""
    for sample in samples {
      if sample.name != last {
        lines.append("# HELP \(sample.name) \(sample.help)")
        lines.append("# TYPE \(sample.name) \(sample.kind.rawValue)")
        last = sample.name
      }
      let labels = sample.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
      lines.append(
        "\(sample.name)\(labels.isEmpty ? "" : "{\(labels)}") \(sample.value)")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
