import LedgerCore
import LedgerRules
import LedgerState

extension Weighing {
  /// Motions of each member: below what the whole set can have open.
  private static let motionsEach = 3

  /// The longest motion, which looks at most records.
  private static var motion: Motion {
    .appointRegistrars(
      RegistrarsChange(
        threshold: 1,
        seats: (0..<MotionLimits.registrarsMax).map { CarbonNetwork.account(-400_000 - $0) }))
  }

  /// Takes back all that are open.
  func cancelMotions() throws {
    let cancellations = try cancellations()
    if !cancellations.isEmpty { try decide(cancellations) }
  }

  func cancellations() throws -> [Transaction] {
    var queries = LedgerQueries(chain.state)
    return try queries.governance().open.map {
      try chain.transaction(
        [.cancelMotion(CancelMotion(motion: $0.number))], by: $0.proposer)
    }
  }

  /// As many as members can have open, where none are.
  func proposals() throws -> [Transaction] {
    try cancelMotions()
    let proposal = LedgerCore.Operation.proposeMotion(
      ProposeMotion(
        motion: Self.motion, reason: String(repeating: "r", count: MotionLimits.reasonBytesMax)))
    return try (0..<CarbonNetwork.nodes * Self.motionsEach).map {
      try chain.transaction(
        [proposal], by: CarbonNetwork.nodeAccount($0 % CarbonNetwork.nodes))
    }
  }

  func propose() throws { try decide(try proposals()) }

  /// A member's approvals of all open motions, which other members have approved before it.
  func approvals(by member: Int) throws -> [Transaction] {
    var queries = LedgerQueries(chain.state)
    return try queries.governance().open.map {
      try chain.transaction(
        [.decideMotion(DecideMotion(motion: $0.number, approves: true))],
        by: CarbonNetwork.nodeAccount(member))
    }
  }
}

extension CostMeasurement {
  /// Motions as long as they can be, and votes against as many of them as an account can oppose.
  mutating func weighMotions() throws {
    note(.proposeMotion, "64 registrars", try weighing.weigh { try weighing.proposals() })
    try weighing.propose()
    var member = 0
    note(
      .decideMotion, "64 registrars",
      try weighing.weigh {
        member += 1
        return try weighing.approvals(by: member - 1)
      })
    note(.vetoMotion, "the 16th", try weighing.weigh { try weighing.vetoes() })
    note(
      .placeVotes, "of who is against 16 motions",
      try weighing.weigh { try weighing.opposingVotes() })
    note(
      .withdrawVotes, "of who is against 16 motions",
      try weighing.weigh { try weighing.opposingWithdrawals() })
    note(
      .cancelMotion, "64 registrars",
      try weighing.weigh {
        try weighing.propose()
        return try weighing.cancellations()
      })
  }
}
