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
    let last = SerialPlace(block: block, start: end).key
    try descend(.serials, from: last, in: &view) { page, position throws(RecordError) in
      guard found.count < max else { return false }
      let interval = try SerialInterval(sound: page, position)
      guard interval.block == block, interval.end >= start else { return false }
      found.append(interval)
      // Before the range's first serial there is nothing to look for.
      return interval.start > start
    }
    return found.reversed()
  }
}

extension SerialInterval {
  /// Throws where the entry is not one of that index.
  init(sound entry: OrderedEntry) throws(RecordError) {
    guard let interval = SerialInterval(entry) else { throw Self.unsound }
    self = interval
  }

  /// The same of an entry on its page.
  init(sound page: OrderedPage, _ position: Int) throws(RecordError) {
    guard let interval = SerialInterval(page, position) else { throw Self.unsound }
    self = interval
  }

  private static var unsound: RecordError {
    .missing(key: RecordKind.orderedTree.key([OrderedIndexKind.serials.rawValue]))
  }
}
