import LedgerCore
import LedgerState

// Votes are locked ECO2 (carbon rules, "Elections"): a base unit counts once. The tally is kept
// with each change, so that an election reads its result from an index.

extension ExecutionContext {
  /// Locks ECO2 of the sender.
  mutating func apply(_ operation: LockVotes, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    try take(operation.amount, of: .eco2, from: slot)
    let place = try voterSlot(sender)
    var voter = voters.entries[place].current ?? Voter()
    voter.locked = try voter.locked.added(operation.amount)
    now.delegation.locked = try now.delegation.locked.added(operation.amount)
    voters.set(place, voter)
  }

  /// Begins to unlock what votes for nobody.
  mutating func apply(_ operation: UnlockVotes, of sender: AccountID) throws(OperationFailure) {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    let place = try voterSlot(sender)
    guard var voter = voters.entries[place].current, operation.amount <= voter.idle else {
      throw .fault(.votesInsufficient)
    }
    guard voter.unlocks.count < CandidateLimits.unlocksMax else {
      throw .fault(.tooManyUnlocks)
    }
    let (ready, overflow) = header.timestamp.addingReportingOverflow(
      parameters.elections.unlockMilliseconds)
    guard !overflow else { throw .fault(.overflow) }
    voter.locked = voter.locked.saturatingSubtracting(operation.amount)
    voter.unlocks.append(Voter.Unlock(amount: operation.amount, readyAt: ready))
    voters.set(place, voter)
  }

  /// Pays what has been unlocked back.
  mutating func apply(_ operation: CollectUnlocked, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    let place = try voterSlot(sender)
    guard var voter = voters.entries[place].current else { throw .fault(.notUnlocked) }
    let ready = voter.unlocks.filter { $0.readyAt <= header.timestamp }
    guard !ready.isEmpty else { throw .fault(.notUnlocked) }
    voter.unlocks.removeAll { $0.readyAt <= header.timestamp }
    voters.set(place, voter.isEmpty ? nil : voter)
    do throws(ExecutionError) {
      for unlock in ready {
        now.delegation.locked = try now.delegation.locked.less(unlock.amount)
        try pay(unlock.amount, to: sender)
      }
    } catch { throw .fatal(error) }
  }

  /// Gives a candidate idle votes of the sender.
  mutating func apply(_ operation: PlaceVotes, of sender: AccountID) throws(OperationFailure) {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    guard terms.isVoting(at: header.timestamp) else { throw .fault(.votingClosed) }
    try checkStanding(operation.candidate)
    let place = try voterSlot(sender)
    guard var voter = voters.entries[place].current, operation.amount <= voter.idle else {
      throw .fault(.votesInsufficient)
    }
    let before = voter.placed
    voter.placed = try before.added(operation.amount)
    try follow(&voter, from: before)
    now.delegation.placed = try now.delegation.placed.added(operation.amount)
    voters.set(place, voter)
    try add(operation.amount, of: sender, to: operation.candidate)
  }

  /// Moves votes of the sender from one candidate to another.
  mutating func apply(_ operation: MoveVotes, of sender: AccountID) throws(OperationFailure) {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    guard operation.from != operation.to else { throw .fault(.sameCandidate) }
    let left = try candidate(operation.from)
    guard left.standing != .standing || terms.isVoting(at: header.timestamp) else {
      throw .fault(.votingClosed)
    }
    try checkStanding(operation.to)
    try take(operation.amount, of: sender, from: operation.from)
    try add(operation.amount, of: sender, to: operation.to)
  }

  /// Takes votes of the sender back from a candidate.
  mutating func apply(_ operation: WithdrawVotes, of sender: AccountID)
    throws(OperationFailure)
  {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    _ = try candidate(operation.candidate)
    try take(operation.amount, of: sender, from: operation.candidate)
    let place = try voterSlot(sender)
    guard var voter = voters.entries[place].current else { throw .fault(.votesInsufficient) }
    let before = voter.placed
    voter.placed = before.saturatingSubtracting(operation.amount)
    try follow(&voter, from: before)
    now.delegation.placed = now.delegation.placed.saturatingSubtracting(operation.amount)
    voters.set(place, voter)
  }

  /// Pays the sender what its votes for a candidate have earned.
  mutating func apply(_ operation: ClaimRewards, of sender: AccountID)
    throws(OperationFailure)
  {
    _ = try beginTerm(of: operation.candidate)
    let pair = VotePair(voter: sender, candidate: operation.candidate)
    let place = try stakeSlot(pair)
    guard var stake = stakes.entries[place].current else { throw .fault(.votesInsufficient) }
    guard try payEarned(&stake, pair) else { throw .fault(.nothingEarned) }
    stakes.set(place, stake)
  }

