import LedgerCore
import LedgerState

// Reversal or invalidation at the source (carbon rules, "Global Carbon Registry"): the lot is
// marked and obliges its custodian, who replaces it in time; else its buffer does, else its bond
// goes to the fund, which then owes what is left.

extension ExecutionContext {
  /// Marks a range as invalidated at its source, wherever its serials stand now. Those that are
  /// exported, cancelled or marked already are left as they are, but not all of them may be.
  mutating func invalidate(_ range: LotRange, by filer: AccountID) throws(OperationFailure) {
    var isAnyMarked = false
    let parts = try parts(of: range)
    try use(lots: parts.count)
    for part in parts {
      let record = try record(ofLot: part.lot)
      guard record.custodian == filer || registrars.seats.contains(filer) else {
        throw .fault(.notCustodian, subject: .lot(part.lot))
      }
      switch record.state {
      case .exported, .cancelled, .invalidated: continue
      case .retired where record.isReversed: continue
      case .exporting:
        guard let request = record.reference else {
          throw OperationFailure(.missing(key: Lot.key(part.lot)))
        }
        try rejectExport(request)
      case .tradable, .escrowed, .suspended, .inReserve, .buffer, .retired: break
      }
      try invalidate(part)
      isAnyMarked = true
    }
    guard isAnyMarked else { throw .fault(.lotNotTradable, subject: .lot(range.lot)) }
  }

  /// Marks a range that lies in one lot.
  private mutating func invalidate(_ range: LotRange) throws(OperationFailure) {
    let number = try cut(range)
    var record = try record(ofLot: number)
    let amount = record.amount
    let purpose: Obligation.Purpose?
    switch record.state {
    case .inReserve: purpose = .reserve
    case .retired: purpose = .retirement
    case .buffer: purpose = nil
    default: purpose = record.owner == record.custodian ? nil : .owner(record.owner)
    }
    if record.state == .retired {
      record.isReversed = true
      try put(record, number)
    } else {
      try move(number, to: .invalidated, reference: purpose == nil ? nil : now.book.obligations)
    }
    if let purpose { try oblige(record.custodian, number, purpose, amount) }
  }

  private mutating func oblige(
    _ account: AccountID, _ lot: UInt64, _ purpose: Obligation.Purpose, _ amount: Amount
  ) throws(OperationFailure) {
    let (dueBy, overflow) = header.timestamp.addingReportingOverflow(
      parameters.registry.obligationMilliseconds)
    guard !overflow else { throw .fault(.overflow) }
    let number = now.book.obligations
    now.book.obligations += 1
    obligations.make(
      number,
      Obligation(lot: lot, custodian: account, purpose: purpose, amount: amount, dueBy: dueBy))
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
      throw .fault(.unknownObligation, subject: .obligation(number))
    }
    guard !obligation.isClosed else { throw .fault(.obligationMet, subject: .obligation(number)) }
    let lot = try take(operation.range, of: sender)
    if obligation.purpose == .reserve {
      try checkEligibility(try record(ofLot: lot), operation.range.lot)
    }
    try meet(number, with: lot)
  }

  private mutating func obligation(_ number: UInt64) throws(OperationFailure) -> Obligation? {
    do { return try obligations.record(of: number, in: &view) } catch {
      throw OperationFailure(error)
    }
  }

  /// Meets an obligation, or a part of it, with a whole lot of its custodian.
  private mutating func meet(_ number: UInt64, with lot: UInt64) throws(OperationFailure) {
    guard var obligation = try obligation(number) else {
      throw .fault(.unknownObligation, subject: .obligation(number))
    }
    var record = try record(ofLot: lot)
    let amount = record.amount
    guard amount <= obligation.open else {
      throw .fault(.obligationMet, subject: .obligation(number))
    }
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
    try put(obligation, number)
  }

  /// Changes an obligation.
  private mutating func put(_ obligation: Obligation, _ number: UInt64)
    throws(OperationFailure)
  {
    do { try obligations.put(number, obligation, in: &view) } catch {
      throw OperationFailure(error)
    }
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
        let obligation = try knownObligation(number)
        if obligation.isClosed {
          now.book.firstOpenObligation += 1
        } else {
          guard header.timestamp > obligation.dueBy else { break }
          try call(number, obligation)
        }
      }
      // Each of them until it is met, as far as the block's steps go.
      for number in beyond(now.book.firstOpenObligation, of: now.book.obligations) {
        while steps < RulesLimits.obligationLotsPerBlockMax {
          steps += 1
          let obligation = try knownObligation(number)
          guard !obligation.isClosed, header.timestamp > obligation.dueBy else { break }
          try call(number, obligation)
        }
      }
    } catch { throw error.ofBlock }
  }

  private mutating func knownObligation(_ number: UInt64) throws(OperationFailure) -> Obligation {
    guard let obligation = try obligation(number) else {
      throw OperationFailure(.missing(key: Obligation.key(number)))
    }
    return obligation
  }

  /// Meets an obligation that is overdue with a lot of the buffer, or ends it with the bond.
  private mutating func call(_ number: UInt64, _ obligation: Obligation)
    throws(OperationFailure)
  {
    if let lot = try bufferLot(for: obligation) { return try meet(number, with: lot) }
    var obligation = obligation
    try callBond(&obligation)
    try release(&obligation)
    try put(obligation, number)
  }

  /// A lot of the custodian's buffer, no larger than what is open: of the first so many the first
  /// that fits; nil when there is none. What enters the reserve has to be eligible for it.
  private mutating func bufferLot(for obligation: Obligation) throws(OperationFailure)
    -> UInt64?
  {
    var bound = bufferKey(obligation.custodian, 0)
    var looked = 0
    while looked < RulesLimits.bufferLotsPerSearchMax {
      let entry: OrderedEntry?
      do { entry = try ordered.first(.buffers, atOrAbove: bound, in: &view) } catch {
        throw OperationFailure(error)
      }
      guard let entry, entry.key.count == bound.count, entry.key.prefix(32) == bound.prefix(32)
      else { return nil }
      let number = entry.value.bigEndianNumber
      if let count = try serials(ofBufferLot: number, for: obligation) {
        let start = try record(ofLot: number).start
        return try cut(LotRange(lot: number, start: start, end: start + (count - 1)))
      }
      bound = bufferKey(obligation.custodian, number + 1)
      looked += 1
    }
    return nil
  }

  /// How many serials of a buffer's lot an obligation takes; nil when it takes none.
  private mutating func serials(ofBufferLot number: UInt64, for obligation: Obligation)
    throws(OperationFailure) -> UInt64?
  {
    let record = try record(ofLot: number)
    if obligation.purpose == .reserve, !isEligible(try issuance(record.issuance)) { return nil }
    let step = obligation.purpose == .reserve ? record.unit.perTonne : 1
    let wanted = obligation.open.baseUnits / record.unit.micrograms
    let count = UInt64(min(UInt128(record.count), wanted))
    return count < step ? nil : count - count % step
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
    // Whole tonnes and the rest apart: one product of both would leave 128 bits.
    let (tonnes, rest) = amount.baseUnits.quotientAndRemainder(
      dividingBy: Supply.microgramsPerTonne)
    do {
      let ofRest = try price.multiplied(by: rest).baseUnits / Supply.microgramsPerTonne
      return try price.multiplied(by: tonnes).adding(Amount(ofRest))
    } catch { throw .overflow }
  }
}
