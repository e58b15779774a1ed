import LedgerCore
import LedgerState

// What every change of a lot is made of: finding it, splitting it, moving it from state to state.
// Whatever moves keeps the counts of `RegistryBook` and of the lot's custodian.

extension ExecutionContext {
  /// The slot of a lot, which must exist.
  mutating func lot(_ number: UInt64) throws(OperationFailure) -> Int {
    guard number < now.book.lots else { throw .fault(.unknownLot, subject: .lot(number)) }
    let slot: Int
    do { slot = try lots.slot(of: number, in: &view) } catch { throw OperationFailure(error) }
    guard lots.current(slot) != nil else {
      throw OperationFailure(.missing(key: Lot.key(number)))
    }
    return slot
  }

  /// A lot that must exist.
  mutating func record(ofLot number: UInt64) throws(OperationFailure) -> Lot {
    let slot = try lot(number)
    guard let record = lots.current(slot) else {
      throw OperationFailure(.missing(key: Lot.key(number)))
    }
    return record
  }

  /// Changes a lot.
  mutating func put(_ record: Lot, _ number: UInt64) throws(OperationFailure) {
    lots.set(try lot(number), record)
  }

  /// The issuance of a lot.
  mutating func issuance(_ number: UInt64) throws(OperationFailure) -> Issuance {
    let slot: Int
    do { slot = try issuances.slot(of: number, in: &view) } catch {
      throw OperationFailure(error)
    }
    guard let record = issuances.entries[slot].current else {
      throw OperationFailure(.missing(key: Issuance.key(number)))
    }
    return record
  }

  /// A custodian; nil when the account is none.
  mutating func custodian(_ account: AccountID) throws(OperationFailure) -> Custodian? {
    let slot: Int
    do { slot = try custodians.slot(of: account, in: &view) } catch {
      throw OperationFailure(error)
    }
    return custodians.entries[slot].current
  }

  /// A lot's custodian.
  mutating func custodian(of lot: Lot) throws(OperationFailure) -> Custodian {
    guard let record = try custodian(lot.custodian) else {
      throw OperationFailure(.missing(key: Custodian.key(lot.custodian)))
    }
    return record
  }

  /// Changes a custodian.
  mutating func put(_ record: Custodian, _ account: AccountID) throws(OperationFailure) {
    do {
      custodians.set(try custodians.slot(of: account, in: &view), record)
    } catch { throw OperationFailure(error) }
  }

  /// Divides a lot: it keeps the serials below `at`, a new lot gets the others. Both keep owner,
  /// state and all else. Returns the new lot's number.
  ///
  /// A lot whose export is asked for stays whole, since the request names it; one in the reserve is
  /// divided at whole tonnes only, since the pool retires those.
  @discardableResult
  mutating func split(_ number: UInt64, at serial: UInt64) throws(OperationFailure) -> UInt64 {
    let slot = try lot(number)
    guard var lower = lots.current(slot) else {
      throw OperationFailure(.missing(key: Lot.key(number)))
    }
    guard serial > lower.start, serial <= lower.end else {
      throw .fault(.rangeOutsideLot, subject: .lot(number))
    }
    var upper = lower
    guard lower.state != .exporting else { throw .fault(.lotNotTradable, subject: .lot(number)) }
    guard
      lower.state != .inReserve
        || (serial - lower.start).isMultiple(of: lower.unit.perTonne)
    else { throw .fault(.notWholeTonnes, subject: .lot(number)) }
    upper.start = serial
    lower.end = serial - 1
    lots.set(slot, lower)
    let new = make(upper)
    do {
      try ordered.set(
        .serials, SerialPlace(block: lower.block, start: lower.start).key,
        SerialPlace.value(end: lower.end, lot: number),
        then: SerialPlace(block: lower.block, start: serial).key,
        SerialPlace.value(end: upper.end, lot: new), in: &view)
      if lower.state == .inReserve {
        try ordered.set(
          .retirementOrder, try retirementKey(upper), [UInt8](bigEndian: new), in: &view)
      }
      if lower.state == .buffer {
        try ordered.set(
          .buffers, bufferKey(upper.custodian, new), [UInt8](bigEndian: new), in: &view)
      }
    } catch { throw OperationFailure(error) }
    return new
  }

  /// Where a lot stands in the order of retirement.
  private mutating func retirementKey(_ lot: Lot) throws(RecordError) -> [UInt8] {
    guard let issuance = try issuances.record(of: lot.issuance, in: &view) else {
      throw .missing(key: Issuance.key(lot.issuance))
    }
    return issuance.retirementKey(start: lot.start)
  }

