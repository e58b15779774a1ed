/// What a load run did and what became of it.
public struct LoadReport: Codable, Equatable, Sendable {
  /// Transactions sent. Every one ends in exactly one of `final`, `refused`, `expired`, `lost` and
  /// `open`.
  public var offered = 0
  /// Of the offered ones, those a node said are in a bundle that f + 1 ER Nodes hold, or further.
  public var accepted = 0
  public var final = 0
  /// Of the final ones, those whose operations were applied.
  public var applied = 0
  /// Refused before they were accepted, by stable code.
  public var refused: [String: Int] = [:]
  /// Reported expired: the height they were valid until passed first.
  public var expired = 0
  /// Accepted, and neither final nor reported expired when the run gave up waiting.
  public var lost = 0
  /// Never accepted, and of unknown fate when the run gave up waiting.
  public var open = 0
  /// Transactions of requests that failed as a whole (their node was down): their fate was found
  /// out by sending the same bytes to another node and by asking for their ids.
  public var unanswered = 0
  /// How long transactions were sent.
  public var durationSeconds = 0.0
  /// From the intended send until a node said final, in milliseconds.
  public var latencyMilliseconds = Percentiles()

  public init() {}

  /// Percentiles of a distribution.
  public struct Percentiles: Codable, Equatable, Sendable {
    public var p50 = 0.0
    public var p90 = 0.0
    public var p99 = 0.0
    public var max = 0.0

    public init() {}

    /// Of the values given, which need not be sorted.
    public init(of values: [Double]) {
      let sorted = values.sorted()
      guard let last = sorted.last else { return }
      func at(_ share: Double) -> Double { sorted[Int(Double(sorted.count - 1) * share)] }
      p50 = at(0.5)
      p90 = at(0.9)
      p99 = at(0.99)
      max = last
    }
  }

  /// Something was accepted, nothing accepted was lost, and the fate of everything is known.
  public var isSound: Bool { lost == 0 && open == 0 && accepted > 0 }
}
