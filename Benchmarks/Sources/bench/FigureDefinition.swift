import Paired

/// A figure of the table: how it is measured, and what it has to reach.
struct FigureDefinition: Sendable {
  let id: String
  let bar: Bar
  /// The environment its process runs in: which engines are chosen at its start.
  let environment: [String: String]
  /// What the subject is measured against.
  let against: String
  /// Its process is bound to one core.
  let isOnOneCore: Bool
  /// What has to lie in the data folder.
  let needs: DataNeed
  /// Measures in this process.
  let measure: @Sendable (Conditions) throws -> MeasuredFigure

  /// All figures, in the table's order.
  static let all: [FigureDefinition] =
    ed25519 + sha256 + state + log + registry + carbon + elections + pipeline + audit + simulate
}

extension FigureDefinition {
  /// A figure of an engine: on one core, without data.
  init(
    id: String, bar: Bar, environment: [String: String], against: String,
    measure: @escaping @Sendable (PairedRun.Effort) throws -> PairedRun
  ) {
    self.init(
      id: id, bar: bar, environment: environment, against: against, isOnOneCore: true,
      needs: .nothing
    ) { MeasuredFigure(try measure($0.effort)) }
  }

  /// A figure of what stands on a disk.
  init(
    id: String, bar: Bar, against: String, cores: Int, needs: DataNeed,
    measure: @escaping @Sendable (Conditions) throws -> MeasuredFigure
  ) {
    self.init(
      id: id, bar: bar, environment: [:], against: against, isOnOneCore: cores == 1, needs: needs,
      measure: measure)
  }
}

extension FigureDefinition {
  /// What it is measured against, and with how many records where these are not its bar's.
  func against(isQuick: Bool) -> String {
    switch needs {
    case .nothing, .folder, .accounts: against
    case .records, .manyRecords: against + (isQuick ? " (1 million records)" : "")
    case .lots: against + (isQuick ? " (100,000 lots)" : "")
    case .votes: against + (isQuick ? " (100,000 voters)" : "")
    }
  }
}

/// What a figure is measured under.
struct Conditions: Sendable {
  let isQuick: Bool
  let data: DataFolder

  var effort: PairedRun.Effort { isQuick ? .quick : .full }

  /// Rounds of whole jobs, which take a second or so each.
  var rounds: Int { isQuick ? 5 : 15 }
}

/// What a figure's process tells the one that asked for it.
struct MeasuredFigure: Codable, Sendable {
  let value: Double
  let unit: String
  let ratio: Double
  let quartileLow: Double
  let quartileHigh: Double
}

extension MeasuredFigure {
  /// Microseconds a unit of work, and how many times faster than the peer.
  init(_ run: PairedRun) {
    self.init(
      value: run.microseconds, unit: "µs", ratio: run.ratio,
      quartileLow: run.quartiles.lowerBound, quartileHigh: run.quartiles.upperBound)
  }

  /// Milliseconds a job, and how many times the peer's time it takes.
  init(costOf run: PairedRun) {
    self.init(
      value: run.microseconds / 1_000, unit: "ms", ratio: 1 / run.ratio,
      quartileLow: 1 / run.quartiles.upperBound, quartileHigh: 1 / run.quartiles.lowerBound)
  }

  /// The median of values without a peer, one for each round; their ratio is to the bar's value.
  init(_ values: [Double], unit: String, against bar: Double) {
    let sorted = values.sorted()
    self.init(
      value: Quantile.of(sorted, 0.5), unit: unit, ratio: Quantile.of(sorted, 0.5) / bar,
      quartileLow: Quantile.of(sorted, 0.25) / bar,
      quartileHigh: Quantile.of(sorted, 0.75) / bar)
  }
}
