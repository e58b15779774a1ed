import LedgerCore
import LedgerState

// Reversal or invalidation at the source (carbon rules, "Global Carbon Registry"): the lot is
// marked and obliges its custodian, who replaces it in time; else its buffer does, else its bond
// goes to the fund, which then owes what is left.

extension ExecutionContext {
  /// Marks a range as invalidated at its source.
  mutating func invalidate(_ range: LotRange, by filer: AccountID) throws(OperationFailure) {
    let before = try record(ofLot: range.lot)
    guard before.custodian == filer || registrars.seats.contains(filer) else {
      throw .fault(.notCustodian, subject: range.lot)
    }
    let purpose: Obligation.Purpose?
    switch before.state {
    case .inReserve: purpose = .reserve
    case .retired where !before.isReversed: purpose = .retirement
    case .tradable, .escrowed, .suspended, .exporting:
      purpose = before.owner == before.custodian ? nil : .owner(before.owner)
    case .buffer: purpose = nil
    case .retired, .exported, .cancelled, .invalidated:
      throw .fault(.lotNotTradable, subject: range.lot)
    }
    // A request to export the lot is open: it has to end first.
    guard before.state != .exporting else { throw .fault(.lotNotTradable, subject: range.lot) }
    if before.state == .inReserve { try checkWholeTonnes(range, before) }
    let number = try cut(range)
    let record = try record(ofLot: number)
    let amount = amount(record.count, try issuance(record.issuance).unit)
    let obligation = purpose == nil ? nil : now.book.obligations
    if before.state == .retired {
      var marked = record
      marked.isReversed = true
      try put(marked, number)
    } else {
      try move(number, to: .invalidated, reference: obligation)
    }
    if let purpose { try oblige(record.custodian, number, purpose, amount) }
  }

  /// Part of a lot in the reserve leaves whole tonnes on both sides.
  private mutating func checkWholeTonnes(_ range: LotRange, _ record: Lot)
    throws(OperationFailure)
  {
    let unit = try issuance(record.issuance).unit.perTonne
    guard range.start >= record.start, range.end >= range.start,
      (range.start - record.start).isMultiple(of: unit),
      (range.end - range.start + 1).isMultiple(of: unit)
    else { throw .fault(.notWholeTonnes, subject: range.lot) }
  }

  private mutating func oblige(
    _ account: AccountID, _ lot: UInt64, _ purpose: Obligation.Purpose, _ amount: Amount
  ) throws(OperationFailure) {
    let (dueBy, overflow) = header.timestamp.addingReportingOverflow(
      parameters.registry.obligationMilliseconds)
    guard !overflow else { throw .fault(.overflow) }
    let number = now.book.obligations
    now.book.obligations += 1
    view.set(
      Obligation.key(number),
      Obligation(lot: lot, custodian: account, purpose: purpose, amount: amount, dueBy: dueBy).bcs)
    if purpose == .reserve {
      do { now.reserve.obligations = try now.reserve.obligations.sum(amount) } catch {
        throw .fatal(error)
      }
    }
    if var holder = try custodian(account) {
      holder.openObligations += 1
      try put(holder, account)
    }
  }
}

extension ExecutionContext {
  /// A custodian meets its obligation with credits of its own.
  mutating func apply(_ operation: ReplaceCredits, of sender: AccountID)
    throws(OperationFailure)
  {
    let number = operation.obligation
    let obligation = try self.obligation(number)
    guard let obligation, obligation.custodian == sender else {
      throw .fault(.unknownObligation, subject: number)
    }
    guard !obligation.isClosed else { throw .fault(.obligationMet, subject: number) }
    let lot = try take(operation.range, of: sender)
    if obligation.purpose == .reserve {
      try checkEligibility(try record(ofLot: lot), lot)
    }
    try meet(number, with: lot)
  }

  private mutating func obligation(_ number: UInt64) throws(OperationFailure) -> Obligation? {
    do { return try view.find(Obligation.key(number)) } catch { throw OperationFailure(error) }
  }

