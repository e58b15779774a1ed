import CLedgerCore
import Glibc
import LedgerCore
import LedgerState

/// The leaves of records, as the tree's engine reads them.
extension StateFile {
  /// Calls the body with a source of the records' leaves, which is good inside it; throws what
  /// went wrong there.
  ///
  /// - Parameters:
  ///   - transaction: what to read through, on one thread; nil: the tip, on any.
  ///   - reads: what was read before; nobody reads through it meanwhile.
  ///   - damaged: when set, records are checked whole, and what is damaged is said here.
  func withLeafSource(
    _ database: UInt32, transaction: OpaquePointer? = nil, reads: RecordReads? = nil,
    damaged: (@Sendable (StoreDamage) -> Void)? = nil,
    _ body: (UnsafePointer<cl_state_source>) -> Void
  ) throws(StoreError) {
    var records = unsafe cl_records_source()
    unsafe records.env = handle
    unsafe records.database = database
    unsafe records.txn = transaction
    unsafe records.reads = unsafe reads?.handle
    let sayer = damaged.map { DamageSayer(say: $0) }
    if let sayer {
      unsafe records.check_values = 1
      unsafe records.damaged_context = Unmanaged.passUnretained(sayer).toOpaque()
      unsafe records.damaged = { context, code, path in
        guard let context = unsafe context, let fault = StoreDamage.Fault(records: code) else {
          return
        }
        let place = unsafe Digest(copying: UnsafeRawBufferPointer(start: path, count: 32))
        unsafe Unmanaged<DamageSayer>.fromOpaque(context).takeUnretainedValue()
          .say(StoreDamage(.record(path: place), fault))
      }
    }
    unsafe withUnsafeMutablePointer(to: &records) { records in
      var source = unsafe cl_state_source(
        read: cl_records_leaves, context: UnsafeMutableRawPointer(records))
      unsafe withUnsafePointer(to: &source) { unsafe body($0) }
    }
    withExtendedLifetime(sayer) {}
    guard unsafe records.code != CL_LMDB_OK else { return }
    let place = unsafe withUnsafeBytes(of: records.path) { unsafe Digest(copying: $0) }
    throw unsafe StoreError(records: records.code, place, "read", path)
  }

  /// The leaves of buckets, copied.
  func leaves(
    inBuckets buckets: [UInt32], depth: Int, _ database: UInt32,
    transaction: OpaquePointer? = nil
  ) throws(StoreError) -> BucketLeaves {
    var list = unsafe cl_state_leaves()
    defer { unsafe cl_state_leaves_free(&list) }
    var starts = [UInt32](repeating: 0, count: buckets.count + 1)
    var code = CL_STATE_OK
    try unsafe withLeafSource(database, transaction: transaction) { source in
      unsafe code = source.pointee.read(
        source.pointee.context, UInt32(depth), buckets, buckets.count, nil, &list, &starts)
    }
    guard code == CL_STATE_OK else { throw StoreError(lmdb: ENOMEM, "read leaves of", path) }
    let leaves = unsafe UnsafeRawBufferPointer(
      start: list.leaves, count: list.count * MemoryLayout<StateLeaf>.stride)
    return BucketLeaves(
      starts: starts, leaves: unsafe [StateLeaf](leaves.bindMemory(to: StateLeaf.self)))
  }
}

/// Who is told of damaged records; the engine holds a reference that is not counted.
private final class DamageSayer: Sendable {
  let say: @Sendable (StoreDamage) -> Void

  init(say: @escaping @Sendable (StoreDamage) -> Void) { self.say = say }
}

/// What an execution reads of a state's file, with the leaves beside. Holds a read transaction.
@safe final class RecordReads: StateReads {
  private let file: StateFile
  let handle: OpaquePointer

  init(_ file: StateFile, _ database: UInt32, depth: Int) throws(StoreError) {
    var made: OpaquePointer?
    let code = unsafe cl_records_reads_new(file.handle, database, UInt32(depth), &made)
    guard code == CL_LMDB_OK, let made = unsafe made else {
      throw StoreError(lmdb: code, "begin reading", file.path)
    }
    self.file = file
    unsafe handle = made
  }

  deinit { unsafe cl_records_reads_free(handle) }

  func expect(_ paths: [Digest]) {
    unsafe paths.withUnsafeBytes { bytes in
      unsafe cl_records_reads_expect(
        handle, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), paths.count)
    }
  }

  func values(of keys: [StateKey], paths: [Digest]) throws(StateReadError) -> [[UInt8]?] {
    precondition(keys.count == paths.count, "a key has another number of paths than one")
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    bytes.reserveCapacity(keys.count * Self.usualKeyBytes)
    ends.reserveCapacity(keys.count)
    for key in keys {
      bytes.append(contentsOf: key.bytes)
      ends.append(UInt32(bytes.count))
    }
    var records = unsafe [cl_record](repeating: cl_record(), count: keys.count)
    var failed = 0
    let code = unsafe paths.withUnsafeBytes { paths in
      unsafe cl_records_reads_get_all(
        handle, paths.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes, ends, keys.count,
        &records, &failed)
    }
    guard code == CL_LMDB_OK else {
      throw StateReadError(StoreError(records: code, paths[failed], "read", file.path))
    }
    return unsafe records.map { unsafe $0.value == nil ? nil : $0.copiedValue }
  }

  /// Of an account's key.
  private static let usualKeyBytes = 34

  func value(of key: StateKey, path: Digest) throws(StateReadError) -> [UInt8]? {
    var record = unsafe cl_record()
    let code = unsafe path.withBytes { path in
      unsafe key.bytes.withUnsafeBufferPointer { key in
        unsafe cl_records_reads_get(
          handle, path.baseAddress?.assumingMemoryBound(to: UInt8.self), key.baseAddress,
          key.count, &record)
      }
    }
    if code == CL_LMDB_NOT_FOUND { return nil }
    guard code == CL_LMDB_OK else {
      throw StateReadError(StoreError(records: code, path, "read", file.path))
    }
    return unsafe record.copiedValue
  }
}
