import LedgerCore
import LedgerState

// Motions (carbon rules, "Governance's limits"): ER Nodes decide, and what is decided waits. Those
// who pay the charges do not set them alone: registrars approve factors, and voters can veto what
// makes the chain's footprint cheaper, who is elected and how, and appointments.

extension ExecutionContext {
  /// Brings a motion before the ER Nodes; refused where it could not be executed now.
  mutating func apply(_ operation: ProposeMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    let isMember = sets.current.index(of: sender) != nil
    let isEntitled = isMember ? true : try hasHundredth(sender)
    guard isEntitled else { throw .fault(.notEntitled) }
    guard operation.reason.isText(max: MotionLimits.reasonBytesMax) else {
      throw .fault(.invalidMotion)
    }
    let isUrgent = isMember && operation.motion.isPause
    guard hasRoom(for: sender, isMember: isMember, isUrgent: isUrgent) else {
      throw .fault(.tooManyMotions)
    }
    try check(operation.motion)
    let due = try time(after: parameters.governance.motionMilliseconds)
    let number = now.governance.motions
    now.governance.motions += 1
    now.governance.open.append(
      GovernanceBook.Open(number: number, proposer: sender, dueAt: due, isUrgent: isUrgent))
    let record = MotionRecord(
      operation.motion, reason: operation.reason, proposer: sender, at: header.timestamp,
      dueAt: due)
    view.set(MotionRecord.key(number), record.bcs)
  }

  /// Approves a motion, or takes an approval back: then one that loses its quorum waits for it
  /// again.
  mutating func apply(_ operation: DecideMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    var record = try openMotion(operation.motion)
    guard try isAsked(sender, about: record.motion) else { throw .fault(.notAsked) }
    guard record.approvals.contains(sender) != operation.approves else {
      throw .fault(.alreadyDecided)
    }
    if operation.approves {
      if record.approvals.count >= RulesLimits.decisionsMax { try dropWordsOfOthers(&record) }
      record.approvals.append(sender)
    } else {
      record.approvals.removeAll { $0 == sender }
    }
    let isApproved = try hasQuorum(record)
    switch record.standing {
    case .pending where isApproved:
      record.standing = .approved
      record.approvedAt = header.timestamp
      record.dueAt = try time(after: delay(of: record.motion))
    case .approved where !isApproved && !operation.approves: try wait(&record)
    default: break
    }
    put(record, operation.motion)
    if record.motion.isPause, isApproved {
      do { try execute(operation.motion) } catch { throw .fatal(error) }
    }
  }

  /// The proposer takes a motion back.
  mutating func apply(_ operation: CancelMotion, of sender: AccountID)
    throws(OperationFailure)
  {
    let record = try openMotion(operation.motion)
    guard record.proposer == sender else { throw .fault(.notProposer) }
    try end(operation.motion, record, as: .cancelled)
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
    do throws(OperationFailure) {
      try execute(number, record)
    } catch {
      if case .fatal(let error) = error { throw error }
      do { try end(number, record, as: .failed) } catch { throw error.ofBlock }
    }
  }

  private mutating func execute(_ number: UInt64, _ record: MotionRecord)
    throws(OperationFailure)
  {
    guard record.standing == .approved else { return try end(number, record, as: .expired) }
    var record = record
    // An approval counts while its signer has a seat: a set that is gone binds nobody.
    guard try hasQuorum(record) else {
      try wait(&record)
      return put(record, number)
    }
    if canBeVetoed(record.motion) {
      guard try !isVetoed(number) else { return try end(number, record, as: .vetoed) }
      // It may have become a cut since it was approved.
      let (least, overflow) = record.approvedAt.addingReportingOverflow(
        parameters.elections.termMilliseconds)
      guard !overflow else { throw .fault(.overflow) }
      guard least <= header.timestamp else {
        record.dueAt = least
        return put(record, number)
      }
    }
    try check(record.motion)
    try carryOut(record.motion)
    try end(number, record, as: .executed)
  }

  // MARK: Details

  /// Whether an account's votes are a hundredth of all that count.
  private mutating func hasHundredth(_ account: AccountID) throws(OperationFailure) -> Bool {
    let place = try voterSlot(account)
    guard let voter = voters.entries[place].current else { return false }
    return voter.placed.baseUnits * 100 >= votesCounted
  }

