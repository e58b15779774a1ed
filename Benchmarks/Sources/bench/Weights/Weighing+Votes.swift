import LedgerCore
import LedgerRules
import LedgerState

extension Weighing {
  /// What a weighed voter locks, and a vote; ECO2 base units.
  private static let locked = Amount(4_000_000)
  private static let vote = Amount(1_000_000)

  private static func lock(_ amount: Amount = locked) -> LedgerCore.Operation {
    .lockVotes(LockVotes(amount: amount))
  }

  private static func unlocks(_ count: Int) -> [LedgerCore.Operation] {
    [LedgerCore.Operation](
      repeating: .unlockVotes(UnlockVotes(amount: Amount(1))), count: count)
  }

  /// The author of all blocks here, whose votes earn.
  private func author() throws -> AccountID {
    var queries = LedgerQueries(chain.state)
    return try queries.validatorSets().current.members[0].account
  }

  /// Each by an account of its own, which has done something before.
  private func byVoters(
    after preparation: [LedgerCore.Operation], _ operation: () throws -> LedgerCore.Operation
  ) throws -> [Transaction] {
    let voters = (0..<Self.count).map { _ in work.freshAccount() }
    if !preparation.isEmpty {
      try decide(try voters.map { try chain.transaction(preparation, by: $0) })
    }
    return try voters.map { try chain.transaction([try operation()], by: $0) }
  }

  func locks() throws -> [Transaction] { try byVoters(after: []) { Self.lock() } }

  /// The last that an account can have beside each other.
  func unlocks() throws -> [Transaction] {
    try byVoters(after: [Self.lock()] + Self.unlocks(CandidateLimits.unlocksMax - 1)) {
      Self.unlocks(1)[0]
    }
  }

  /// As many as an account can have.
  func collections() throws -> [Transaction] {
    try byVoters(after: [Self.lock()] + Self.unlocks(CandidateLimits.unlocksMax)) {
      .collectUnlocked(CollectUnlocked())
    }
  }

  /// The first votes for a candidate.
  func votes() throws -> [Transaction] {
    try byVoters(after: [Self.lock()]) {
      .placeVotes(PlaceVotes(candidate: try work.candidate(), amount: Self.vote))
    }
  }

  /// Parts of votes that have earned, to a candidate that the voter has not voted for.
  func moves() throws -> [Transaction] {
    let author = try author()
    return try byVoters(after: try earning()) {
      .moveVotes(MoveVotes(from: author, to: try work.candidate(), amount: Amount(1_000)))
    }
  }

  func voteWithdrawals() throws -> [Transaction] {
    let author = try author()
    return try byVoters(after: try earning()) {
      .withdrawVotes(WithdrawVotes(candidate: author, amount: Amount(1_000)))
    }
  }

  func claims() throws -> [Transaction] {
    let author = try author()
    return try byVoters(after: try earning()) {
      .claimRewards(ClaimRewards(candidate: author))
    }
  }

  private func earning() throws -> [LedgerCore.Operation] {
    let vote = PlaceVotes(candidate: try author(), amount: Self.vote)
    return [Self.lock(), .placeVotes(vote)]
  }

  // MARK: Votes against motions

  /// Vetoes: each the last that an account can have beside each other.
  func vetoes() throws -> [Transaction] {
    let motions = try motions()
    return try byVoters(
      after: try earning() + motions.dropLast().map { .vetoMotion(VetoMotion(motion: $0)) }
    ) { .vetoMotion(VetoMotion(motion: motions[motions.count - 1])) }
  }

  /// The first votes for a candidate, of voters whose votes are against as many motions as can be.
  func opposingVotes() throws -> [Transaction] {
    try byVoters(
      after: try earning() + motions().map { .vetoMotion(VetoMotion(motion: $0)) }
    ) { .placeVotes(PlaceVotes(candidate: try work.candidate(), amount: Amount(1_000))) }
  }

  func opposingWithdrawals() throws -> [Transaction] {
    let author = try author()
    return try byVoters(
      after: try earning() + motions().map { .vetoMotion(VetoMotion(motion: $0)) }
    ) { .withdrawVotes(WithdrawVotes(candidate: author, amount: Amount(1_000))) }
  }

  /// As many open ones as an account can be against.
  private func motions() throws -> [UInt64] {
    var queries = LedgerQueries(chain.state)
    let open = try queries.governance().open.map(\.number)
    return Array(open.prefix(CandidateLimits.vetoesMax))
  }
}

extension VetoMotion {
  fileprivate init(motion: UInt64) { self.init(motion: motion, isVeto: true) }
}

extension CostMeasurement {
  mutating func weighVotes() throws {
    note(.lockVotes, "the first", try weighing.weigh { try weighing.locks() })
    note(.unlockVotes, "the 16th", try weighing.weigh { try weighing.unlocks() })
    note(.collectUnlocked, "16", try weighing.weigh { try weighing.collections() })
    note(.placeVotes, "for a new candidate", try weighing.weigh { try weighing.votes() })
    note(.moveVotes, "to a new candidate", try weighing.weigh { try weighing.moves() })
    note(
      .withdrawVotes, "of votes that have earned",
      try weighing.weigh { try weighing.voteWithdrawals() })
    note(.claimRewards, "", try weighing.weigh { try weighing.claims() })
  }
}
