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
    return try transactions(of: voters, after: preparation, operation)
  }

  private func transactions(
    of voters: [AccountID], after preparation: [LedgerCore.Operation],
    _ operation: () throws -> LedgerCore.Operation
  ) throws -> [Transaction] {
    if !preparation.isEmpty {
      try decide(try voters.map { try chain.transaction(preparation, by: $0) })
    }
    return try voters.map { try chain.transaction([try operation()], by: $0) }
  }

  // MARK: Votes that earn

  /// What is weighed with votes that have earned.
  private static let earningForms = 6

  /// Places the votes that are to earn: they do from the next term on.
  func placeEarningVotes() throws {
    let votes: [LedgerCore.Operation] = [
      Self.lock(), .placeVotes(PlaceVotes(candidate: try author(), amount: Self.vote)),
    ]
    for _ in 0..<Self.earningForms * Self.blocks {
      let voters = (0..<Self.count).map { _ in work.freshAccount() }
      try decide(try voters.map { try chain.transaction(votes, by: $0) })
      chain.forgetSequences()
      earningVoters += voters
    }
  }

  /// Each by an account whose votes earn.
  private func byEarningVoters(
    after preparation: [LedgerCore.Operation] = [], _ operation: () throws -> LedgerCore.Operation
  ) throws -> [Transaction] {
    guard earningVoters.count >= Self.count else {
      throw BenchmarkFault.broken("too few votes earn")
    }
    let voters = Array(earningVoters.suffix(Self.count))
    earningVoters.removeLast(Self.count)
    return try transactions(of: voters, after: preparation, operation)
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
    return try byEarningVoters {
      .moveVotes(MoveVotes(from: author, to: try work.candidate(), amount: Amount(1_000)))
    }
  }

  func voteWithdrawals() throws -> [Transaction] {
    let author = try author()
    return try byEarningVoters {
      .withdrawVotes(WithdrawVotes(candidate: author, amount: Amount(1_000)))
    }
  }

  func claims() throws -> [Transaction] {
    let author = try author()
    return try byEarningVoters {
      .claimRewards(ClaimRewards(candidate: author))
    }
  }

  // MARK: Votes against motions

  /// Vetoes: each the last that an account can have beside each other.
  func vetoes() throws -> [Transaction] {
    let motions = try motions()
    return try byEarningVoters(
      after: motions.dropLast().map { .vetoMotion(VetoMotion(motion: $0)) }
    ) { .vetoMotion(VetoMotion(motion: motions[motions.count - 1])) }
  }

  /// The first votes for a candidate, of voters whose votes are against as many motions as can be.
  func opposingVotes() throws -> [Transaction] {
    try byEarningVoters(
      after: try motions().map { .vetoMotion(VetoMotion(motion: $0)) }
    ) { .placeVotes(PlaceVotes(candidate: try work.candidate(), amount: Amount(1_000))) }
  }

  func opposingWithdrawals() throws -> [Transaction] {
    let author = try author()
    return try byEarningVoters(
      after: try motions().map { .vetoMotion(VetoMotion(motion: $0)) }
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
