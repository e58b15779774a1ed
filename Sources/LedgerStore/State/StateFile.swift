import CLedgerCore

/// An LMDB folder: named databases, transactions. Closed with its last reference, which every
/// transaction holds too.
@safe final class StateFile: Sendable {
  let path: String
  nonisolated(unsafe) let handle: OpaquePointer

  init(_ path: String, mapBytes: Int, readOnly: Bool) throws(StoreError) {
    self.path = path
    var opened: OpaquePointer?
    let code = unsafe cl_lmdb_open(path, mapBytes, readOnly ? 1 : 0, &opened)
    guard code == CL_LMDB_OK, let opened = unsafe opened else {
      throw StoreError(lmdb: code, "open", path)
    }
    unsafe handle = opened
  }

  deinit { unsafe cl_lmdb_close(handle) }

  /// Opens a named database; nil when it is missing and nothing may be made. One with integer
  /// keys has them of 8 bytes, and their order.
  func database(_ name: String, integerKeys: Bool = false) throws(StoreError) -> UInt32? {
    var database: UInt32 = 0
    let code = unsafe cl_lmdb_database(handle, name, integerKeys ? 1 : 0, &database)
    if code == CL_LMDB_NOT_FOUND { return nil }
    guard code == CL_LMDB_OK else { throw StoreError(lmdb: code, "open database", path) }
    return database
  }

  func grow(to mapBytes: Int, waitMilliseconds: UInt32) throws(StoreError) {
    let code = unsafe cl_lmdb_grow(handle, mapBytes, waitMilliseconds)
    if code == CL_LMDB_READERS_ACTIVE { throw .readersActive(path: path) }
    guard code == CL_LMDB_OK else { throw StoreError(lmdb: code, "grow", path) }
  }

  func preallocate(aheadBytes: Int) throws(StoreError) {
    let code = unsafe cl_lmdb_preallocate(handle, aheadBytes)
    guard code == CL_LMDB_OK else { throw StoreError(lmdb: code, "preallocate", path) }
  }

  /// A view of what was committed last.
  func beginRead() throws(StoreError) -> ReadTransaction {
    var transaction: OpaquePointer?
    let code = unsafe cl_lmdb_begin_read(handle, &transaction)
    guard code == CL_LMDB_OK, let transaction = unsafe transaction else {
      throw StoreError(lmdb: code, "begin reading", path)
    }
    return unsafe ReadTransaction(file: self, handle: transaction)
  }

  func beginWrite() throws(WriteFault) -> WriteTransaction {
    var transaction: OpaquePointer?
    let code = unsafe cl_lmdb_begin_write(handle, &transaction)
    guard code == CL_LMDB_OK, let transaction = unsafe transaction else {
      throw .store(StoreError(lmdb: code, "begin writing", path))
    }
    return unsafe WriteTransaction(file: self, handle: transaction)
  }
}

extension StoreError {
  init(lmdb code: Int32, _ operation: String, _ path: String) {
    switch code {
    case CL_LMDB_IN_USE: self = .inUse(path: path, process: nil)
    case CL_LMDB_PANIC: self = .stopped(path: path)
    default:
      let system = StoreError(code, operation, path)
      self =
        if case .diskFull = system {
          system
        } else {
          .stateFailed(operation: operation, path: path, code: code)
        }
    }
  }
}

/// A read transaction: shows one commit until it ends with its owner. One thread at a time.
@safe struct ReadTransaction: ~Copyable {
  let file: StateFile
  let handle: OpaquePointer

  fileprivate init(file: StateFile, handle: OpaquePointer) {
    self.file = file
    unsafe self.handle = handle
  }

  deinit { unsafe cl_lmdb_end_read(handle) }

  /// Calls the body with the value's bytes, which lie in the map and are valid inside it only;
  /// nil when there is no such key.
  func withValue<Result>(
    _ database: UInt32, _ key: UnsafeRawBufferPointer,
    _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    guard let value = try unsafe lookUp(handle, file, database, key) else { return nil }
    return try unsafe body(value)
  }

