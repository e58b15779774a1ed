import LedgerCore
import LedgerState

extension StateInvariants {
  /// Lots partition their serials, stand in the order of retirement, and what was retired of them
  /// is exactly what the retirements say.
  mutating func checkReserve(_ source: inout some RecordSource) throws(RecordError) {
    let reserve = try source.single(Reserve.self)
    compare(Reserve.key, "tonnes", UInt128(reserve.tonnes), UInt128(totals.tonnesInReserve))
    compare(Reserve.key, "lots", UInt128(reserve.lots), UInt128(totals.lots))
    compare(
      Reserve.key, "retirements", UInt128(reserve.retirements), UInt128(retirements.count))
    let numbers = lots.keys.sorted()
    checkOverlaps(numbers)
    checkOrder(numbers, first: reserve.first)
    checkRetirements(numbers)
  }

  private mutating func compare(
    _ key: StateKey, _ what: String, _ kept: UInt128, _ counted: UInt128
  ) {
    guard kept != counted else { return }
    note(.total(key, what: what, kept: Amount(kept), counted: Amount(counted)))
  }

  private mutating func checkOverlaps(_ numbers: [UInt64]) {
    let ranges = numbers.compactMap { number in
      lots[number].map { (Array($0.lot.serialBlock.utf8), $0.lot.start, $0.lot.end, number) }
    }.sorted { left, right in
      left.0 == right.0 ? left.1 < right.1 : left.0.lexicographicallyPrecedes(right.0)
    }
    for (left, right) in zip(ranges, ranges.dropFirst())
    where left.0 == right.0 && right.1 <= left.2 {
      note(.lotOverlap(ReserveLot.key(left.3), ReserveLot.key(right.3)))
    }
  }

  /// Follows the links from the first lot: ascending order, and every lot with tonnes left on it.
  private mutating func checkOrder(_ numbers: [UInt64], first: UInt64?) {
    var live = UInt128(0)
    var steps = 0
    var previous: CreditLot?
    var next = first
    while let number = next, steps <= numbers.count {
      guard let lot = lots[number] else {
        note(.lotOrder(ReserveLot.key(number)))
        return
      }
      if let previous, !previous.isRetired(before: lot.lot) {
        note(.lotOrder(ReserveLot.key(number)))
        return
      }
      live += UInt128(lot.tonnesLeft)
      previous = lot.lot
      next = lot.following
      steps += 1
    }
    compare(Reserve.key, "tonnes in order", UInt128(totals.tonnesInReserve), live)
  }

  private mutating func checkRetirements(_ numbers: [UInt64]) {
    var tonne: UInt64 = 1
    var next: [UInt64: UInt64] = [:]
    for index in 0..<UInt64(retirements.count) {
      guard let retirement = retirements[index], let lot = lots[retirement.lot],
        retirement.firstTonne == tonne, retirement.tonnes > 0,
        retirement.firstSerial == next[retirement.lot] ?? lot.lot.start,
        retirement.firstSerial <= lot.lot.end,
        retirement.tonnes - 1 <= lot.lot.end - retirement.firstSerial
      else {
        note(.retirement(Retirement.key(index)))
        return
      }
      tonne &+= retirement.tonnes
      next[retirement.lot] = retirement.firstSerial + retirement.tonnes
    }
    compare(
      NumberLine.key, "tonnes retired", UInt128(totals.tonnesRetired), UInt128(tonne &- 1))
    for number in numbers where lots[number]?.next != next[number] ?? lots[number]?.lot.start {
      note(.lotOrder(ReserveLot.key(number)))
    }
  }
}
