import CLedgerCore
import LedgerCore
import LedgerState

extension WriteTransaction {
  /// Puts and deletes records, which ascend by path. `append` promises that they are above all
  /// others.
  func putRecords(
    _ writes: StateWrites, _ database: UInt32, append: Bool
  ) throws(WriteFault) {
    var made: OpaquePointer?
    try WriteFault.check(
      unsafe cl_records_writer_new(handle, database, &made), "open cursor", file)
    guard let writer = unsafe made else { return }
    defer { unsafe cl_records_writer_free(writer) }
    for (index, write) in writes.enumerated() {
      if !append && index.isMultiple(of: Self.soughtTogether) {
        unsafe Self.expect(writes, from: index, writer)
      }
      let code = unsafe Self.put(write, writer, append)
      if code == CL_RECORDS_BAD_LENGTH { throw .store(Self.refusal(write)) }
      if let fault = StoreDamage.Fault(records: code) {
        throw .store(.damaged(StoreDamage(.record(path: write.path), fault)))
      }
      try WriteFault.check(code, "put", file)
    }
  }

  /// Records whose places are fetched from memory together: few enough to stay in the cache.
  private static let soughtTogether = 32

  private static func expect(_ writes: StateWrites, from first: Int, _ writer: OpaquePointer) {
    let paths = writes.paths(first..<min(first + soughtTogether, writes.count))
    unsafe paths.withUnsafeBytes { bytes in
      unsafe cl_records_writer_expect(
        writer, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), paths.count)
    }
  }

  private static func put(
    _ write: StateWrite, _ writer: OpaquePointer, _ append: Bool
  ) -> Int32 {
    unsafe write.path.withBytes { path in
      let path = unsafe path.baseAddress?.assumingMemoryBound(to: UInt8.self)
      guard let value = write.value else {
        let code = unsafe cl_records_delete(writer, path)
        return code == CL_LMDB_NOT_FOUND ? CL_LMDB_OK : code
      }
      return unsafe write.leafHash.withBytes { leafHash in
        unsafe write.key.bytes.withUnsafeBufferPointer { key in
          unsafe value.withUnsafeBufferPointer { value in
            unsafe cl_records_put(
              writer, path, leafHash.baseAddress?.assumingMemoryBound(to: UInt8.self),
              key.baseAddress, key.count, value.baseAddress, value.count, append ? 1 : 0)
          }
        }
      }
    }
  }

  private static func refusal(_ write: StateWrite) -> StoreError {
    let (key, value) = (write.key.bytes.count, write.value?.count ?? 0)
    let keys = 1...Limits.recordKeyBytesMax
    guard keys.contains(key) else {
      return .sizeRefused(what: "record key", bytes: key, allowed: keys)
    }
    return .sizeRefused(
      what: "record value", bytes: value, allowed: 1...Limits.recordValueBytesMax)
  }
}
