import LedgerCore

@testable import LedgerRules

// A block, and each operation by name.

extension RegistryModel {
  /// Executes a block; returns what becomes of each transaction. What they cost is the receipts'
  /// word: prices have a model of their own.
  mutating func run(
    _ transactions: [Transaction], costs: [(charge: UInt128, fee: UInt128)], author: AccountID,
    height: UInt64, at now: UInt64
  ) throws(Refusal) -> [Receipt.Outcome] {
    carbon.takeDues(now - time)
    time = now
    carbon.openBid(at: now)
    expire()
    try call()
    var outcomes: [Receipt.Outcome] = transactions.map { reserve($0.body) }
    var charges: UInt128 = 0
    for (index, transaction) in transactions.enumerated() where outcomes[index] == .applied {
      let body = transaction.body
      outcomes[index] = apply(body)
      let cost = costs[index]
      carbon.give(body.chargeMax.baseUnits - cost.charge, .ecc, to: body.sender)
      carbon.give(body.feeMax.baseUnits - cost.fee, .eco2, to: body.sender)
      carbon.fundECO2 += cost.fee
      charges += cost.charge
    }
    carbon.consumed += charges
    try retireTonnes()
    carbon.reward(author, at: height)
    return outcomes
  }

  private mutating func reserve(_ body: TransactionBody) -> Receipt.Outcome {
    let (ecc, eco2) = (carbon.ecc[body.sender] ?? 0, carbon.eco2[body.sender] ?? 0)
    if ecc < body.chargeMax.baseUnits { return .skipped(.chargeUnpayable) }
    if eco2 < body.feeMax.baseUnits { return .skipped(.feeUnpayable) }
    carbon.ecc[body.sender] = ecc - body.chargeMax.baseUnits
    carbon.eco2[body.sender] = eco2 - body.feeMax.baseUnits
    return .applied
  }

  private mutating func apply(_ body: TransactionBody) -> Receipt.Outcome {
    let before = self
    for (index, operation) in body.operations.enumerated() {
      do throws(Refusal) { try apply(operation, of: body.sender) } catch {
        // What the transaction has made goes again.
        let made = UInt64(before.count(error.kind))..<UInt64(count(error.kind))
        self = before
        return .failed(
          operation: UInt8(index), error.fault,
          subject: error.subject.flatMap { made.contains($0) ? nil : $0 })
      }
    }
    return .applied
  }

  private func count(_ kind: Refusal.Kind) -> Int {
    switch kind {
    case .lot: issuanceOfLot.count
    case .request: requests.count
    case .retirement: retired.count
    case .obligation: owed.count
    }
  }

  private mutating func apply(_ operation: LedgerCore.Operation, of sender: AccountID)
    throws(Refusal)
  {
    switch operation {
    case .fileRequest(let operation): try file(operation, of: sender)
    case .decideRequest(let operation): try decide(operation, of: sender)
    case .withdrawRequest(let operation): try withdraw(operation.request, of: sender)
    case .attestCustody:
      if holders[sender] == nil { throw Refusal(.notCustodian) }
      holders[sender]?.attestedUntil = time + parameters.registry.attestationMilliseconds
    case .postBond(let operation):
      if operation.amount.isZero { throw Refusal(.zeroAmount) }
      if holders[sender] == nil { throw Refusal(.notCustodian) }
      try carbon.take(operation.amount.baseUnits, .eco2, from: sender)
      holders[sender]?.bond += operation.amount.baseUnits
    case .setBuffer(let operation): try setBuffer(operation, of: sender)
    case .replaceCredits(let operation): try replace(operation, of: sender)
    case .confirmRetirement(let operation): try confirm(operation, of: sender)
    case .transferLot(let operation):
      if operation.recipient == sender { throw Refusal(.selfTransfer) }
      let lot = try take(operation.range, of: sender)
      change(lot) { $0.owner = operation.recipient }
    case .splitLot(let operation):
      let place = try place(operation.lot)
      if place.first.owner != sender { throw Refusal(.notOwner, operation.lot) }
      if place.first.state != .tradable { throw Refusal(.lotNotTradable, operation.lot) }
      _ = try split(operation.lot, at: operation.at)
    case .depositLot(let operation): try deposit(operation, of: sender)
    case .retireLot(let operation): try retire(take(operation.range, of: sender))
    case .cancelLot(let operation): move(try take(operation.range, of: sender), to: .cancelled)
    case .withdrawReserve(let operation):
      try carbon.withdraw(operation.amount.baseUnits, of: sender, at: time)
    case .collectReserve: try carbon.collect(of: sender, at: time)
    case .sellToFund(let operation): try carbon.sell(operation, of: sender, at: time)
    case .topUpReserve(let operation): try carbon.topUp(operation, of: sender)
    case .transfer(let transfer):
      if transfer.amount.isZero { throw Refusal(.zeroAmount) }
      if transfer.recipient == sender { throw Refusal(.selfTransfer) }
      try carbon.take(transfer.amount.baseUnits, transfer.token, from: sender)
      carbon.give(transfer.amount.baseUnits, transfer.token, to: transfer.recipient)
    default: throw Refusal(.malformed)
    }
  }

