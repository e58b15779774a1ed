/// One line of the table, and one entry of `results/latest.json`.
public struct Figure: Codable, Sendable {
  /// What was measured, such as `ed25519.batch1024.avx2`.
  public let id: String
  /// The subject's own figure, in `unit`.
  public let value: Double
  public let unit: String
  /// What it was measured against, in the same run; or its bar, for a figure without a peer.
  public let against: String
  /// How many times better than that; for a figure that names a cost, how many times that cost; for
  /// one without a peer, how many times its bar's value.
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
  /// By its ratio to its peer.
  case atLeast(Double)
  case atMost(Double)
  /// By its value alone, with a peer or without.
  case valueAtLeast(Double, unit: String)
  case valueAtMost(Double, unit: String)

  /// Whether a figure reaches it, by its ratio or its value.
  public func isReached(by figure: Figure) -> Bool {
    switch self {
    case .atLeast(let bound): figure.ratio >= bound
    case .atMost(let bound): figure.ratio <= bound
    case .valueAtLeast(let bound, _): figure.value >= bound
    case .valueAtMost(let bound, _): figure.value <= bound
    }
  }

  /// The value that figures without a peer are divided by.
  public var value: Double? {
    switch self {
    case .atLeast, .atMost: nil
    case .valueAtLeast(let bound, _), .valueAtMost(let bound, _): bound
    }
  }

  var text: String {
    switch self {
    case .atLeast(let bound): "≥ \(Table.number(bound))×"
    case .atMost(let bound): "≤ \(Table.number(bound))×"
    case .valueAtLeast(let bound, let unit): "≥ \(Table.number(bound)) \(unit)"
    case .valueAtMost(let bound, let unit): "≤ \(Table.number(bound)) \(unit)"
    }
  }
}