  /// Calls the body with each entry from `lower` on (from the first, when it is empty), until it
  /// returns false.
  func scan(
    _ database: UInt32, from lower: [UInt8],
    _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) throws(StoreError) -> Bool
  ) throws(StoreError) {
    var cursor = try cursor(database)
    var isThere = try unsafe lower.withUnsafeBytesTyped { lower throws(StoreError) in
      try unsafe cursor.seek(lower)
    }
    while isThere {
      guard try unsafe body(cursor.key, cursor.value) else { return }
      isThere = try cursor.next()
    }
  }

  /// A cursor, which must not outlive the transaction.
  func cursor(_ database: UInt32) throws(StoreError) -> ReadCursor {
    var opened: OpaquePointer?
    let code = unsafe cl_lmdb_cursor_open(handle, database, &opened)
    guard code == CL_LMDB_OK, let cursor = unsafe opened else {
      throw StoreError(lmdb: code, "open cursor", file.path)
    }
    return unsafe ReadCursor(cursor, path: file.path)
  }

  /// The file's bound, and its pages in bytes.
  func size(_ database: UInt32) throws(StoreError) -> (map: Int, used: Int) {
    let stat = try stat(database)
    return (stat.map_bytes, stat.used_bytes)
  }

  /// How many entries a database has.
  func entries(_ database: UInt32) throws(StoreError) -> Int { try stat(database).entries }

  func stat(_ database: UInt32) throws(StoreError) -> cl_lmdb_stat {
    var stat = cl_lmdb_stat()
    let code = unsafe cl_lmdb_database_stat(handle, database, &stat)
    guard code == CL_LMDB_OK else { throw StoreError(lmdb: code, "measure", file.path) }
    return stat
  }
}

/// Stands on an entry of a database, or on none. Its bytes are valid while its transaction is.
@safe struct ReadCursor: ~Copyable {
  private let handle: OpaquePointer
  private let path: String
  private var found = (key: unsafe cl_lmdb_bytes(), value: unsafe cl_lmdb_bytes())

  fileprivate init(_ handle: OpaquePointer, path: String) {
    unsafe self.handle = handle
    self.path = path
  }

  deinit { unsafe cl_lmdb_cursor_close(handle) }

  /// The key of the entry it stands on.
  var key: UnsafeRawBufferPointer { unsafe buffer(found.key) }
  /// The value of the entry it stands on.
  var value: UnsafeRawBufferPointer { unsafe buffer(found.value) }

  /// Moves to the first entry at or above a key, or to the very first; whether there is one.
  mutating func seek(_ lower: UnsafeRawBufferPointer) throws(StoreError) -> Bool {
    let start = unsafe lower.baseAddress?.assumingMemoryBound(to: UInt8.self)
    return try isThere(
      unsafe cl_lmdb_cursor_seek(handle, start, lower.count, &found.key, &found.value))
  }

  /// Moves to the next entry; whether there is one.
  mutating func next() throws(StoreError) -> Bool {
    try isThere(unsafe cl_lmdb_cursor_next(handle, &found.key, &found.value))
  }

  private func isThere(_ code: Int32) throws(StoreError) -> Bool {
    if code == CL_LMDB_NOT_FOUND { return false }
    guard code == CL_LMDB_OK else { throw StoreError(lmdb: code, "scan", path) }
    return true
  }
}

/// The write transaction: everything in it becomes durable with `commit`, or nothing does.
@safe struct WriteTransaction: ~Copyable {
  let file: StateFile
  let handle: OpaquePointer
  private var isEnded = false

  fileprivate init(file: StateFile, handle: OpaquePointer) {
    self.file = file
    unsafe self.handle = handle
  }

  deinit { if !isEnded { unsafe cl_lmdb_abort(handle) } }

  consuming func commit() throws(WriteFault) {
    isEnded = true
    try WriteFault.check(unsafe cl_lmdb_commit(handle), "commit", file)
  }

  /// Says, before anything is written, how many pages are going to be changed, about. The
  /// database has no keys of two bytes, and is as it was afterwards.
  func gatherFreePages(_ database: UInt32, count: Int) throws(WriteFault) {
    try WriteFault.check(unsafe cl_lmdb_gather_free(handle, database, count), "gather", file)
  }

  /// Makes room for a value and lets the body fill all of it. `append` promises that the key is
  /// above all others.
  func put(
    _ database: UInt32, _ key: UnsafeRawBufferPointer, count: Int, append: Bool = false,
    _ fill: (UnsafeMutableRawBufferPointer) -> Void
  ) throws(WriteFault) {
    var room: UnsafeMutablePointer<UInt8>?
    let code = unsafe cl_lmdb_put_reserve(
      handle, database, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count,
      count, append ? 1 : 0, &room)
    try WriteFault.check(code, "put", file)
    unsafe fill(UnsafeMutableRawBufferPointer(start: room, count: count))
  }