  private mutating func deposit(_ operation: DepositLot, of sender: AccountID) throws(Refusal) {
    let lot = try take(operation.range, of: sender)
    try checkEligibility(lot, as: operation.range.lot)
    let place = try place(lot)
    if openObligations(place.first.custodian) > 0 {
      throw Refusal(.depositsStopped, operation.range.lot)
    }
    move(lot, to: .inReserve)
    carbon.give(amount(place.count, issued[place.issuance].unit), .ecc, to: sender)
  }

  private mutating func setBuffer(_ operation: SetBuffer, of sender: AccountID) throws(Refusal) {
    if holders[sender] == nil { throw Refusal(.notCustodian) }
    let first = try place(operation.range.lot).first
    if first.owner != sender || first.custodian != sender {
      throw Refusal(.notOwner, operation.range.lot)
    }
    if first.state != (operation.isBuffer ? .tradable : .buffer) {
      throw Refusal(.lotNotTradable, operation.range.lot)
    }
    move(try cut(operation.range), to: operation.isBuffer ? .buffer : .tradable)
    if !operation.isBuffer { try checkHolder(sender) }
  }

  private mutating func confirm(_ operation: ConfirmRetirement, of sender: AccountID)
    throws(Refusal)
  {
    let number = operation.retirement
    if number >= UInt64(retired.count) {
      throw Refusal(.unknownRetirement, number, of: .retirement)
    }
    let lot = retired[Int(number)].lot
    if try place(lot).first.custodian != sender { throw Refusal(.notCustodian, lot) }
    if retired[Int(number)].isConfirmed {
      throw Refusal(.alreadyConfirmed, number, of: .retirement)
    }
    guard !operation.reference.isEmpty, let date = CivilDate(yyyymmdd: operation.date),
      date <= CivilDate(milliseconds: time)
    else { throw Refusal(.invalidDate) }
    retired[Int(number)].isConfirmed = true
  }

  /// Lots in the reserve, in the order in which the pool retires them.
  private func nextForThePool() -> Place? {
    func order(_ issuance: Issued) -> [[UInt8]] {
      let vintage = [issuance.range.vintageTo, issuance.range.vintageFrom].map { "\($0)" }
      let texts = [issuance.project.registry, issuance.project.id, issuance.range.serialBlock]
      return (vintage + texts).map { Array($0.utf8) }
    }
    var first: (order: [[UInt8]], place: Place)?
    for (number, issuance) in issued.enumerated() {
      guard let index = issuance.serials.firstIndex(where: { $0.state == .inReserve }),
        let place = try? place(issuance.serials[index].lot), place.issuance == number
      else { continue }
      let mine = order(issuance)
      if let best = first {
        let other = best.order
        let differs = mine.indices.first { mine[$0] != other[$0] }
        let isLess =
          differs.map { mine[$0].lexicographicallyPrecedes(other[$0]) }
          ?? (place.start < best.place.start)
        if !isLess { continue }
      }
      first = (mine, place)
    }
    return first?.place
  }

  private mutating func retireTonnes() throws(Refusal) {
    let full = UInt64(carbon.consumed / Supply.microgramsPerTonne)
    var lots = 0
    while carbon.tonnesRetired < full, lots < 1_000, let place = nextForThePool() {
      let unit = issued[place.issuance].unit.perTonne
      let tonnes = min(full - carbon.tonnesRetired, place.count / unit)
      let range = LotRange(
        lot: place.first.lot, start: place.start, end: place.start + tonnes * unit - 1)
      try retire(cut(range))
      carbon.tonnesRetired += tonnes
      lots += 1
    }
  }
}