  /// Meets an obligation, or a part of it, with a whole lot of its custodian.
  private mutating func meet(_ number: UInt64, with lot: UInt64) throws(OperationFailure) {
    guard var obligation = try obligation(number) else {
      throw .fault(.unknownObligation, subject: number)
    }
    var record = try record(ofLot: lot)
    let amount = amount(record.count, try issuance(record.issuance).unit)
    guard amount <= obligation.open else { throw .fault(.obligationMet, subject: number) }
    switch obligation.purpose {
    case .reserve:
      try move(lot, to: .inReserve)
      do { now.reserve.obligations = try now.reserve.obligations.less(amount) } catch {
        throw .fatal(error)
      }
    case .retirement: try retire(lot, .replacement(obligation: number))
    case .owner(let owner):
      record.owner = owner
      try put(record, lot)
      try move(lot, to: .tradable)
    }
    obligation.open = obligation.open.saturatingSubtracting(amount)
    if obligation.open.isZero { try release(&obligation) }
    view.set(Obligation.key(number), obligation.bcs)
  }

  /// Ends an obligation: nothing of it is the custodian's any more.
  private mutating func release(_ obligation: inout Obligation) throws(OperationFailure) {
    obligation.isClosed = true
    guard var holder = try custodian(obligation.custodian), holder.openObligations > 0 else {
      throw .fatal(.overflow)
    }
    holder.openObligations -= 1
    try put(holder, obligation.custodian)
  }

  /// Calls in what custodians have not replaced in time, oldest first: at most
  /// `RulesLimits.obligationLotsPerBlockMax` lots of their buffers a block.
  mutating func callObligations() throws(ExecutionError) {
    var steps = 0
    do throws(OperationFailure) {
      while now.book.firstOpenObligation < now.book.obligations,
        steps < RulesLimits.obligationLotsPerBlockMax
      {
        steps += 1
        let number = now.book.firstOpenObligation
        guard var obligation = try obligation(number) else {
          throw OperationFailure(.missing(key: Obligation.key(number)))
        }
        if obligation.isClosed {
          now.book.firstOpenObligation += 1
          continue
        }
        guard header.timestamp > obligation.dueBy else { return }
        if let lot = try bufferLot(for: obligation) {
          try meet(number, with: lot)
        } else {
          try callBond(&obligation)
          try release(&obligation)
          view.set(Obligation.key(number), obligation.bcs)
        }
      }
    } catch { throw error.ofBlock }
  }

  /// A lot of the custodian's buffer, no larger than what is open; nil when there is none that
  /// fits.
  private mutating func bufferLot(for obligation: Obligation) throws(OperationFailure)
    -> UInt64?
  {
    let first = bufferKey(obligation.custodian, 0)
    let entry: OrderedEntry?
    do { entry = try ordered.first(.buffers, atOrAbove: first, in: &view) } catch {
      throw OperationFailure(error)
    }
    guard let entry, entry.key.count == first.count, entry.key.prefix(32) == first.prefix(32)
    else { return nil }
    let number = entry.value.bigEndianNumber
    let record = try record(ofLot: number)
    let unit = try issuance(record.issuance).unit
    let step = obligation.purpose == .reserve ? unit.perTonne : 1
    let wanted = obligation.open.baseUnits / unit.micrograms
    var count = UInt64(min(UInt128(record.count), wanted))
    count -= count % step
    guard count > 0 else { return nil }
    return try cut(
      LotRange(lot: number, start: record.start, end: record.start + (count - 1)))
  }

  /// Takes the custodian's bond for what is open, at the fund's highest price: to the owner who
  /// lost credits, otherwise to the fund, which then owes them.
  private mutating func callBond(_ obligation: inout Obligation) throws(OperationFailure) {
    guard var holder = try custodian(obligation.custodian) else { throw .fatal(.overflow) }
    do throws(ExecutionError) {
      let price = try value(of: obligation.open, at: parameters.fund.bidPriceMax)
      let taken = min(holder.bond, price)
      holder.bond = try holder.bond.less(taken)
      now.book.bonds = try now.book.bonds.less(taken)
      switch obligation.purpose {
      case .owner(let owner): try pay(taken, to: owner)
      case .reserve:
        now.fund.eco2 = try now.fund.eco2.sum(taken)
        now.fund.reserveOpen = try now.fund.reserveOpen.sum(obligation.open)
      case .retirement:
        now.fund.eco2 = try now.fund.eco2.sum(taken)
        now.fund.overheadOpen = try now.fund.overheadOpen.sum(obligation.open)
      }
    } catch { throw .fatal(error) }
    obligation.bondTaken = true
    try put(holder, obligation.custodian)
  }

  /// What µg cost at a price per tonne, ECO2 base units, rounded down.
  func value(of amount: Amount, at price: Amount) throws(ExecutionError) -> Amount {
    do {
      return Amount(
        try amount.multiplied(by: price.baseUnits).baseUnits / Supply.microgramsPerTonne)
    } catch { throw .overflow }
  }
}
