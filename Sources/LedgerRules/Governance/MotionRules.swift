import LedgerCore
import LedgerState

// Motions (carbon rules, "Governance's limits"): ER Nodes decide, and what is decided waits. Those
// who pay the charges do not set them alone: registrars approve factors, and voters can veto what
// makes the chain's footprint cheaper, and appointments.

extension ExecutionContext {
  /// Brings a motion before the ER Nodes; refused where it could not be executed now.
  mutating func apply(_ operation: ProposeMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    guard try isEntitled(sender) else { throw .fault(.notEntitled) }
    guard operation.reason.isText(max: MotionLimits.reasonBytesMax) else {
      throw .fault(.invalidMotion)
    }
    let own = now.governance.open.count { $0.proposer == sender }
    guard now.governance.open.count < MotionLimits.openMax,
      own < MotionLimits.openPerProposerMax
    else { throw .fault(.tooManyMotions) }
    try check(operation.motion)
    let due = try time(after: parameters.governance.motionMilliseconds)
    let number = now.governance.motions
    now.governance.motions += 1
    now.governance.open.append(
      GovernanceBook.Open(number: number, proposer: sender, dueAt: due))
    let record = MotionRecord(
      operation.motion, reason: operation.reason, proposer: sender, at: header.timestamp,
      dueAt: due)
    view.set(MotionRecord.key(number), record.bcs)
  }

  /// Approves a motion, or takes an approval back; one that loses its quorum waits for it again.
  mutating func apply(_ operation: DecideMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    var record = try openMotion(operation.motion)
    let isMember = sets.current.index(of: sender) != nil
    let isAsked = record.motion.asksRegistrars && registrars.seats.contains(sender)
    guard isMember || isAsked else { throw .fault(.notAsked) }
    guard record.approvals.contains(sender) != operation.approves,
      record.approvals.count < RulesLimits.decisionsMax || !operation.approves
    else { throw .fault(.alreadyDecided) }
    if operation.approves {
      record.approvals.append(sender)
    } else {
      record.approvals.removeAll { $0 == sender }
    }
    let isApproved = hasQuorum(record)
    switch (record.standing, isApproved) {
    case (.pending, true):
      record.standing = .approved
      record.dueAt = try time(after: delay(of: record.motion))
    case (.approved, false):
      record.standing = .pending
      record.dueAt = try time(after: parameters.governance.motionMilliseconds)
    default: break
    }
    try put(record, operation.motion)
    if case .pause = record.motion, isApproved {
      do { try execute(operation.motion) } catch { throw .fatal(error) }
    }
  }

  /// The proposer takes a motion back.
  mutating func apply(_ operation: CancelMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    let record = try openMotion(operation.motion)
    guard record.proposer == sender else { throw .fault(.notProposer) }
    end(operation.motion, record, as: .cancelled)
  }

  /// Puts the sender's votes against a motion, or takes them back; with a third of all votes
  /// against it the motion is over.
  mutating func apply(_ operation: VetoMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    var record = try openMotion(operation.motion)
    guard canBeVetoed(record.motion) else { throw .fault(.noVeto) }
    let place = try voterSlot(sender)
    guard var voter = voters.entries[place].current, !voter.placed.isZero else {
      throw .fault(.votesInsufficient)
    }
    try dropVetoesOver(&voter)
    guard voter.vetoes.contains(operation.motion) != operation.isVeto,
      voter.vetoes.count < CandidateLimits.vetoesMax || !operation.isVeto
    else { throw .fault(.alreadyDecided) }
    if operation.isVeto {
      voter.vetoes.append(operation.motion)
      record.vetoes = try record.vetoes.added(voter.placed)
    } else {
      voter.vetoes.removeAll { $0 == operation.motion }
      record.vetoes = record.vetoes.saturatingSubtracting(voter.placed)
    }
    voters.set(place, voter)
    if isVetoed(record) {
      end(operation.motion, record, as: .vetoed)
    } else {
      view.set(MotionRecord.key(operation.motion), record.bcs)
    }
  }

  // MARK: In each block

  /// Executes motions whose time has come, and ends those that nobody approved in time.
  mutating func executeMotions() throws(ExecutionError) {
    let time = header.timestamp
    for open in now.governance.open where open.dueAt <= time { try execute(open.number) }
  }