  /// The first entry at or above a key, copied; nil when there is none.
  func first(_ database: UInt32, from lower: [UInt8]) throws(WriteFault)
    -> (key: [UInt8], value: [UInt8])?
  {
    var opened: OpaquePointer?
    try WriteFault.check(
      unsafe cl_lmdb_cursor_open(handle, database, &opened), "open cursor", file)
    guard let cursor = unsafe opened else { return nil }
    defer { unsafe cl_lmdb_cursor_close(cursor) }
    var key = unsafe cl_lmdb_bytes()
    var value = unsafe cl_lmdb_bytes()
    let code = unsafe lower.withUnsafeBufferPointer {
      unsafe cl_lmdb_cursor_seek(cursor, $0.baseAddress, $0.count, &key, &value)
    }
    if code == CL_LMDB_NOT_FOUND { return nil }
    try WriteFault.check(code, "seek", file)
    return unsafe ([UInt8](buffer(key)), [UInt8](buffer(value)))
  }

  /// Puts an entry above all others of the database.
  func append(_ database: UInt32, _ key: [UInt8], _ value: [UInt8]) throws(WriteFault) {
    try unsafe key.withUnsafeBufferPointer { key throws(WriteFault) in
      try unsafe put(database, UnsafeRawBufferPointer(key), count: value.count, append: true) {
        unsafe $0.copyBytes(from: value)
      }
    }
  }

  /// Deletes a key, if it is there.
  func delete(_ database: UInt32, _ key: UnsafeRawBufferPointer) throws(WriteFault) {
    let code = unsafe cl_lmdb_delete(
      handle, database, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count)
    if code != CL_LMDB_NOT_FOUND { try WriteFault.check(code, "delete", file) }
  }

  /// Deletes every entry whose key starts with the prefix.
  func deleteAll(_ database: UInt32, prefix: [UInt8]) throws(WriteFault) {
    var opened: OpaquePointer?
    try WriteFault.check(
      unsafe cl_lmdb_cursor_open(handle, database, &opened), "open cursor", file)
    guard let cursor = unsafe opened else { return }
    defer { unsafe cl_lmdb_cursor_close(cursor) }
    var key = unsafe cl_lmdb_bytes()
    var value = unsafe cl_lmdb_bytes()
    var code = unsafe prefix.withUnsafeBufferPointer {
      unsafe cl_lmdb_cursor_seek(cursor, $0.baseAddress, $0.count, &key, &value)
    }
    while code == CL_LMDB_OK, unsafe buffer(key).starts(with: prefix) {
      try WriteFault.check(unsafe cl_lmdb_cursor_delete(cursor), "delete", file)
      code = unsafe cl_lmdb_cursor_next(cursor, &key, &value)
    }
    if code != CL_LMDB_NOT_FOUND { try WriteFault.check(code, "delete", file) }
  }
}

/// Why a write transaction fails: the map is full (grow it and write anew), or for good.
enum WriteFault: Error {
  case mapFull
  case store(StoreError)

  static func check(_ code: Int32, _ operation: String, _ file: StateFile) throws(WriteFault) {
    switch code {
    case CL_LMDB_OK: return
    case CL_LMDB_MAP_FULL: throw .mapFull
    default: throw .store(StoreError(lmdb: code, operation, file.path))
    }
  }
}

private func buffer(_ bytes: cl_lmdb_bytes) -> UnsafeRawBufferPointer {
  unsafe UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.length)
}

private func lookUp(
  _ handle: OpaquePointer, _ file: StateFile, _ database: UInt32, _ key: UnsafeRawBufferPointer
) throws(StoreError) -> UnsafeRawBufferPointer? {
  var value = unsafe cl_lmdb_bytes()
  let code = unsafe cl_lmdb_get(
    handle, database, key.baseAddress?.assumingMemoryBound(to: UInt8.self), key.count, &value)
  if code == CL_LMDB_NOT_FOUND { return nil }
  guard code == CL_LMDB_OK else { throw StoreError(lmdb: code, "read", file.path) }
  return unsafe buffer(value)
}
