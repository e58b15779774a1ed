public import LedgerCore

/// The raw key of a state record: a domain byte and what the domain says, 1 …
/// `Limits.recordKeyBytesMax` bytes. In the tree and in LMDB a record stands at SHA-256 of it.
public struct StateKey: Hashable, Comparable, Sendable {
  public let bytes: [UInt8]

  public init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// SHA-256 of the key: its path in the tree.
  public var hash: Digest { SHA256.hash(bytes) }

  public static func < (left: StateKey, right: StateKey) -> Bool {
    ByteOrder.compare(left.bytes, right.bytes) < 0
  }

  public static func == (left: StateKey, right: StateKey) -> Bool {
    left.bytes.count == right.bytes.count && ByteOrder.compare(left.bytes, right.bytes) == 0
  }

  public func hash(into hasher: inout Hasher) {
    unsafe bytes.withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
  }
}

/// A leaf of the state tree: where it stands, and its ICS-23 hash.
public struct StateLeaf: Hashable, Sendable {
  /// SHA-256 of the record's key.
  public let path: Digest
  /// `SHA256(0x00 ‖ SHA256(key) ‖ SHA256(value))` (ICS-23 `SmtSpec`).
  public let hash: Digest

  public init(path: Digest, hash: Digest) {
    self.path = path
    self.hash = hash
  }

  /// The leaf of a record.
  public init(key: StateKey, value: [UInt8]) {
    let path = key.hash
    self.init(path: path, hash: Self.hash(path: path, value: value))
  }

  /// The ICS-23 hash of a value at a path.
  public static func hash(path: Digest, value: [UInt8]) -> Digest {
    SHA256.hash(prefix: [0], (path.bytes.array + SHA256.hash(value).bytes.array)[...])
  }
}

/// A record as it is kept: its raw key and its value.
public struct StateRecord: Hashable, Sendable {
  public let key: StateKey
  /// Never empty.
  public let value: [UInt8]

  public init(key: StateKey, value: [UInt8]) {
    self.key = key
    self.value = value
  }

  /// SHA-256 of the key, and the ICS-23 hash of the record.
  public var leaf: StateLeaf { StateLeaf(key: key, value: value) }
}

/// Anything that shows the records of one state: a reader, the state's tip, a staged delta.
public protocol RecordSource {
  /// The record's value, or nil when there is none.
  mutating func value(of key: StateKey) throws(StateReadError) -> [UInt8]?
  /// The values of many records, in the order of their keys; together they may cost less than one
  /// by one.
  mutating func values(of keys: [StateKey]) throws(StateReadError) -> [[UInt8]?]
  /// The same of records that most blocks read: they may be kept in memory from one to the next.
  mutating func valuesReadOften(of keys: [StateKey]) throws(StateReadError) -> [[UInt8]?]
}

extension RecordSource {
  public mutating func valuesReadOften(of keys: [StateKey]) throws(StateReadError) -> [[UInt8]?] {
    try values(of: keys)
  }

  public mutating func values(of keys: [StateKey]) throws(StateReadError) -> [[UInt8]?] {
    var values: [[UInt8]?] = []
    values.reserveCapacity(keys.count)
    for key in keys { values.append(try value(of: key)) }
    return values
  }
}

/// The flushed state, as the replica reads it: given to it, never written by it.
///
/// A reader always shows the state of one height; the overlay of blocks not flushed yet lies over
/// it and wins, so a flush in between changes nothing that is read.
public protocol StateReader: RecordSource, Sendable {
  /// The height whose state is shown; 0 is genesis.
  var height: UInt64 { get }
  /// The record's value, its leaf hash checked; nil when there is none.
  func value(of key: StateKey) throws(StateReadError) -> [UInt8]?
  /// The record that stands at a path, its leaf hash checked; nil when there is none. Absence
  /// proofs name the neighbours' raw keys and values.
  func record(at path: Digest) throws(StateReadError) -> StateRecord?
  /// About how many records there are: from it the tree's depth is chosen, and nothing else.
  func recordCountEstimate() throws(StateReadError) -> Int
  /// The leaves of buckets, ascending: bucket b holds the paths whose first `depth` bits are b.
  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves
  /// Reads that keep what the root asks for afterwards, of a tree of this depth; nil where there
  /// is nothing to gain.
  func reads(depth: Int) throws(StateReadError) -> (any StateReads)?
}

extension StateReader {
  public func reads(depth: Int) throws(StateReadError) -> (any StateReads)? { nil }
}

/// What one execution reads below all layers, with the leaves beside each record, so that staging
/// its writes does not seek them again. One thread at a time.
///
/// It may hold a transaction of the store: keep it no longer than the execution and its staging.
public protocol StateReads: AnyObject {
  /// Says that records at these paths are read next: what they need can be fetched together.
  func expect(_ paths: [Digest])
  /// The record's value, its leaf hash checked; nil when there is none. `path` is the key's hash.
  func value(of key: StateKey, path: Digest) throws(StateReadError) -> [UInt8]?
  /// The same of many records, in their order; `paths` are the keys' hashes.
  func values(of keys: [StateKey], paths: [Digest]) throws(StateReadError) -> [[UInt8]?]
}

/// Why state cannot be read; a node that meets one stops.
public enum StateReadError: Error, Equatable, Sendable {
  /// The record's bytes do not have the hash its leaf states.
  case corruptRecord(path: Digest)
  /// The store below failed; its text says how.
  case storeFailed(String)
}

/// One of a block's writes: the value a key has afterwards, nil where the record is gone. A value
/// is never empty (ICS-23 verifiers refuse an empty one).
public struct StateChange: Hashable, Sendable {
  public let key: StateKey
  public let value: [UInt8]?

  public init(key: StateKey, value: [UInt8]?) {
    self.key = key
    self.value = value
  }
}

extension StateChange {
  /// Changes ascending by key, each key once. What is sorted are the keys' first bytes, in which
  /// most of them differ, and not the changes.
  public static func sorted(_ changes: [StateChange]) -> [StateChange] {
    struct Head {
      let first: UInt64
      let second: UInt64
      let index: Int
    }
    var heads: [Head] = []
    heads.reserveCapacity(changes.count)
    for (index, change) in changes.enumerated() {
      let bytes = change.key.bytes
      heads.append(
        Head(first: bytes.number(at: 0), second: bytes.number(at: 8), index: index))
    }
    heads.sort { left, right in
      if left.first != right.first { return left.first < right.first }
      if left.second != right.second { return left.second < right.second }
      return changes[left.index].key < changes[right.index].key
    }
    return heads.map { changes[$0.index] }
  }
}

extension [UInt8] {
  /// Eight bytes as a number, the highest first; zeros behind the end.
  fileprivate func number(at start: Int) -> UInt64 {
    guard count < start + 8 else {
      return unsafe UInt64(
        bigEndian: span.bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt64.self))
    }
    return (start..<start + 8).reduce(UInt64(0)) { $0 << 8 | ($1 < count ? UInt64(self[$1]) : 0) }
  }
}
