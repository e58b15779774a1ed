public import LedgerCore

/// Why the authenticated state does not do what it was asked.
public enum StateError: Error, Equatable, Sendable {
  /// State cannot be read; the node stops.
  case read(StateReadError)
  /// The delta stands neither on the tip nor on a delta that does: it belongs to a block that lost.
  case staleDelta(base: Digest, tip: Digest)
  /// Too many deltas stand on each other.
  case stagedTooDeep(max: Int)
  /// A block is adopted out of order.
  case wrongHeight(expected: UInt64, given: UInt64)
  /// The store is as many blocks behind as the overlay holds: flush first.
  case overlayFull(max: Int)
  /// The store says it has written what its reader does not show.
  case readerBehind(flushed: UInt64, reader: UInt64)
  /// The store says it has written blocks that are not final here.
  case flushedAhead(flushed: UInt64, tip: UInt64)
  /// Existence cannot be proven: there is no such record.
  case noSuchRecord
  /// Absence cannot be proven: there is such a record.
  case recordExists
  /// Absence cannot be proven: the state has no records, and ICS-23 needs a neighbour.
  case emptyState
}