  /// Executes a motion if it is approved and nothing speaks against it now.
  private mutating func execute(_ number: UInt64) throws(ExecutionError) {
    let record: MotionRecord
    do { record = try view.required(MotionRecord.key(number)) } catch { throw .record(error) }
    guard record.standing == .approved else { return end(number, record, as: .expired) }
    guard !canBeVetoed(record.motion) || !isVetoed(record) else {
      return end(number, record, as: .vetoed)
    }
    do throws(OperationFailure) {
      try check(record.motion)
      try carryOut(record.motion)
      end(number, record, as: .executed)
    } catch {
      if case .fatal(let error) = error { throw error }
      end(number, record, as: .failed)
    }
  }

  // MARK: Vetoes

  /// Follows a change of an account's votes in what it has put against motions.
  mutating func follow(_ voter: inout Voter, from before: Amount) throws(OperationFailure) {
    guard !voter.vetoes.isEmpty else { return }
    try dropVetoesOver(&voter)
    for number in voter.vetoes {
      var record = try openMotion(number)
      record.vetoes = try record.vetoes.saturatingSubtracting(before).added(voter.placed)
      view.set(MotionRecord.key(number), record.bcs)
    }
  }

  /// Forgets motions that are over.
  private mutating func dropVetoesOver(_ voter: inout Voter) throws(OperationFailure) {
    let open = now.governance.open
    voter.vetoes.removeAll { number in !open.contains { $0.number == number } }
  }

  private func isVetoed(_ record: MotionRecord) -> Bool {
    !record.vetoes.isZero && record.vetoes.baseUnits * 3 >= now.delegation.placed.baseUnits
  }

  // MARK: Details

  /// An ER Node, or one whose votes are a hundredth of all.
  private mutating func isEntitled(_ account: AccountID) throws(OperationFailure) -> Bool {
    if sets.current.index(of: account) != nil { return true }
    let place = try voterSlot(account)
    guard let voter = voters.entries[place].current, !voter.placed.isZero else { return false }
    return voter.placed.baseUnits * 100 >= now.delegation.placed.baseUnits
  }

  /// ⌊2n/3⌋ + 1 of the set, and where registrars are asked their threshold.
  private func hasQuorum(_ record: MotionRecord) -> Bool {
    let members = record.approvals.count { sets.current.index(of: $0) != nil }
    guard members >= sets.current.quorum else { return false }
    guard record.motion.asksRegistrars else { return true }
    let seated = record.approvals.count { registrars.seats.contains($0) }
    return seated >= Int(registrars.threshold)
  }

  private func delay(of motion: Motion) -> UInt64 {
    if case .pause = motion { return 0 }
    return canBeVetoed(motion)
      ? parameters.elections.termMilliseconds : parameters.governance.delayMilliseconds
  }

  /// Whether voters can veto a motion: cuts of margin, floors or weights, and appointments.
  private func canBeVetoed(_ motion: Motion) -> Bool {
    switch motion {
    case .appointRegistrars, .appointCustodian, .dismissCustodian: true
    default: motion.applied(to: parameters)?.isCut(of: parameters) ?? false
    }
  }

  private func time(after span: UInt64) throws(OperationFailure) -> UInt64 {
    let (time, overflow) = header.timestamp.addingReportingOverflow(span)
    guard !overflow else { throw .fault(.overflow) }
    return time
  }

  private mutating func openMotion(_ number: UInt64) throws(OperationFailure) -> MotionRecord {
    let record: MotionRecord?
    do { record = try view.find(MotionRecord.key(number)) } catch {
      throw OperationFailure(error)
    }
    guard let record else { throw .fault(.unknownMotion) }
    guard !record.standing.isOver else { throw .fault(.motionOver) }
    return record
  }

  private mutating func put(_ record: MotionRecord, _ number: UInt64) throws(OperationFailure) {
    view.set(MotionRecord.key(number), record.bcs)
    if let place = now.governance.open.firstIndex(where: { $0.number == number }) {
      now.governance.open[place].dueAt = record.dueAt
    }
  }

  private mutating func end(
    _ number: UInt64, _ record: MotionRecord, as standing: MotionRecord.Standing
  ) {
    var record = record
    record.standing = standing
    record.endedAt = height
    now.governance.open.removeAll { $0.number == number }
    view.set(MotionRecord.key(number), record.bcs)
  }
}

extension Motion {
  /// Whether registrars approve it, too.
  var asksRegistrars: Bool {
    if case .addFactor = self { true } else { false }
  }
}
