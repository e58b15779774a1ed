import Paired

/// A figure of the table: how it is measured, and what it has to reach.
struct FigureDefinition: Sendable {
  let id: String
  let bar: Bar
  /// The environment its process runs in: which engines are chosen at its start.
  let environment: [String: String]
  /// What the subject is measured against.
  let against: String
  /// Measures in this process.
  let measure: @Sendable (PairedRun.Effort) throws -> PairedRun

  /// All figures, in the table's order.
  static let all: [FigureDefinition] = ed25519 + sha256
}

/// What a figure's process tells the one that asked for it.
struct MeasuredFigure: Codable, Sendable {
  let microseconds: Double
  let ratio: Double
  let quartileLow: Double
  let quartileHigh: Double

  init(_ run: PairedRun) {
    microseconds = run.microseconds
    ratio = run.ratio
    quartileLow = run.quartiles.lowerBound
    quartileHigh = run.quartiles.upperBound
  }
}
