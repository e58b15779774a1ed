import LedgerCore

/// All indexes stand in one database: at `name ‖ 0x00 ‖ key`, `checksum (16) ‖ value`. The
/// checksum is over the whole LMDB key and the value, so an entry whose key changed is found too.
enum IndexLayout {
  static let checkBytes = 16

  static func prefix(_ index: String) -> [UInt8] { Array(index.utf8) + [0] }

  static func check(key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) -> Bytes32 {
    let keyHash = unsafe Checksum.hash(key).bytes.array
    return unsafe Checksum.hash(prefix: keyHash, value).bytes
  }

  /// Fills an entry's room: `checkBytes` and the value's.
  static func fill(_ room: UnsafeMutableRawBufferPointer, key: [UInt8], value: [UInt8]) {
    let sum = unsafe key.withUnsafeBytes { key in
      unsafe value.withUnsafeBytes { unsafe check(key: key, value: $0) }
    }
    unsafe withUnsafeBytes(of: sum) {
      unsafe room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[..<checkBytes]))
    }
    unsafe UnsafeMutableRawBufferPointer(rebasing: room[checkBytes...]).copyBytes(from: value)
  }

  /// The entry, checked; `skipping` bytes of the LMDB key are the name and its end.
  static func read(
    key: UnsafeRawBufferPointer, entry: UnsafeRawBufferPointer, index: String, skipping: Int
  ) -> Result<IndexEntry, StoreDamage> {
    let own = unsafe [UInt8](key.dropFirst(skipping))
    func damaged(_ fault: StoreDamage.Fault) -> Result<IndexEntry, StoreDamage> {
      .failure(StoreDamage(.indexEntry(index: index, key: own), fault))
    }
    guard (checkBytes...checkBytes + StoreLimits.indexValueBytesMax).contains(entry.count) else {
      return damaged(.badLayout)
    }
    let value = unsafe UnsafeRawBufferPointer(rebasing: entry[checkBytes...])
    let sum = unsafe check(key: key, value: value)
    let same = unsafe withUnsafeBytes(of: sum) {
      unsafe $0[..<checkBytes].elementsEqual(entry[..<checkBytes])
    }
    guard same else { return damaged(.checksum) }
    return .success(IndexEntry(key: own, value: unsafe [UInt8](value)))
  }

  /// Why a change cannot be kept, if so.
  static func refusal(_ change: IndexChange) -> StoreError? {
    let name = change.index.utf8
    let isName = name.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    guard isName, (1...StoreLimits.indexNameBytesMax).contains(name.count) else {
      return .sizeRefused(
        what: "index name \(change.index)", bytes: name.count,
        allowed: 1...StoreLimits.indexNameBytesMax)
    }
    guard (1...StoreLimits.indexKeyBytesMax).contains(change.key.count) else {
      return .sizeRefused(
        what: "key of index \(change.index)", bytes: change.key.count,
        allowed: 1...StoreLimits.indexKeyBytesMax)
    }
    guard change.value?.count ?? 0 <= StoreLimits.indexValueBytesMax else {
      return .sizeRefused(
        what: "value of index \(change.index)", bytes: change.value?.count ?? 0,
        allowed: 0...StoreLimits.indexValueBytesMax)
    }
    return nil
  }
}
