import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Files a request: what it could not be approved for now is refused at once. A pending request
  /// blocks nobody; approval checks everything again.
  mutating func apply(_ operation: FileRequest, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    let number = now.book.requests
    try checkFiler(sender, of: operation.request)
    if case .export = operation.request {
    } else {
      let before = savepoint
      try carryOut(
        operation.request, number: number, filer: sender, lotsMax: operation.lotsMax)
      rollback(to: before)
    }
    try take(parameters.registry.requestDeposit, of: .eco2, from: slot)
    let (expiresAt, overflow) = header.timestamp.addingReportingOverflow(
      parameters.registry.requestMilliseconds)
    guard !overflow else { throw .fault(.overflow) }
    do {
      now.book.deposits = try now.book.deposits.sum(parameters.registry.requestDeposit)
    } catch { throw .fatal(error) }
    now.book.requests += 1
    var filing = operation
    if case .export(let range) = operation.request {
      // Locked until the request ends: the request names the part that was cut out.
      let lot = try take(range, of: sender)
      try move(lot, to: .exporting, reference: number)
      filing = FileRequest(
        request: .export(LotRange(lot: lot, start: range.start, end: range.end)),
        proof: operation.proof, lotsMax: operation.lotsMax)
    }
    let record = RequestRecord(
      filing, filer: sender, filedAt: header.timestamp, expiresAt: expiresAt,
      deposit: parameters.registry.requestDeposit)
    requests.make(number, record)
  }

  /// Who may file what.
  private mutating func checkFiler(_ sender: AccountID, of request: CreditRequest)
    throws(OperationFailure)
  {
    switch request {
    case .export: break
    case .onboard, .declare, .amend:
      guard try custodian(sender) != nil else { throw .fault(.notCustodian) }
    case .invalidate:
      if try custodian(sender) != nil { break }
      guard registrars.seats.contains(sender) else { throw .fault(.notCustodian) }
    case .addRegistry:
      guard registrars.seats.contains(sender) else { throw .fault(.notRegistrar) }
    }
  }

  /// A registrar's word. The one that completes the threshold carries the request out; when that
  /// is not possible now, the word is not counted and the request stays.
  mutating func apply(_ operation: DecideRequest, of sender: AccountID)
    throws(OperationFailure)
  {
    let number = operation.request
    var record = try pendingRequest(number)
    guard header.timestamp < record.expiresAt else {
      throw .fault(.requestClosed, subject: .request(number))
    }
    // Neither ER Nodes, custodians nor filers (carbon rules, "Global Carbon Registry").
    guard registrars.seats.contains(sender),
      !sets.current.members.contains(where: { $0.account == sender }),
      try custodian(sender) == nil
    else { throw .fault(.notRegistrar) }
    guard sender != record.filer else { throw .fault(.ownRequest, subject: .request(number)) }
    // Also a word that does not carry it out reads and writes the whole request.
    guard operation.lotsMax >= record.lotsMax else { throw .fault(.lotsAboveMaximum) }
    guard !record.approvals.contains(sender), !record.rejections.contains(sender),
      record.approvals.count + record.rejections.count < RulesLimits.decisionsMax
    else { throw .fault(.alreadyDecided, subject: .request(number)) }
    if operation.approves {
      record.approvals.append(sender)
      if seated(record.approvals) >= Int(registrars.threshold) {
        try carryOut(
          record.request, number: number, filer: record.filer, lotsMax: operation.lotsMax)
        return try end(number, record, as: .approved)
      }
    } else {
      record.rejections.append(sender)
      let left = registrars.seats.count {
        $0 != record.filer && !record.rejections.contains($0)
      }
      if left < Int(registrars.threshold) {
        return try end(number, record, as: .rejected)
      }
    }
    try put(record, number)
  }

  /// Changes a request.
  private mutating func put(_ record: RequestRecord, _ number: UInt64)
    throws(OperationFailure)
  {
    do { try requests.put(number, record, in: &view) } catch { throw OperationFailure(error) }
  }

  /// How many of these hold a seat now: a word counts while its signer does.
  private func seated(_ accounts: [AccountID]) -> Int {
    accounts.count { registrars.seats.contains($0) }
  }

  /// Ends an export whose credits turn out to be invalid: it can no longer be approved.
  mutating func rejectExport(_ number: UInt64) throws(OperationFailure) {
    try end(number, try pendingExport(number), as: .rejected)
  }

  /// The request that locks a lot; it may have run out and not have been ended yet.
  private mutating func pendingExport(_ number: UInt64) throws(OperationFailure)
    -> RequestRecord
  {
    do { return try request(number) } catch { throw OperationFailure(error) }
  }

  /// A request that must exist.
  private mutating func request(_ number: UInt64) throws(RecordError) -> RequestRecord {
    guard let record = try requests.record(of: number, in: &view) else {
      throw .missing(key: RequestRecord.key(number))
    }
    return record
  }

  /// Takes a request back.
  mutating func apply(_ operation: WithdrawRequest, of sender: AccountID)
    throws(OperationFailure)
  {
    let record = try pendingRequest(operation.request)
    guard record.filer == sender else {
      throw .fault(.notOwner, subject: .request(operation.request))
    }
    try end(operation.request, record, as: .withdrawn)
  }

  /// A request that has not ended: its filer can take it back, also when its time is over and no
  /// block has ended it yet.
  private mutating func pendingRequest(_ number: UInt64) throws(OperationFailure)
    -> RequestRecord
  {
    let record: RequestRecord?
    do { record = try requests.record(of: number, in: &view) } catch {
      throw OperationFailure(error)
    }
    guard let record else { throw .fault(.unknownRequest, subject: .request(number)) }
    guard record.standing == .pending else {
      throw .fault(.requestClosed, subject: .request(number))
    }
    return record
  }

  /// Ends a request: what was locked comes back on every path but the one that is meant.
  private mutating func end(
    _ number: UInt64, _ record: RequestRecord, as standing: RequestRecord.Standing
  ) throws(OperationFailure) {
    var record = record
    record.standing = standing
    record.endedAt = height
    try put(record, number)
    do {
      now.book.deposits = try now.book.deposits.less(record.deposit)
      try pay(record.deposit, to: record.filer)
    } catch { throw .fatal(error) }
    if case .export(let range) = record.request, standing != .approved {
      try move(range.lot, to: .tradable)
    }
  }

  /// Ends the requests whose time is over, oldest first, at most `RulesLimits.expiriesPerBlockMax`
  /// of them; the others cannot be decided on meanwhile.
  mutating func expireRequests() throws(ExecutionError) {
    var looked = 0
    while now.book.firstOpenRequest < now.book.requests,
      looked < RulesLimits.expiriesPerBlockMax
    {
      guard try hasEnded(now.book.firstOpenRequest) else { break }
      now.book.firstOpenRequest += 1
      looked += 1
    }
    guard looked < RulesLimits.expiriesPerBlockMax else { return }
    for number in beyond(now.book.firstOpenRequest, of: now.book.requests) {
      _ = try hasEnded(number)
    }
  }

  /// Whether a request is over, if need be by its time now.
  private mutating func hasEnded(_ number: UInt64) throws(ExecutionError) -> Bool {
    let record: RequestRecord
    do { record = try request(number) } catch { throw .record(error) }
    guard record.standing == .pending else { return true }
    guard header.timestamp >= record.expiresAt else { return false }
    do throws(OperationFailure) { try end(number, record, as: .expired) } catch {
      throw error.ofBlock
    }
    return true
  }

  /// Numbers behind the oldest that is open, which have run out before it where their time has been
  /// shortened since: of the next `RulesLimits.lookedBeyondMax` a few each block, in turn.
  func beyond(_ first: UInt64, of count: UInt64) -> Range<UInt64> {
    let parts = RulesLimits.lookedBeyondMax / RulesLimits.lookedBeyondPerBlock
    let offset = 1 + height % parts * RulesLimits.lookedBeyondPerBlock
    guard count > first, count - first > offset else { return 0..<0 }
    let from = first + offset
    return from..<from + min(RulesLimits.lookedBeyondPerBlock, count - from)
  }

  /// Does what a request asks for; throws why it cannot be.
  ///
  /// - Parameter lotsMax: how many lots the operation is charged for.
  private mutating func carryOut(
    _ request: CreditRequest, number: UInt64, filer: AccountID, lotsMax: UInt16
  ) throws(OperationFailure) {
    lotsLeft = Int(lotsMax)
    switch request {
    case .onboard(let onboarding): try onboard(onboarding, by: filer, request: number)
    case .export(let range): try move(range.lot, to: .exported, reference: number)
    case .invalidate(let range): try invalidate(range, by: filer)
    case .declare(let declaration): try declare(declaration, by: filer)
    case .amend(let project): try amend(project)
    case .addRegistry(let registry): try add(registry)
    }
  }
}

extension ExecutionContext {
  /// Counts lots that a request is about to make or change, so that none is left unpaid.
  mutating func use(lots count: Int) throws(OperationFailure) {
    guard count <= lotsLeft else { throw .fault(.lotsAboveMaximum) }
    lotsLeft -= count
  }
}

extension OperationFailure {
  /// The same in a place where no transaction can be at fault: the state is not what the rules
  /// wrote.
  var ofBlock: ExecutionError {
    switch self {
    case .fatal(let error): error
    case .fault(let fault, _): .unexpected(fault)
    }
  }
}
