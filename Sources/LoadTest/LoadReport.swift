/// What a load run did and what became of it.
public struct LoadReport: Codable, Equatable, Sendable {
  /// Transactions sent for which nodes promised nothing yet.
  public var offered = 0
  /// In a bundle that f + 1 ER Nodes hold, or further.
  public var accepted = 0
  public var final = 0
  /// Of the final ones, those whose operations were applied.
  public var applied = 0
  /// By stable code.
  public var refused: [String: Int] = [:]
  /// Accepted, but neither final nor reported expired within the time a request waits.
  public var lost = 0
  /// Requests that failed as a whole (a node was down): their transactions count as unanswered.
  public var unanswered = 0
  public var durationSeconds = 0.0
  /// From the intended send to the answer that says final, in milliseconds.
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

  /// Nothing accepted was lost.
  public var isSound: Bool { lost == 0 && accepted > 0 }
}
