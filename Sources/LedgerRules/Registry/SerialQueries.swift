import LedgerCore
import LedgerState

/// What the interval index of all lots' serials answers.
extension LedgerQueries {
  /// The number of the lot that holds a serial; nil when none does.
  ///
  /// - Parameter block: the canonical key of the serial's block.
  public mutating func lot(holding serial: UInt64, block: String) throws(RecordError) -> UInt64? {
    var view = StateView(over: source)
    guard let entry = try serialBlocks.record(of: SerialBlockEntry.key(block), in: &view) else {
      return nil
    }
    return try ordered.intervals(
      block: entry.number, start: serial, end: serial, max: 1, in: &view
    ).first?.lot
  }

  /// The numbers of the lots that hold serials of a range, ascending by serial: of more than `max`
  /// the last ones. Nothing could be on-boarded in their place.
  ///
  /// - Parameter block: the canonical key of the serials' block.
  public mutating func lots(overlapping serials: ClosedRange<UInt64>, block: String, max: Int)
    throws(RecordError) -> [UInt64]
  {
    var view = StateView(over: source)
    guard let entry = try serialBlocks.record(of: SerialBlockEntry.key(block), in: &view) else {
      return []
    }
    return try ordered.intervals(
      block: entry.number, start: serials.lowerBound, end: serials.upperBound, max: max, in: &view
    ).map(\.lot)
  }

  /// The numbers of an issuance's lots in the order of their serials, from the one that holds a
  /// serial on.
  ///
  /// - Parameters:
  ///   - before: how many lots before that one come too, at most.
  ///   - max: how many lots come, at most.
  public mutating func lots(of issuance: Issuance, from serial: UInt64, before: Int = 0, max: Int)
    throws(RecordError) -> [UInt64]
  {
    let range = issuance.range
    let first = SerialPlace(block: issuance.block, start: range.start).key
    var from = SerialPlace(
      block: issuance.block, start: Swift.max(range.start, Swift.min(serial, range.end))
    ).key
    var view = StateView(over: source)
    if let place = try ordered.last(.serials, atOrBelow: from, in: &view) { from = place.key }
    for _ in 0..<before {
      guard first.lexicographicallyPrecedes(from),
        let place = try ordered.last(.serials, below: from, in: &view)
      else { break }
      from = place.key
    }
    if from.lexicographicallyPrecedes(first) { from = first }
    let last = SerialPlace(block: issuance.block, start: range.end).key
    let places = try ordered.entries(
      .serials, from: from, through: last, max: Swift.max(0, max), in: &view)
    var numbers: [UInt64] = []
    for place in places { numbers.append(try SerialInterval(sound: place).lot) }
    return numbers
  }

  /// The number of the first retirement at or above a height; the count of all when there is none.
  /// Retirements are numbered in the order of blocks.
  public mutating func firstRetirement(from height: UInt64) throws(RecordError) -> UInt64 {
    var (low, high) = (UInt64(0), try registryBook().retirements)
    while low < high {
      let middle = low + (high - low) / 2
      guard let retirement = try retirement(middle) else {
        throw .missing(key: Retirement.key(middle))
      }
      if retirement.height < height { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
