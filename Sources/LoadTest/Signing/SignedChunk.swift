import LedgerCore

/// One second of the schedule, signed: what is posted is a slice of it, byte for byte.
final class SignedChunk: Sendable {
  /// One request: transactions that lie next to each other in the chunk.
  struct Batch: Sendable {
    /// Places in the chunk.
    let places: Range<Int>
    /// Index of the node it goes to.
    let target: Int
    /// Nanoseconds after the start: when its last transaction is due.
    let due: UInt64
  }

  let index: Int
  /// The number of its first transaction, counted over the run.
  let first: Int
  /// Each transaction with its length before it, as the body of a submission lists them.
  let bytes: [UInt8]
  /// Where each begins in `bytes`, and the end.
  let starts: [UInt32]
  /// Bytes of each length prefix.
  let ids: [Digest]
  let kinds: [TransactionKind]
  /// Nanoseconds after the start.
  let due: [UInt64]
  /// In the order of their times.
  let batches: [Batch]

  var count: Int { ids.count }

  init(
    index: Int, first: Int, bytes: [UInt8], starts: [UInt32], ids: [Digest],
    kinds: [TransactionKind], due: [UInt64], batches: [Batch]
  ) {
    self.index = index
    self.first = first
    self.bytes = bytes
    self.starts = starts
    self.ids = ids
    self.kinds = kinds
    self.due = due
    self.batches = batches
  }

  /// What a submission of these lists, without its count.
  func listed(_ places: Range<Int>) -> ArraySlice<UInt8> {
    bytes[Int(starts[places.lowerBound])..<Int(starts[places.upperBound])]
  }

  /// The same of one.
  func listed(_ place: Int) -> ArraySlice<UInt8> { listed(place..<(place + 1)) }
}
