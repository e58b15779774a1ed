import LedgerCore
import LedgerState

/// The databases of a state folder.
struct StateDatabases: Sendable {
  let records: UInt32
  let indexes: UInt32
  let notes: UInt32
}

/// What can be read within one transaction; the live store and snapshots share it.
extension ReadTransaction {
  func note(_ databases: StateDatabases) throws(StoreError) -> StateNote? {
    let bytes = try unsafe StateNote.key.withUnsafeBytesTyped { key throws(StoreError) in
      try unsafe withValue(databases.notes, key) { unsafe [UInt8]($0.prefix(4096)) }
    }
    guard let bytes else { return nil }
    return try StateNote(bytes, path: file.path)
  }

  /// Calls the body with the record at a path, checked, and where key and value lie in it.
  private func withRecord<Result>(
    at path: Digest, _ databases: StateDatabases,
    _ body: (UnsafeRawBufferPointer, (key: Range<Int>, value: Range<Int>)) -> Result
  ) throws(StoreError) -> Result? {
    try unsafe path.bytes.array.withUnsafeBytesTyped { pathBytes throws(StoreError) in
      try unsafe withValue(databases.records, pathBytes) {
        record throws(StoreError) -> Result in
        switch unsafe RecordLayout.check(record, path: path) {
        case .failure(let damage): throw .damaged(damage)
        case .success(let places): return unsafe body(record, places)
        }
      }
    }
  }

  /// A record's value, checked.
  func value(of key: StateKey, _ databases: StateDatabases) throws(StoreError) -> [UInt8]? {
    try unsafe withRecord(at: key.hash, databases) { record, places in
      unsafe [UInt8](UnsafeRawBufferPointer(rebasing: record[places.value]))
    }
  }

  /// The record at a path, checked.
  func record(at path: Digest, _ databases: StateDatabases) throws(StoreError) -> StateRecord? {
    try unsafe withRecord(at: path, databases) { record, places in
      StateRecord(
        key: StateKey(unsafe [UInt8](UnsafeRawBufferPointer(rebasing: record[places.key]))),
        value: unsafe [UInt8](UnsafeRawBufferPointer(rebasing: record[places.value])))
    }
  }

  /// The stored leaves within the bounds, ascending; the hashes are not recomputed here.
  func forEachLeaf(
    from lower: Digest?, _ databases: StateDatabases, _ body: (StateLeaf) -> Bool
  ) throws(StoreError) {
    try unsafe scan(databases.records, from: lower?.bytes.array ?? []) {
      key, record throws(StoreError) -> Bool in
      let path = try unsafe Self.path(of: key, file)
      guard let hash = unsafe RecordLayout.leafHash(record) else {
        throw .damaged(StoreDamage(.record(path: path), .badLayout))
      }
      return body(StateLeaf(path: path, hash: hash))
    }
  }

  func leaves(in range: ClosedRange<Digest>, _ databases: StateDatabases) throws(StoreError)
    -> [StateLeaf]
  {
    var leaves: [StateLeaf] = []
    try forEachLeaf(from: range.lowerBound, databases) { leaf in
      guard leaf.path <= range.upperBound else { return false }
      leaves.append(leaf)
      return true
    }
    return leaves
  }

  /// The leaves of buckets, ascending, with one cursor: bucket b holds the paths whose first
  /// `depth` bits are b.
  func leaves(inBuckets buckets: [UInt32], depth: Int, _ databases: StateDatabases)
    throws(StoreError) -> BucketLeaves
  {
    var found = BucketLeaves()
    found.reserve(buckets: buckets.count, leaves: 4 * buckets.count)
    var cursor = try cursor(databases.records)
    /// The path the cursor stands on; nil behind the last one, or before the first seek.
    var path: Digest?
    var isAtEnd = false
    for bucket in buckets {
      let lower = Digest.lowest(prefix: bucket, depth: depth)
      // Side by side buckets need no seek.
      if !isAtEnd, path.map({ $0 < lower }) ?? true {
        var bytes = lower.bytes
        isAtEnd = try !Self.seek(&cursor, &bytes)
        path = isAtEnd ? nil : try unsafe Self.path(of: cursor.key, file)
      }
      while let here = path, here.prefix(depth) == bucket {
        guard let hash = unsafe RecordLayout.leafHash(cursor.value) else {
          throw .damaged(StoreDamage(.record(path: here), .badLayout))
        }
        found.append(StateLeaf(path: here, hash: hash))
        isAtEnd = try !cursor.next()
        path = isAtEnd ? nil : try unsafe Self.path(of: cursor.key, file)
      }
      found.endBucket()
    }
    return found
  }

  private static func seek(
    _ cursor: inout ReadCursor, _ lower: inout Bytes32
  ) throws(StoreError) -> Bool {
    var result: Result<Bool, StoreError> = .success(false)
    unsafe withUnsafeBytes(of: &lower) { lower in
      result = Result { () throws(StoreError) in try unsafe cursor.seek(lower) }
    }
    return try result.get()
  }

  private static func path(
    of key: UnsafeRawBufferPointer, _ file: StateFile
  ) throws(StoreError) -> Digest {
    guard key.count == 32 else {
      throw .damaged(StoreDamage(.stateNote(path: file.path), .badLayout))
    }
    return unsafe Digest(copying: key)
  }

  func indexRange(
    _ index: String, from lower: [UInt8], below upper: [UInt8]?, limit: Int,
    _ databases: StateDatabases
  ) throws(StoreError) -> [IndexEntry] {
    var entries: [IndexEntry] = []
    guard limit > 0 else { return [] }
    let prefix = IndexLayout.prefix(index)
    try unsafe scan(databases.indexes, from: prefix + lower) {
      key, entry throws(StoreError) -> Bool in
      guard unsafe key.starts(with: prefix) else { return false }
      if let upper, unsafe !key.dropFirst(prefix.count).lexicographicallyPrecedes(upper) {
        return false
      }
      switch unsafe IndexLayout.read(
        key: key, entry: entry, index: index, skipping: prefix.count)
      {
      case .failure(let damage): throw .damaged(damage)
      case .success(let read): entries.append(read)
      }
      return entries.count < limit
    }
    return entries
  }
}

extension Array where Element == UInt8 {
  /// `withUnsafeBytes` for bodies with a typed error.
  func withUnsafeBytesTyped<Result>(
    _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try unsafe withUnsafeBufferPointer { buffer throws(StoreError) in
      try unsafe body(UnsafeRawBufferPointer(buffer))
    }
  }
}

extension StateReadError {
  init(_ error: StoreError) {
    if case .damaged(let damage) = error, case .record(let path) = damage.place {
      self = .corruptRecord(path: path)
    } else {
      self = .storeFailed("\(error)")
    }
  }
}
