import CLedgerCore
import LedgerCore
import LedgerState

/// Records as `cl_records.h` lays them out, read within one transaction.
extension ReadTransaction {
  /// The record at a path, all of it checked, within the map; nil when there is none. `key` is
  /// what the path is the hash of, where the caller knows it.
  func findRecord(
    _ database: UInt32, at path: Digest, key: StateKey? = nil
  ) throws(StoreError) -> cl_record? {
    var record = unsafe cl_record()
    let code = unsafe path.withBytes { path in
      unsafe (key?.bytes ?? []).withUnsafeBufferPointer { bytes in
        unsafe cl_records_get(
          handle, database, path.baseAddress?.assumingMemoryBound(to: UInt8.self),
          key == nil ? nil : bytes.baseAddress, bytes.count, &record)
      }
    }
    if code == CL_LMDB_NOT_FOUND { return nil }
    guard code == CL_LMDB_OK else { throw StoreError(records: code, path, "read", file.path) }
    return unsafe record
  }

  /// A record's value, checked.
  func value(of key: StateKey, _ databases: StateDatabases) throws(StoreError) -> [UInt8]? {
    try unsafe findRecord(databases.records, at: key.hash, key: key)?.copiedValue
  }

  /// The record at a path, checked.
  func record(at path: Digest, _ databases: StateDatabases) throws(StoreError) -> StateRecord? {
    guard let record = try unsafe findRecord(databases.records, at: path) else { return nil }
    return unsafe record.copied
  }

  /// Calls the body with every record, checked, in the order of paths, and what is wrong with it:
  /// with no record where a chain cannot be read on.
  func walkRecords(
    _ databases: StateDatabases, _ body: (Digest, StateRecord?, StoreDamage.Fault?) -> Void
  ) throws(StoreError) {
    try unsafe visitRecords(databases, checked: true) { path, record, fault in
      unsafe body(path, record.map { unsafe $0.pointee.copied }, fault)
    }
  }

  /// Calls the body with every record whose key starts with one of the prefixes, unchecked.
  func walkRecords(
    _ databases: StateDatabases, prefixes: [[UInt8]], _ body: (StateRecord) -> Void
  ) throws(StoreError) {
    try unsafe visitRecords(databases, checked: false) { _, record, _ in
      guard let record = unsafe record?.pointee else { return }
      let key = unsafe UnsafeBufferPointer(start: record.key, count: record.key_length)
      guard prefixes.contains(where: { unsafe key.starts(with: $0) }) else { return }
      unsafe body(record.copied)
    }
  }

  private func visitRecords(
    _ databases: StateDatabases, checked: Bool,
    _ body: (Digest, UnsafePointer<cl_record>?, StoreDamage.Fault?) -> Void
  ) throws(StoreError) {
    try unsafe scan(databases.records, from: []) { key, chain throws(StoreError) -> Bool in
      guard key.count == 8 else {
        throw .damaged(StoreDamage(.stateNote(path: file.path), .badLayout))
      }
      let place = unsafe key.loadUnaligned(as: UInt64.self)
      unsafe withoutActuallyEscaping(body) { body in
        var visitor = unsafe RecordVisitor(body: body)
        unsafe withUnsafeMutablePointer(to: &visitor) { visitor in
          unsafe cl_records_walk(
            chain.baseAddress?.assumingMemoryBound(to: UInt8.self), chain.count, place,
            checked ? 1 : 0,
            { context, code, path, record in
              guard let visitor = unsafe context?.assumingMemoryBound(to: RecordVisitor.self)
              else { return }
              unsafe visitor.pointee.body(
                Digest(copying: UnsafeRawBufferPointer(start: path, count: 32)), record,
                StoreDamage.Fault(records: code))
            }, visitor)
        }
      }
      return true
    }
  }
}

@safe private struct RecordVisitor {
  let body: (Digest, UnsafePointer<cl_record>?, StoreDamage.Fault?) -> Void
}

extension cl_record {
  var copiedValue: [UInt8] {
    unsafe [UInt8](UnsafeBufferPointer(start: value, count: value_length))
  }

  var copied: StateRecord {
    unsafe StateRecord(
      key: StateKey([UInt8](UnsafeBufferPointer(start: key, count: key_length))),
      value: copiedValue)
  }
}

extension StoreDamage.Fault {
  /// What a code of `cl_records.h` says is wrong; nil where it says nothing of a record.
  init?(records code: Int32) {
    switch code {
    case CL_RECORDS_BAD_LAYOUT: self = .badLayout
    case CL_RECORDS_WRONG_PATH: self = .wrongPath
    case CL_RECORDS_BAD_LEAF_HASH: self = .leafHash
    default: return nil
    }
  }
}

extension StoreError {
  init(records code: Int32, _ record: Digest, _ operation: String, _ path: String) {
    if let fault = StoreDamage.Fault(records: code) {
      self = .damaged(StoreDamage(.record(path: record), fault))
    } else {
      self.init(lmdb: code, operation, path)
    }
  }
}