  /// Gives a new lot its number and its place in the interval index. The book's amounts are the
  /// caller's.
  mutating func add(_ record: Lot) throws(OperationFailure) -> UInt64 {
    let number = make(record)
    do {
      try ordered.set(
        .serials, SerialPlace(block: record.block, start: record.start).key,
        SerialPlace.value(end: record.end, lot: number), in: &view)
    } catch { throw OperationFailure(error) }
    return number
  }

  /// Gives a new lot its number.
  private mutating func make(_ record: Lot) -> UInt64 {
    let number = now.book.lots
    now.book.lots += 1
    lots.make(number, record)
    return number
  }

  /// Cuts a range out of a lot: returns the number of the lot that holds exactly these serials.
  mutating func cut(_ range: LotRange) throws(OperationFailure) -> UInt64 {
    let record = try record(ofLot: range.lot)
    guard range.start <= range.end, range.start >= record.start, range.end <= record.end else {
      throw .fault(.rangeOutsideLot, subject: .lot(range.lot))
    }
    if range.end < record.end { try split(range.lot, at: range.end + 1) }
    return range.start > record.start ? try split(range.lot, at: range.start) : range.lot
  }

  /// A range that begins in the lot it names, in the lots that hold it now: its serials may have
  /// been divided since a request named them, so that nobody escapes one by a split.
  mutating func parts(of range: LotRange) throws(OperationFailure) -> [LotRange] {
    let record = try record(ofLot: range.lot)
    let issuance = try issuance(record.issuance)
    guard range.start <= range.end, range.start >= record.start,
      range.end <= issuance.range.end
    else { throw .fault(.rangeOutsideLot, subject: .lot(range.lot)) }
    let found = try lots(block: record.block, start: range.start, end: range.end)
    guard found.count <= RulesLimits.rangeLotsMax else {
      throw .fault(.rangeOutsideLot, subject: .lot(range.lot))
    }
    return found.map {
      LotRange(lot: $0.lot, start: max($0.start, range.start), end: min($0.end, range.end))
    }
  }

  /// Moves a whole lot to another state, with every count and index that hangs on it.
  mutating func move(
    _ number: UInt64, to state: LotState, reference: UInt64? = nil
  ) throws(OperationFailure) {
    var record = try record(ofLot: number)
    let amount = record.amount
    let before = record.state
    record.state = state
    record.reference = reference
    try put(record, number)
    var custodian = try custodian(of: record)
    do throws(ExecutionError) {
      now.book[before] = try now.book[before].less(amount)
      now.book[state] = try now.book[state].sum(amount)
      if before.isLive, !state.isLive { custodian.live = try custodian.live.less(amount) }
      if !before.isLive, state.isLive { custodian.live = try custodian.live.sum(amount) }
      if before == .buffer { custodian.buffer = try custodian.buffer.less(amount) }
      if state == .buffer { custodian.buffer = try custodian.buffer.sum(amount) }
    } catch { throw .fatal(error) }
    try put(custodian, record.custodian)
    try index(number, record, from: before)
  }

  /// Keeps the order of retirement and the buffers' index with a lot's state.
  private mutating func index(
    _ number: UInt64, _ record: Lot, from before: LotState
  ) throws(OperationFailure) {
    let tonnes = record.count / record.unit.perTonne
    let leaves = before == .inReserve && record.state != .inReserve
    guard !leaves || now.reserve.tonnes >= tonnes else { throw .fatal(.overflow) }
    do {
      if leaves {
        try ordered.remove(.retirementOrder, try retirementKey(record), in: &view)
        now.reserve.tonnes -= tonnes
      }
      if record.state == .inReserve, before != .inReserve {
        try ordered.set(
          .retirementOrder, try retirementKey(record), [UInt8](bigEndian: number), in: &view)
        now.reserve.tonnes += tonnes
      }
      if before == .buffer, record.state != .buffer {
        try ordered.remove(.buffers, bufferKey(record.custodian, number), in: &view)
      }
      if record.state == .buffer, before != .buffer {
        try ordered.set(
          .buffers, bufferKey(record.custodian, number), [UInt8](bigEndian: number), in: &view)
      }
    } catch { throw OperationFailure(error) }
  }

  /// Where a lot stands in the index of buffers: custodian, then number.
  func bufferKey(_ custodian: AccountID, _ number: UInt64) -> [UInt8] {
    var key = custodian.bytes.array
    key.append(bigEndian: number)
    return key
  }
}

extension OperationFailure {
  /// This node's state cannot be read.
  init(_ error: RecordError) { self = .fatal(.record(error)) }
}
