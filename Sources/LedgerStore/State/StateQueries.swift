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
