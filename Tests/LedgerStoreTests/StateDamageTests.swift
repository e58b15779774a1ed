import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("Damage to the state's file")
struct StateDamageTests {
  let temporary = TemporaryFolder()

  private var file: String { temporary.home + "/data/state/data.mdb" }
  private let pageBytes = 4096

  @Test("a record with any byte flipped is refused when it is read, and found by an audit")
  func recordFlipped() throws {
    try createLedger(temporary.home)
    let whole = try fileBytes(file)
    let leaf = StateLeaf(key: key(7), value: bytes(40, 0))
    let start = try #require(offset(of: leaf.hash.bytes.array, in: whole))
    // Leaf hash, key length, key, value.
    let length = 32 + 2 + key(7).bytes.count + 40
    for position in start..<start + length {
      try alter(file) { $0[position] ^= 0x80 }
      do {
        let records = try openLedger(temporary.home).records
        #expect(throws: StateReadError.corruptRecord(path: leaf.path)) {
          try records.value(of: key(7))
        }
        #expect(try records.value(of: key(8)) == bytes(40, 0))
        let keys = [8, 7, 6].map { key($0) }
        let reads = try #require(try records.reads(depth: 2))
        #expect(throws: StateReadError.corruptRecord(path: leaf.path)) {
          try reads.values(of: keys, paths: keys.map(\.hash))
        }
        // What is damaged is refused every time.
        #expect(throws: StateReadError.corruptRecord(path: leaf.path)) {
          try reads.values(of: keys, paths: keys.map(\.hash))
        }
      }
      var places: [StoreDamage.Place] = []
      try StoreAudit(home: temporary.home).checkRecords(
        { _ in }, fault: { places.append($0.place) })
      let place = try #require(places.first)
      guard places.count == 1, case .record(let path) = place else {
        Issue.record("found at \(position - start): \(places)")
        continue
      }
      // Where the key is damaged, the place is known and no more of the path.
      #expect(path.bytes.array.prefix(8) == leaf.path.bytes.array.prefix(8))
      try alter(file) { $0[position] ^= 0x80 }
    }
    #expect(try fileBytes(file) == whole)
  }

  @Test("a record whose place or key is changed is found when the tree is built")
  func placeFlipped() throws {
    try createLedger(temporary.home)
    let whole = try fileBytes(file)
    let leaf = StateLeaf(key: key(7), value: bytes(40, 0))
    let start = try #require(offset(of: leaf.hash.bytes.array, in: whole))
    // LMDB's key lies before the record, its key behind leaf hash and length.
    for position in [start - 8, start - 1, start + 34] {
      try alter(file) { $0[position] ^= 1 }
      #expect(throws: StateReadError.self) {
        _ = try AuthenticatedState(reader: try openLedger(temporary.home).records)
      }
      try alter(file) { $0[position] ^= 1 }
    }
    _ = try AuthenticatedState(reader: try openLedger(temporary.home).records)
  }

  @Test("an index entry with any byte flipped is refused when it is read, and found by an audit")
  func indexEntryFlipped() throws {
    let lot = IndexChange(index: "lots", key: bytes(9, 0x51), value: bytes(20, 0x77))
    try createLedger(temporary.home, indexes: [lot])
    let whole = try fileBytes(file)
    // LMDB keeps key and data side by side.
    let stored = Array("lots".utf8) + [0] + lot.key
    let start = try #require(offset(of: stored, in: whole))
    let length = stored.count + IndexLayout.checkBytes + 20
    for position in start + 5..<start + length {
      try alter(file) { $0[position] ^= 0x01 }
      do {
        let index = try openLedger(temporary.home).records.index("lots")
        #expect(throws: StateReadError.self) { try index.first(5) }
      }
      var found: [StoreDamage] = []
      try StoreAudit(home: temporary.home).checkIndexEntries(
        { _, _ in }, fault: { found.append($0) })
      #expect(found.count == 1)
      #expect("\(found)".contains("index lots, entry"))
      try alter(file) { $0[position] ^= 0x01 }
    }
  }

  @Test("the note of height, root and genesis with any byte flipped is refused")
  func noteFlipped() throws {
    try createLedger(temporary.home)
    let note = StateNote(chain: chain, height: 0, root: root(0)).bytes
    let start = try #require(offset(of: note, in: try fileBytes(file)))
    for position in start..<start + note.count {
      try alter(file) { $0[position] ^= 0x20 }
      let damage = StoreDamage(.stateNote(path: temporary.home + "/data/state"), .checksum)
      #expect(throws: StoreError.damaged(damage)) { try openLedger(temporary.home) }
      try alter(file) { $0[position] ^= 0x20 }
    }
  }

  @Test("a page whose structure is damaged is named when the node starts, before LMDB meets it")
  func pageDamaged() throws {
    try createLedger(temporary.home)
    let leaf = StateLeaf(key: key(7), value: bytes(40, 0))
    let start = try #require(offset(of: leaf.hash.bytes.array, in: try fileBytes(file)))
    let page = start / pageBytes
    // The page's number, its flags, where its nodes begin, and the place of its first node.
    let whole = try fileBytes(file)
    for position in [0, 10, 15, 17] {
      try writeByte(0xEE, at: page * pageBytes + position)
      let damage = StoreDamage(.statePage(path: file, page: UInt64(page)), .badLayout)
      #expect(throws: StoreError.damaged(damage)) { try openLedger(temporary.home) }
      try alter(file) { $0 = whole }
    }
    #expect(try openLedger(temporary.home).records.value(of: key(7)) == bytes(40, 0))
  }

  @Test("a flipped byte anywhere in the file is found, or changes nothing that is read")
  func anyByteFlipped() throws {
    try createLedger(temporary.home, count: 60)
    // Some pages freed, some split, one record of several pages.
    do {
      let store = try openLedger(temporary.home)
      for height: UInt64 in 1...2 { try store.log.append(height: height, block: [], receipts: []) }
      try store.records.flush(changes: changes(40..<90, 3), height: 1, root: root(1))
    }
    let previous = try #require(try audited(temporary.home))
    let large = StateChange(key: key(500), value: bytes(10_000, 5))
    try openLedger(temporary.home).records.flush(
      changes: [large], height: 2, root: root(2))
    let whole = try fileBytes(file)
    let expected = try #require(try audited(temporary.home))
    #expect(expected.count == 91)
    let used = try #require(whole.lastIndex { $0 != 0 }) + 1
    var found = 0
    for page in stride(from: 0, to: used, by: pageBytes) {
      let heads = page..<min(page + 48, used)
      let others = stride(from: page + 48, to: min(page + pageBytes, used), by: 97)
      for position in Array(heads) + Array(others) {
        try writeByte(whole[position] ^ (position % 2 == 0 ? 0xFF : 0x04), at: position)
        if let records = try audited(temporary.home) {
          // LMDB keeps two commits; a changed number of the newer makes the one before it count,
          // and the log leads on from there.
          let isWhole = records == expected || (position < 2 * pageBytes && records == previous)
          #expect(isWhole, "byte \(position)")
        } else {
          found += 1
        }
        try writeByte(whole[position], at: position)
      }
    }
    #expect(found > 100)
  }

  private func writeByte(_ byte: UInt8, at offset: Int) throws {
    try File(file, .readWrite).write([byte], at: UInt64(offset))
  }

  @Test("a crash before the last write of a commit leaves the state before, whole")
  func crashBeforeMetaPage() throws {
    try createLedger(temporary.home)
    let before = try fileBytes(file)
    do {
      let store = try openLedger(temporary.home)
      try store.log.append(height: 1, block: [1], receipts: [])
      try store.records.flush(changes: changes(5..<25, 9), height: 1, root: root(1))
    }
    let after = try fileBytes(file)
    // LMDB writes data pages, syncs, then one of the two meta pages (0 and 1).
    let pages = max(before.count, after.count) / pageBytes
    for written in 2...pages {
      var torn = Array(before.prefix(2 * pageBytes))
      torn += after[2 * pageBytes..<min(written * pageBytes, after.count)]
      if before.count > torn.count { torn += before[torn.count...] }
      try alter(file) { $0 = torn }
      let records = try openLedger(temporary.home).records
      #expect(records.height == 0)
      #expect(records.root == root(0))
      for number in 0..<20 {
        #expect(try records.value(of: key(number)) == bytes(40, 0))
      }
      #expect(try records.value(of: key(20)) == nil)
    }
    try alter(file) { $0 = after }
    #expect(try openLedger(temporary.home).records.height == 1)
  }
}
