import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Retires the number line's full tonnes from the reserve's lots, in their order, at most
  /// `RulesLimits.retirementLotsPerBlockMax` lots; the rest the next block.
  mutating func retireFullTonnes() throws(ExecutionError) {
    let full = now.line.consumed.baseUnits / Supply.microgramsPerTonne
    guard let line = UInt64(exactly: full) else { throw .overflow }
    var due = line > now.line.tonnesRetired ? line - now.line.tonnesRetired : 0
    var lots = 0
    while due > 0, lots < RulesLimits.retirementLotsPerBlockMax, let number = now.reserve.first {
      due -= try retire(atMost: due, from: number)
      lots += 1
    }
  }

  private mutating func retire(atMost tonnes: UInt64, from number: UInt64)
    throws(ExecutionError) -> UInt64
  {
    var record: ReserveLot
    do { record = try view.required(ReserveLot.key(number)) } catch { throw .record(error) }
    let count = min(tonnes, record.tonnesLeft)
    guard count <= now.reserve.tonnes else { throw .overflow }
    let retirement = Retirement(
      height: height, firstTonne: now.line.tonnesRetired + 1, tonnes: count, lot: number,
      firstSerial: record.next)
    view.set(Retirement.key(now.reserve.retirements), retirement.bcs)
    record.next += count
    view.set(ReserveLot.key(number), record.bcs)
    now.reserve.retirements += 1
    now.reserve.tonnes -= count
    now.line.tonnesRetired += count
    if record.tonnesLeft == 0 { now.reserve.first = record.following }
    return count
  }
}
