/// One line of the table, and one entry of `results/latest.json`.
public struct Figure: Codable, Sendable {
  /// What was measured, such as `ed25519.batch1024.avx2`.
  public let id: String
  /// The subject's own figure, in `unit`.
  public let value: Double
  public let unit: String
  /// What it was measured against, in the same run.
  public let against: String
  /// How many times better than that; for a figure that names a cost, how many times that cost.
  public let ratio: Double
  /// The processor's name.
  public let cpu: String

  public init(
    id: String, value: Double, unit: String, against: String, ratio: Double, cpu: String
  ) {
    self.id = id
    self.value = value
    self.unit = unit
    self.against = against
    self.ratio = ratio
    self.cpu = cpu
  }
}

/// What a figure has to reach.
public enum Bar: Sendable {
  case atLeast(Double)
  case atMost(Double)

  /// Whether the ratio reaches it.
  public func isReached(by ratio: Double) -> Bool {
    switch self {
    case .atLeast(let bound): ratio >= bound
    case .atMost(let bound): ratio <= bound
    }
  }

  var text: String {
    switch self {
    case .atLeast(let bound): "≥ \(Table.number(bound))×"
    case .atMost(let bound): "≤ \(Table.number(bound))×"
    }
  }
}
