/// What a metric's raw integers count, and how they are written: in the base units Prometheus
/// wants. Raw values are integers, so that counting is one atomic addition and nothing is rounded.
public enum MetricUnit: Sendable, CaseIterable {
  /// Plain counts, heights, 0 and 1.
  case one
  case bytes
  /// Raw values are milliseconds.
  case secondsFromMilliseconds
  /// Raw values are nanoseconds.
  case secondsFromNanoseconds
  /// Raw values are µg CO2e.
  case gramsFromMicrograms
  /// Tonnes CO2e, whole.
  case tonnes

  /// Decimal places between a raw value and what is written.
  var decimals: Int {
    switch self {
    case .one, .bytes, .tonnes: 0
    case .secondsFromMilliseconds: 3
    case .gramsFromMicrograms: 6
    case .secondsFromNanoseconds: 9
    }
  }

  /// The word for it in names and tables; empty for plain counts.
  public var word: String {
    switch self {
    case .one: ""
    case .bytes: "bytes"
    case .secondsFromMilliseconds, .secondsFromNanoseconds: "seconds"
    case .gramsFromMicrograms: "grams"
    case .tonnes: "tonnes"
    }
  }

  /// A raw value as it is written, exactly.
  func text(_ raw: UInt64) -> String {
    guard decimals > 0 else { return "\(raw)" }
    let digits = String(raw)
    let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
    var fraction = padded.suffix(decimals)
    while fraction.last == "0" { fraction.removeLast() }
    let whole = padded.dropLast(decimals)
    return fraction.isEmpty ? "\(whole)" : "\(whole).\(fraction)"
  }
}
