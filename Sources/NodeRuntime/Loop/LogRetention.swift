import LedgerStore

/// Which blocks leave the log, by `store.keep-blocks`.
struct LogRetention: Sendable {
  /// How many stay below the flushed height; 0: all.
  let keptBlocks: UInt64

  /// The height below which blocks may go once the state of `flushed` is on the disk.
  ///
  /// - Parameter indexed: the last height of a history that is derived from the log and must not
  ///   miss a block of it; nil when there is none.
  func floor(flushed: UInt64, indexed: UInt64?) -> UInt64 {
    guard keptBlocks > 0, flushed > keptBlocks else { return 0 }
    return min(flushed - keptBlocks, indexed.map { $0 + 1 } ?? .max)
  }

  /// Removes what may go, in whole segments.
  func apply(to log: BlockLog, flushed: UInt64, indexed: UInt64?) throws(StoreError) {
    let floor = floor(flushed: flushed, indexed: indexed)
    if floor > 0 { try log.removeSegments(below: floor) }
  }
}
