import LedgerCore

/// How history's entries lie in LMDB. Every value begins with a check: SHA-256 over the database's
/// name, the key and the rest of the value, cut to 16 bytes.
///
///     transactions, accounts, bundles
///       key    run u64 · last prefix u64 · last order u64            big-endian
///       value  check (16) · 1 … 254 entries: prefix u64 · order u64  little-endian, ascending
///     blocks
///       key    height u64                                            big-endian
///       value  check (16) · summary in BCS
///     slices
///       key    height u64 · last index u32                           big-endian
///       value  check (16) · slice in BCS
///     notes
///       `history` → the note in BCS with its own check
enum HistoryLayout {
  static let checkBytes = 16
  /// With the check and LMDB's head, a page of 4,096 bytes.
  static let chunkEntriesMax = 254
  static let runKeyBytes = 24

  static func runKey(_ run: UInt64, _ prefix: UInt64, _ order: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(runKeyBytes)
    for number in [run, prefix, order] { append(number, to: &key) }
    return key
  }

  static func runPrefix(_ run: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    append(run, to: &key)
    return key
  }

  static func blockKey(_ height: UInt64) -> [UInt8] { runPrefix(height) }

  static func sliceKey(_ height: UInt64, last index: Int) -> [UInt8] {
    var key = runPrefix(height)
    let index = UInt32(clamping: index)
    for shift in stride(from: 24, through: 0, by: -8) {
      key.append(UInt8(truncatingIfNeeded: index >> UInt32(shift)))
    }
    return key
  }

  private static func append(_ number: UInt64, to key: inout [UInt8]) {
    for shift in stride(from: 56, through: 0, by: -8) {
      key.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
    }
  }

  /// The number that eight bytes of a key are.
  static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func check(_ name: String, _ key: [UInt8], _ value: UnsafeRawBufferPointer) -> [UInt8] {
    unsafe Array(
      Checksum.hash(prefix: Array(name.utf8) + [0] + key, value).bytes.array.prefix(checkBytes))
  }

  /// The value of an entry: its check and its bytes.
  static func sealed(_ name: String, _ key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    unsafe bytes.withUnsafeBytes { unsafe check(name, key, $0) } + bytes
  }

  /// What a value holds after its check; nil when it is not what was written.
  static func opened(_ name: String, _ key: [UInt8], _ value: [UInt8]) -> ArraySlice<UInt8>? {
    guard value.count > checkBytes else { return nil }
    let sum = unsafe value.withUnsafeBytes {
      unsafe check(name, key, UnsafeRawBufferPointer(rebasing: $0[checkBytes...]))
    }
    guard sum.elementsEqual(value.prefix(checkBytes)) else { return nil }
    return value[checkBytes...]
  }

  /// A chunk's bytes.
  static func chunk(_ entries: ArraySlice<PlaceEntry>) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: entries.count * PlaceEntry.bytesCount) {
      buffer, count in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for entry in entries {
        unsafe raw.storeBytes(
          of: entry.prefix.littleEndian, toByteOffset: count, as: UInt64.self)
        unsafe raw.storeBytes(
          of: entry.order.littleEndian, toByteOffset: count + 8, as: UInt64.self)
        count += PlaceEntry.bytesCount
      }
    }
  }

  /// The entries of a chunk, when the bytes are some in ascending order.
  static func entries(_ bytes: ArraySlice<UInt8>) -> [PlaceEntry]? {
    guard bytes.count.isMultiple(of: PlaceEntry.bytesCount), !bytes.isEmpty else { return nil }
    let count = bytes.count / PlaceEntry.bytesCount
    let entries = unsafe bytes.withUnsafeBytes { raw in
      (0..<count).map { index in
        let offset = index * PlaceEntry.bytesCount
        return unsafe PlaceEntry(
          prefix: UInt64(
            littleEndian: raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)),
          order: UInt64(
            littleEndian: raw.loadUnaligned(fromByteOffset: offset + 8, as: UInt64.self)))
      }
    }
    return entries
  }
}
