public import LedgerState

/// One write to a derived ordered index, in the same transaction as the records it is derived
/// from.
public struct IndexChange: Hashable, Sendable {
  /// 1 to `StoreLimits.indexNameBytesMax` ASCII letters, digits and hyphens.
  public let index: String
  /// 1 to `StoreLimits.indexKeyBytesMax` bytes, whose bytewise order is the index's order.
  public let key: [UInt8]
  /// At most `StoreLimits.indexValueBytesMax` bytes; nil where the entry is gone.
  public let value: [UInt8]?

  public init(index: String, key: [UInt8], value: [UInt8]?) {
    self.index = index
    self.key = key
    self.value = value
  }
}

/// An entry of an index.
public struct IndexEntry: Hashable, Sendable {
  public let key: [UInt8]
  public let value: [UInt8]

  public init(key: [UInt8], value: [UInt8]) {
    self.key = key
    self.value = value
  }
}

/// A derived ordered index, of one height. Its entries are checked as they are read.
public protocol IndexReader: Sendable {
  /// At most `limit` entries with `lower` ≤ key < `upper` (nil: no bound), ascending bytewise.
  func range(from lower: [UInt8], below upper: [UInt8]?, limit: Int) throws(StateReadError)
    -> [IndexEntry]
}

extension IndexReader {
  /// The first `limit` entries.
  public func first(_ limit: Int) throws(StateReadError) -> [IndexEntry] {
    try range(from: [], below: nil, limit: limit)
  }
}
