/// What became of the transactions, as counts and distributions.
public struct LoadCounts: Sendable {
  /// Sent for the first time, valid ones.
  public var offered = 0
  public var accepted = 0
  /// Executed in a final block.
  public var final = 0
  /// Of these, with their operations applied.
  public var applied = 0
  /// Refused before they were accepted, by stable code.
  public var rejected: [String: Int] = [:]
  /// Named by a final block and not executed, by stable code.
  public var skipped: [String: Int] = [:]
  public var expired = 0
  public var lost = 0
  public var open = 0
  public var unanswered = 0
  /// Executed a second time: never.
  public var executedTwice = 0
  /// Sent though they must be refused, by kind; and of these, what the nodes said.
  public var invalidSent: [String: Int] = [:]
  public var invalidRejected: [String: Int] = [:]
  /// Executed though they must be refused: never.
  public var invalidExecuted: [String: Int] = [:]
  /// Of those due in the steady phase.
  public var steadyOffered = 0
  public var steadyAccepted = 0
  public var steadyFinal = 0
  /// From the intended send to the certificate, steady phase.
  public var latency = LatencyHistogram()
  /// From the intended send to the answer that it is accepted, steady phase.
  public var acceptance = LatencyHistogram()
  /// How much later than intended requests were sent.
  public var lateness = LatencyHistogram()
  public var timeline = LoadTimeline()

  public init() {}

  var rejectedCount: Int { rejected.values.reduce(0, +) }
}
