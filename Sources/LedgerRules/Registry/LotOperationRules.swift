import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Cuts a range out of a tradable lot of an account: returns the number of the lot that holds
  /// exactly these serials. Lots of a custodian that has not attested in time are suspended.
  mutating func take(_ range: LotRange, of owner: AccountID) throws(OperationFailure) -> UInt64 {
    let record = try record(ofLot: range.lot)
    guard record.owner == owner else { throw .fault(.notOwner, subject: .lot(range.lot)) }
    guard record.state == .tradable else { throw .fault(.lotNotTradable, subject: .lot(range.lot)) }
    guard record.state(at: header.timestamp, custodian: try custodian(of: record)) == .tradable
    else { throw .fault(.custodyLapsed, subject: .lot(range.lot)) }
    return try cut(range)
  }

  /// Moves a lot, or a part of it, to another account.
  mutating func apply(_ operation: TransferLot, of sender: AccountID) throws(OperationFailure) {
    guard operation.recipient != sender else { throw .fault(.selfTransfer) }
    let number = try take(operation.range, of: sender)
    var record = try record(ofLot: number)
    record.owner = operation.recipient
    try put(record, number)
  }

  /// Makes two lots of one.
  mutating func apply(_ operation: SplitLot, of sender: AccountID) throws(OperationFailure) {
    let record = try record(ofLot: operation.lot)
    guard record.owner == sender else { throw .fault(.notOwner, subject: .lot(operation.lot)) }
    guard record.state == .tradable else {
      throw .fault(.lotNotTradable, subject: .lot(operation.lot))
    }
    try split(operation.lot, at: operation.at)
  }

  /// Puts a lot into the reserve; its owner receives as much ECC (carbon rules, "Tokens").
  mutating func apply(_ operation: DepositLot, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    let number = try take(operation.range, of: sender)
    let record = try record(ofLot: number)
    try checkEligibility(record, operation.range.lot)
    guard try custodian(of: record).openObligations == 0 else {
      throw .fault(.depositsStopped, subject: .lot(operation.range.lot))
    }
    let amount = record.amount
    try move(number, to: .inReserve)
    guard var account = accounts.entries[slot].current else {
      throw .fault(.insufficientBalance)
    }
    do { account.ecc = try account.ecc.plus(amount) } catch { throw .fault(error) }
    accounts.set(slot, account)
  }

  /// Reserve eligibility (carbon rules, "Global Carbon Registry"): whole tonnes of a listed
  /// registry and product, whose vintage ended at most so many years ago. A fault names `number`.
  mutating func checkEligibility(_ record: Lot, _ number: UInt64) throws(OperationFailure) {
    guard record.count.isMultiple(of: record.unit.perTonne) else {
      throw .fault(.notWholeTonnes, subject: .lot(number))
    }
    guard isEligible(try issuance(record.issuance)) else {
      throw .fault(.notEligible, subject: .lot(number))
    }
  }

  /// Whether credits of an issuance may enter the reserve now.
  func isEligible(_ issuance: Issuance) -> Bool {
    guard
      parameters.reserveRegistries.contains(where: {
        $0.utf8.elementsEqual(issuance.registry.utf8)
      }), parameters.reserveProducts.contains(issuance.range.product),
      let to = CivilDate(yyyymmdd: issuance.range.vintageTo)
    else { return false }
    return to <= today && to.adding(months: 12 * Int(parameters.vintageYearsMax)) >= today
  }

  /// Retires a lot for good, for a beneficiary or the holder itself.
  mutating func apply(_ operation: RetireLot, of sender: AccountID) throws(OperationFailure) {
    let claim = operation.claim
    if claim.periodFrom != 0 || claim.periodTo != 0 {
      guard let from = CivilDate(yyyymmdd: claim.periodFrom),
        let to = CivilDate(yyyymmdd: claim.periodTo), from <= to
      else { throw .fault(.invalidDate) }
    }
    let number = try take(operation.range, of: sender)
    try retire(number, .holder(sender, claim))
  }

  /// Retires a whole lot and writes the retirement's record.
  mutating func retire(_ number: UInt64, _ purpose: Retirement.Purpose)
    throws(OperationFailure)
  {
    let record = try record(ofLot: number)
    let retirement = Retirement(
      height: height, lot: number, start: record.start, end: record.end, purpose: purpose)
    let place = now.book.retirements
    now.book.retirements += 1
    retirements.make(place, retirement)
    try move(number, to: .retired, reference: place)
  }

  /// Gives a lot up for good.
  mutating func apply(_ operation: CancelLot, of sender: AccountID) throws(OperationFailure) {
    try move(try take(operation.range, of: sender), to: .cancelled)
  }

  /// The UTC day of this block.
  var today: CivilDate { CivilDate(milliseconds: header.timestamp) }
}
