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
    do throws(OperationFailure) {
      while due > 0, lots < RulesLimits.retirementLotsPerBlockMax {
        let first: OrderedEntry?
        do { first = try ordered.first(.retirementOrder, in: &view) } catch {
          throw OperationFailure(error)
        }
        guard let first else { break }
        due -= try retire(atMost: due, from: first.value.bigEndianNumber)
        lots += 1
      }
    } catch { throw error.ofBlock }
    settle()
  }

  /// Retires whole tonnes of a lot in the reserve, from its first serial on; returns how many.
  private mutating func retire(atMost tonnes: UInt64, from number: UInt64)
    throws(OperationFailure) -> UInt64
  {
    let record = try record(ofLot: number)
    let unit = record.unit.perTonne
    let count = min(tonnes, record.count / unit)
    guard count > 0 else { throw .fatal(.overflow) }
    let end = record.start + (count * unit - 1)
    if end < record.end { try split(number, at: end + 1) }
    try retire(number, .pool(firstTonne: now.line.tonnesRetired + 1))
    now.line.tonnesRetired += count
    return count
  }
}
