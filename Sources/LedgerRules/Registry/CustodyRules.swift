import LedgerCore
import LedgerState

extension ExecutionContext {
  /// A custodian attests again: its lots are not suspended until the next term ends.
  mutating func apply(_ operation: AttestCustody, of sender: AccountID)
    throws(OperationFailure)
  {
    guard var holder = try custodian(sender) else { throw .fault(.notCustodian) }
    let (until, overflow) = header.timestamp.addingReportingOverflow(
      parameters.registry.attestationMilliseconds)
    guard !overflow else { throw .fault(.overflow) }
    holder.attestedUntil = until
    holder.attestation = operation.document
    try put(holder, sender)
  }

  /// Adds to a custodian's bond.
  mutating func apply(_ operation: PostBond, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    guard !operation.amount.isZero else { throw .fault(.zeroAmount) }
    guard var holder = try custodian(sender) else { throw .fault(.notCustodian) }
    try take(operation.amount, of: .eco2, from: slot)
    do {
      holder.bond = try holder.bond.sum(operation.amount)
      now.book.bonds = try now.book.bonds.sum(operation.amount)
    } catch { throw .fatal(error) }
    try put(holder, sender)
  }

  /// Moves a custodian's own lots into its buffer, or out of it while enough is left.
  mutating func apply(_ operation: SetBuffer, of sender: AccountID) throws(OperationFailure) {
    guard try custodian(sender) != nil else { throw .fault(.notCustodian) }
    let lot = operation.range.lot
    let record = try record(ofLot: lot)
    guard record.owner == sender, record.custodian == sender else {
      throw .fault(.notOwner, subject: .lot(lot))
    }
    guard record.state == (operation.isBuffer ? .tradable : .buffer) else {
      throw .fault(.lotNotTradable, subject: .lot(lot))
    }
    try move(try cut(operation.range), to: operation.isBuffer ? .buffer : .tradable)
    if !operation.isBuffer, let holder = try custodian(sender) {
      try checkCustodian(holder)
    }
  }

  /// The custodian of retired credits tells that their source shows it too.
  mutating func apply(_ operation: ConfirmRetirement, of sender: AccountID)
    throws(OperationFailure)
  {
    let slot: Int
    do { slot = try retirements.slot(of: operation.retirement, in: &view) } catch {
      throw OperationFailure(error)
    }
    guard var retirement = retirements.entries[slot].current else {
      throw .fault(.unknownRetirement, subject: .retirement(operation.retirement))
    }
    guard try record(ofLot: retirement.lot).custodian == sender else {
      throw .fault(.notCustodian, subject: .lot(retirement.lot))
    }
    guard retirement.mirror == nil else {
      throw .fault(.alreadyConfirmed, subject: .retirement(operation.retirement))
    }
    guard !operation.reference.isEmpty, let date = CivilDate(yyyymmdd: operation.date),
      date <= today
    else { throw .fault(.invalidDate) }
    retirement.mirror = Retirement.Mirror(
      reference: operation.reference, date: operation.date, height: height)
    retirements.set(slot, retirement)
  }
}
