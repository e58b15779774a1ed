import LedgerCore
import LedgerState

/// A record in LMDB: at SHA-256(key), `leaf hash (32) ‖ key length (u16, little-endian) ‖ key ‖
/// value`. LMDB has no page checksums, so the leaf hash is the record's checksum too.
enum RecordLayout {
  static let headBytes = 34

  static func size(_ change: StateChange, value: [UInt8]) -> Int {
    headBytes + change.key.bytes.count + value.count
  }

  /// Fills a record's room, which has the size above.
  static func fill(
    _ room: UnsafeMutableRawBufferPointer, path: Digest, key: [UInt8], value: [UInt8]
  ) {
    let leaf = unsafe value.withUnsafeBytes { unsafe Checksum.leaf(path: path, value: $0) }
    unsafe leaf.withBytes { unsafe room.copyMemory(from: $0) }
    unsafe room.storeBytes(
      of: UInt16(truncatingIfNeeded: key.count).littleEndian, toByteOffset: 32, as: UInt16.self)
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[headBytes...]).copyBytes(from: key)
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[(headBytes + key.count)...])
      .copyBytes(from: value)
  }

  /// The leaf hash as it is stored, unchecked; nil when the record is too short to have one.
  static func leafHash(_ record: UnsafeRawBufferPointer) -> Digest? {
    guard record.count > headBytes else { return nil }
    return unsafe Digest(copying: UnsafeRawBufferPointer(rebasing: record[..<32]))
  }

  /// Where key and value lie, after all of it was checked: that it is laid out rightly, stands at
  /// its key's hash, and has its leaf hash.
  static func check(_ record: UnsafeRawBufferPointer, path: Digest)
    -> Result<(key: Range<Int>, value: Range<Int>), StoreDamage>
  {
    func damaged(_ fault: StoreDamage.Fault)
      -> Result<(key: Range<Int>, value: Range<Int>), StoreDamage>
    { .failure(StoreDamage(.record(path: path), fault)) }

    guard
      record.count > headBytes,
      record.count <= headBytes + Limits.recordKeyBytesMax + Limits.recordValueBytesMax
    else { return damaged(.badLayout) }
    let keyCount = unsafe Int(
      UInt16(littleEndian: record.loadUnaligned(fromByteOffset: 32, as: UInt16.self)))
    let valueStart = headBytes + keyCount
    guard (1...Limits.recordKeyBytesMax).contains(keyCount), valueStart <= record.count else {
      return damaged(.badLayout)
    }
    let key = unsafe UnsafeRawBufferPointer(rebasing: record[headBytes..<valueStart])
    let value = unsafe UnsafeRawBufferPointer(rebasing: record[valueStart...])
    guard unsafe Checksum.hash(key) == path else { return damaged(.wrongPath) }
    guard unsafe Checksum.leaf(path: path, value: value) == leafHash(record) else {
      return damaged(.leafHash)
    }
    return .success((headBytes..<valueStart, valueStart..<record.count))
  }
}