  // MARK: One candidate's votes

  /// Adds votes of an account to a candidate's, having paid what those before have earned.
  private mutating func add(_ amount: Amount, of voter: AccountID, to account: AccountID)
    throws(OperationFailure)
  {
    let term = try beginTerm(of: account)
    let pair = VotePair(voter: voter, candidate: account)
    let place = try stakeSlot(pair)
    let earned = try candidate(account).earned
    var stake = stakes.entries[place].current ?? VoteStake(paidTo: earned)
    _ = try payEarned(&stake, pair)
    stake.amount = try stake.amount.added(amount)
    stake.fresh = try stake.fresh.added(amount)
    stake.freshTerm = term
    stakes.set(place, stake)
    try changeVotes(of: account) { (candidate) throws(OperationFailure) in
      candidate.votes = try candidate.votes.added(amount)
      candidate.fresh = try candidate.fresh.added(amount)
      candidate.freshTerm = term
    }
  }

  /// Takes votes of an account from a candidate's, having paid what they have earned; those that
  /// do not earn yet go first. What the last of them have earned beyond whole base units stays with
  /// the candidate's other votes.
  private mutating func take(_ amount: Amount, of voter: AccountID, from account: AccountID)
    throws(OperationFailure)
  {
    _ = try beginTerm(of: account)
    let pair = VotePair(voter: voter, candidate: account)
    let place = try stakeSlot(pair)
    guard var stake = stakes.entries[place].current, amount <= stake.amount else {
      throw .fault(.votesInsufficient)
    }
    _ = try payEarned(&stake, pair)
    let fresh = min(stake.fresh, amount)
    stake.amount = stake.amount.saturatingSubtracting(amount)
    stake.fresh = stake.fresh.saturatingSubtracting(fresh)
    let isLast = stake.amount.isZero
    stakes.set(place, isLast ? nil : stake)
    try changeVotes(of: account) { (candidate) throws(OperationFailure) in
      candidate.votes = candidate.votes.saturatingSubtracting(amount)
      candidate.fresh = candidate.fresh.saturatingSubtracting(fresh)
      if isLast { candidate.undivided += stake.fraction }
    }
  }

  /// Brings a candidate to the present term, and says which it is.
  private mutating func beginTerm(of account: AccountID) throws(OperationFailure) -> UInt64 {
    let term = terms.term(at: header.timestamp)
    let place = try candidateSlot(account)
    guard var record = candidates.entries[place].current else {
      throw .fault(.unknownCandidate)
    }
    if begin(term, of: &record, account) { candidates.set(place, record) }
    return term
  }

  /// Pays what votes have earned into their owner's balance; false when it is less than a base
  /// unit. The candidate is brought to the present term.
  private mutating func payEarned(_ stake: inout VoteStake, _ pair: VotePair)
    throws(OperationFailure) -> Bool
  {
    var rate: TermRate?
    if !stake.fresh.isZero, stake.freshTerm < terms.term(at: header.timestamp) {
      do {
        rate = try view.required(TermRate.key(pair.candidate, stake.freshTerm))
      } catch { throw .fatal(.record(error)) }
    }
    let earned = RewardShare.pay(&stake, of: try candidate(pair.candidate), from: rate)
    guard !earned.isZero else { return false }
    do throws(ExecutionError) {
      now.delegation.unclaimed = try now.delegation.unclaimed.less(earned)
      try pay(earned, to: pair.voter)
    } catch { throw .fatal(error) }
    return true
  }

  /// Changes a candidate whose votes change, and its place in the tally.
  private mutating func changeVotes(
    of account: AccountID,
    _ change: (inout Candidate) throws(OperationFailure) -> Void
  ) throws(OperationFailure) {
    var record = try candidate(account)
    let before = record
    try change(&record)
    do { try replace(account, before, with: record) } catch { throw .fatal(error) }
  }

  private mutating func checkStanding(_ account: AccountID) throws(OperationFailure) {
    guard try candidate(account).standing == .standing else {
      throw .fault(.candidateNotStanding)
    }
  }

  mutating func voterSlot(_ id: AccountID) throws(OperationFailure) -> Int {
    do { return try voters.slot(of: id, in: &view) } catch { throw OperationFailure(error) }
  }

  private mutating func stakeSlot(_ pair: VotePair) throws(OperationFailure) -> Int {
    do { return try stakes.slot(of: pair, in: &view) } catch { throw OperationFailure(error) }
  }
}

extension Amount {
  /// The sum, in an operation: 128 bits hold the whole supply, so only crafted numbers overflow.
  func added(_ other: Amount) throws(OperationFailure) -> Amount {
    do { return try plus(other) } catch { throw .fault(error) }
  }
}