  /// Whether one more motion of an account may be open. Voters have half of the places at most; a
  /// pause that an ER Node asks for needs none.
  private func hasRoom(for sender: AccountID, isMember: Bool, isUrgent: Bool) -> Bool {
    let open = now.governance.open
    if isUrgent {
      let urgent = open.filter(\.isUrgent)
      return urgent.count < MotionLimits.pausesOpenMax
        && !urgent.contains { $0.proposer == sender }
    }
    let placed = open.filter { !$0.isUrgent }
    guard placed.count < MotionLimits.openMax,
      placed.count(where: { $0.proposer == sender }) < MotionLimits.openPerProposerMax
    else { return false }
    let ofVoters = placed.count { sets.current.index(of: $0.proposer) == nil }
    return isMember || ofVoters < MotionLimits.openMax / 2
  }

  /// Registrars in office now; those that this block has appointed, too.
  mutating func registrarsNow() throws(OperationFailure) -> Registrars {
    do { return try view.single() } catch { throw OperationFailure(error) }
  }

  private mutating func isAsked(_ account: AccountID, about motion: Motion)
    throws(OperationFailure) -> Bool
  {
    if sets.current.index(of: account) != nil { return true }
    guard motion.asksRegistrars else { return false }
    return try counts(account, among: try registrarsNow())
  }

  /// Whether an account's word is one of a registrar: neither ER Nodes nor custodians judge
  /// themselves (carbon rules, "Global Carbon Registry").
  private mutating func counts(_ account: AccountID, among registrars: Registrars)
    throws(OperationFailure) -> Bool
  {
    guard registrars.seats.contains(account), sets.current.index(of: account) == nil else {
      return false
    }
    return try custodian(account) == nil
  }

  /// ⌊2n/3⌋ + 1 of the set that decides this block, and where registrars are asked their threshold.
  private mutating func hasQuorum(_ record: MotionRecord) throws(OperationFailure) -> Bool {
    let members = record.approvals.count { sets.current.index(of: $0) != nil }
    guard members >= sets.current.quorum else { return false }
    guard record.motion.asksRegistrars else { return true }
    let registrars = try registrarsNow()
    var seated = 0
    for account in record.approvals where try counts(account, among: registrars) { seated += 1 }
    return seated >= max(1, Int(registrars.threshold))
  }

  /// Forgets approvals that count no more.
  private mutating func dropWordsOfOthers(_ record: inout MotionRecord) throws(OperationFailure) {
    var kept: [AccountID] = []
    for account in record.approvals where try isAsked(account, about: record.motion) {
      kept.append(account)
    }
    record.approvals = kept
  }

  /// A motion waits for its quorum, anew.
  private func wait(_ record: inout MotionRecord) throws(OperationFailure) {
    record.standing = .pending
    record.approvedAt = 0
    record.dueAt = try time(after: parameters.governance.motionMilliseconds)
  }

  private func delay(of motion: Motion) -> UInt64 {
    if motion.isPause { return 0 }
    return canBeVetoed(motion)
      ? parameters.elections.termMilliseconds : parameters.governance.delayMilliseconds
  }

  private func time(after span: UInt64) throws(OperationFailure) -> UInt64 {
    let (time, overflow) = header.timestamp.addingReportingOverflow(span)
    guard !overflow else { throw .fault(.overflow) }
    return time
  }

  mutating func openMotion(_ number: UInt64) throws(OperationFailure) -> MotionRecord {
    let record: MotionRecord?
    do { record = try view.find(MotionRecord.key(number)) } catch {
      throw OperationFailure(error)
    }
    guard let record else { throw .fault(.unknownMotion) }
    guard !record.standing.isOver else { throw .fault(.motionOver) }
    return record
  }

  private mutating func put(_ record: MotionRecord, _ number: UInt64) {
    view.set(MotionRecord.key(number), record.bcs)
    if let place = now.governance.open.firstIndex(where: { $0.number == number }) {
      now.governance.open[place].dueAt = record.dueAt
    }
  }

  mutating func end(
    _ number: UInt64, _ record: MotionRecord, as standing: MotionRecord.Standing
  ) throws(OperationFailure) {
    var record = record
    record.standing = standing
    record.endedAt = height
    record.vetoes = try votes(against: number)
    if !record.vetoes.isZero { view.remove(MotionVetoes.key(number)) }
    now.governance.open.removeAll { $0.number == number }
    view.set(MotionRecord.key(number), record.bcs)
  }
}

extension Motion {
  /// Whether registrars approve it, too.
  var asksRegistrars: Bool {
    if case .addFactor = self { true } else { false }
  }

  /// Whether it is an emergency pause: executed as soon as it is approved.
  var isPause: Bool {
    if case .pause = self { true } else { false }
  }
}
