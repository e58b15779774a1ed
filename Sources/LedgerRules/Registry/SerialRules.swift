import LedgerCore
import LedgerState

extension ExecutionContext {
  /// The lots that hold serials of a range, ascending; at most one more than
  /// `RulesLimits.rangeLotsMax` of them.
  mutating func lots(block: UInt64, start: UInt64, end: UInt64)
    throws(OperationFailure) -> [SerialInterval]
  {
    do {
      return try ordered.intervals(
        block: block, start: start, end: end, max: RulesLimits.rangeLotsMax + 1, in: &view)
    } catch { throw OperationFailure(error) }
  }

  /// The number of a serial block, which is given one the first time.
  mutating func number(ofBlock block: String) throws(OperationFailure) -> UInt64 {
    let slot: Int
    do { slot = try serialBlocks.slot(of: SerialBlockEntry.key(block), in: &view) } catch {
      throw OperationFailure(error)
    }
    if let entry = serialBlocks.entries[slot].current { return entry.number }
    let number = now.book.blocks
    now.book.blocks += 1
    serialBlocks.set(slot, SerialBlockEntry(number: number))
    return number
  }
}

extension OrderedIndexes {
  /// The intervals that hold serials of a range, ascending: the last so many of them at most.
  mutating func intervals(
    block: UInt64, start: UInt64, end: UInt64, max: Int, in view: inout StateView
  ) throws(RecordError) -> [SerialInterval] {
    var found: [SerialInterval] = []
    var entry = try last(.serials, atOrBelow: SerialPlace(block: block, start: end).key, in: &view)
    while let current = entry, found.count < max {
      let interval = try SerialInterval(sound: current)
      guard interval.block == block, interval.end >= start else { break }
      found.append(interval)
      // Before the range's first serial there is nothing to look for.
      guard interval.start > start else { break }
      entry = try last(.serials, below: current.key, in: &view)
    }
    return found.reversed()
  }
}

extension SerialInterval {
  /// Throws where the entry is not one of that index.
  init(sound entry: OrderedEntry) throws(RecordError) {
    guard let interval = SerialInterval(entry) else {
      throw .missing(key: RecordKind.orderedTree.key([OrderedIndexKind.serials.rawValue]))
    }
    self = interval
  }
}
