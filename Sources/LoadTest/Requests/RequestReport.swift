/// What a run of single requests came to.
public struct RequestReport: Codable, Equatable, Sendable {
  public var connections = 0
  /// Requests that were answered.
  public var answered = 0
  /// From the first request until the last answer.
  public var seconds = 0.0
  /// Answers a second, all kinds.
  public var perSecond = 0.0
  /// Answers in each second of the run; the last one may be short.
  public var eachSecond: [Int] = []
  /// By HTTP status; of submissions with the transaction's status or refusal: `200 pending`.
  public var answers: [String: Int] = [:]
  /// Requests whose connection broke.
  public var broken = 0
  /// From a request's first byte written until its answer's last byte read.
  public var latencyMilliseconds = LoadReport.Percentiles()
  /// CPU seconds of the node that was asked, and of all other nodes of its network together, during
  /// the run, for 1,000 answers.
  public var nodeCPUSecondsPerThousand = 0.0
  public var otherNodesCPUSecondsPerThousand = 0.0

  public init() {}
}
