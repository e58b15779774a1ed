import LedgerCore
import LedgerState

extension ExecutionContext {
  /// The lots that hold serials of a range, ascending; at most one more than
  /// `RulesLimits.rangeLotsMax` of them.
  mutating func lots(block: UInt64, start: UInt64, end: UInt64)
    throws(OperationFailure) -> [SerialInterval]
  {
    var found: [SerialInterval] = []
    do throws(RecordError) {
      var key = SerialPlace(block: block, start: end).key
      var entry = try ordered.last(.serials, atOrBelow: key, in: &view)
      while let current = entry, found.count <= RulesLimits.rangeLotsMax {
        guard let interval = SerialInterval(current) else {
          throw .missing(key: RecordKind.orderedTree.key([OrderedIndexKind.serials.rawValue]))
        }
        guard interval.block == block, interval.end >= start else { break }
        found.append(interval)
        key = current.key
        entry = try ordered.last(.serials, below: key, in: &view)
      }
    } catch { throw OperationFailure(error) }
    return found.reversed()
  }

  /// The number of a serial block, which is given one the first time.
  mutating func number(ofBlock block: String) throws(OperationFailure) -> UInt64 {
    do {
      if let entry = try view.find(SerialBlockEntry.key(block), as: SerialBlockEntry.self) {
        return entry.number
      }
    } catch { throw OperationFailure(error) }
    let number = now.book.blocks
    now.book.blocks += 1
    view.set(SerialBlockEntry.key(block), SerialBlockEntry(number: number).bcs)
    return number
  }
}
