import LedgerCore

/// What `APIBench` measured.
public struct APIBenchReport: Codable, Equatable, Sendable {
  /// What became of the transfers the node took.
  public struct Finality: Codable, Equatable, Sendable {
    /// Answered as pending.
    public var taken = 0
    /// Of those: executed in exactly one place of the final blocks, in several, in none.
    public var once = 0
    public var severalTimes = 0
    public var lost = 0
    /// Of those executed: with their operations applied.
    public var applied = 0
    /// Answered otherwise, and executed all the same.
    public var refusedButExecuted = 0
    /// From the last answer until all were final.
    public var seconds = 0.0

    public init() {}

    mutating func count(
      taken ids: [Digest], refused: [Digest], executions: [String: (count: Int, isApplied: Bool)]
    ) {
      taken = ids.count
      for id in ids {
        let execution = executions[id.hex] ?? (0, false)
        switch execution.count {
        case 0: lost += 1
        case 1: once += 1
        default: severalTimes += 1
        }
        if execution.isApplied { applied += 1 }
      }
      refusedButExecuted = refused.count { executions[$0.hex] != nil }
    }
  }

  /// ER Nodes of the network, the one that was asked included.
  public var nodes = 0
  public var intervalMilliseconds: UInt64 = 0
  /// `GET /v1/status`.
  public var status = RequestReport()
  /// `POST /v1/transactions`, one transfer each.
  public var submissions = RequestReport()
  public var finality = Finality()

  public init() {}

  /// Whether each transfer that was taken was executed exactly once, and none that was refused.
  public var isSound: Bool {
    finality.taken > 0 && finality.once == finality.taken && finality.refusedButExecuted == 0
      && status.broken == 0 && submissions.broken == 0
  }
}
