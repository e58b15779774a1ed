import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("Records")
struct RecordStoreTests {
  let temporary = TemporaryFolder()

  @Test("what genesis wrote is read back at height 0")
  func genesisIsReadBack() throws {
    try createLedger(temporary.home)
    let store = try openLedger(temporary.home)
    #expect(store.records.height == 0)
    #expect(store.records.root == root(0))
    for number in 0..<20 {
      #expect(try store.records.value(of: key(number)) == bytes(40, 0))
    }
    #expect(try store.records.value(of: key(20)) == nil)
  }

  @Test("a flush changes, adds and deletes records, and survives closing")
  func flushSurvives() throws {
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home)
      let deleted = [StateChange(key: key(3), value: nil), StateChange(key: key(99), value: nil)]
      try store.records.flush(
        changes: changes(10..<30, 7) + deleted, height: 2, root: root(2))
      try store.log.append(height: 1, block: [1], receipts: [])
      try store.log.append(height: 2, block: [2], receipts: [])
    }
    let store = try openLedger(temporary.home)
    #expect(store.records.height == 2)
    #expect(store.records.root == root(2))
    #expect(try store.records.value(of: key(3)) == nil)
    #expect(try store.records.value(of: key(9)) == bytes(40, 0))
    #expect(try store.records.value(of: key(10)) == bytes(40, 7))
    #expect(try store.records.value(of: key(29)) == bytes(40, 7))
  }

  @Test("where a flush names a key twice, the later change counts")
  func laterChangeCounts() throws {
    try createLedger(temporary.home)
    let records = try openLedger(temporary.home).records
    let twice = [
      StateChange(key: key(1), value: [1]), StateChange(key: key(2), value: nil),
      StateChange(key: key(1), value: [2]), StateChange(key: key(2), value: [3]),
    ]
    try records.flush(changes: twice, height: 1, root: root(1))
    #expect(try records.value(of: key(1)) == [2])
    #expect(try records.value(of: key(2)) == [3])
  }

  @Test("leaves come in the order of their paths, with the hashes ICS-23 asks for")
  func leavesAreOrdered() throws {
    try createLedger(temporary.home, count: 300)
    let records = try openLedger(temporary.home).records
    let expected = (0..<300).map { StateLeaf(key: key($0), value: bytes(40, 0)) }
      .sorted { $0.path < $1.path }
    #expect(try records.leaves(inBuckets: [0], depth: 0).leaves == expected)
    let record = try records.record(at: key(5).hash)
    #expect(record == StateRecord(key: key(5), value: bytes(40, 0)))
  }

  @Test("a snapshot shows its height through flushes; the store shows the last one")
  func snapshotShowsOneHeight() throws {
    try createLedger(temporary.home)
    let records = try openLedger(temporary.home).records
    let snapshot = try records.snapshot()
    for height in 1...5 {
      try records.flush(
        changes: changes(0..<20, UInt8(height)), height: UInt64(height), root: root(9))
      #expect(try snapshot.value(of: key(4)) == bytes(40, 0))
      #expect(try records.value(of: key(4)) == bytes(40, UInt8(height)))
    }
    #expect(snapshot.height == 0)
    #expect(snapshot.root == root(0))
    #expect(
      try snapshot.leaves(inBuckets: [0], depth: 0).leaves
        .contains(StateLeaf(key: key(4), value: bytes(40, 0))))
    #expect(records.height == 5)
  }

  @Test("threads that read during flushes see whole heights only")
  func readersSeeWholeHeights() async throws {
    try createLedger(temporary.home)
    let records = try openLedger(temporary.home).records
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<3 {
        group.addTask {
          for _ in 0..<60 {
            let snapshot = try records.snapshot()
            let seed = UInt8(truncatingIfNeeded: snapshot.height)
            for number in 0..<20 {
              let value = try snapshot.value(of: key(number))
              if value != bytes(40, seed) { return false }
            }
            await Task.yield()
          }
          return true
        }
      }
      group.addTask {
        for height in 1...60 {
          try records.flush(
            changes: changes(0..<20, UInt8(height)), height: UInt64(height), root: root(1))
        }
        return true
      }
      for try await isWhole in group { #expect(isWhole) }
    }
    #expect(records.height == 60)
  }

  @Test("the map grows as the state does")
  func mapGrows() throws {
    try createLedger(temporary.home)
    let store = try openLedger(temporary.home)
    // 6 MB into a map of 1 MiB.
    try store.records.flush(
      changes: changes(0..<1500, 5, size: 4000), height: 1, root: root(1))
    try store.log.append(height: 1, block: [], receipts: [])
    for number in 0..<1500 {
      #expect(try store.records.value(of: key(number)) == bytes(4000, 5))
    }
    #expect(store.records.height == 1)
  }

  @Test("a state larger than the map it is opened with opens")
  func largerStateOpens() throws {
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home)
      try store.records.flush(
        changes: changes(0..<1500, 5, size: 4000), height: 1, root: root(1))
      try store.log.append(height: 1, block: [], receipts: [])
    }
    let store = try openLedger(temporary.home)
    #expect(try store.records.value(of: key(1499)) == bytes(4000, 5))
    try store.records.flush(
      changes: changes(1500..<3000, 6, size: 4000), height: 2, root: root(2))
    #expect(try store.records.value(of: key(2999)) == bytes(4000, 6))
  }

  @Test("a flush that must grow the map says so while a snapshot is held, and works after")
  func growthWaitsForReaders() throws {
    var options = smallOptions()
    options.growWaitMilliseconds = 1
    try createLedger(temporary.home)
    let records = try openLedger(temporary.home, options: options).records
    let large = changes(0..<1500, 5, size: 4000)
    do {
      let snapshot = try records.snapshot()
      #expect(throws: StoreError.readersActive(path: temporary.home + "/data/state")) {
        try records.flush(changes: large, height: 1, root: root(1))
      }
      #expect(try snapshot.value(of: key(4)) == bytes(40, 0))
      #expect(records.height == 0)
    }
    try records.flush(changes: large, height: 1, root: root(1))
    #expect(try records.value(of: key(4)) == bytes(4000, 5))
  }

  @Test("heights only rise, and sizes have bounds")
  func refusals() throws {
    try createLedger(temporary.home)
    let records = try openLedger(temporary.home).records
    try records.flush(changes: [], height: 4, root: root(4))
    #expect(throws: StoreError.heightOutOfOrder(expected: 5, given: 4)) {
      try records.flush(changes: changes(0..<1, 9), height: 4, root: root(5))
    }
    let refused: [StateChange] = [
      StateChange(key: StateKey([]), value: [1]),
      StateChange(key: StateKey(bytes(256, 0)), value: [1]),
      StateChange(key: key(1), value: []),
      StateChange(key: key(1), value: bytes(1024 * 1024 + 1, 0)),
    ]
    for change in refused {
      #expect(throws: StoreError.self) {
        try records.flush(changes: [change], height: 5, root: root(5))
      }
    }
    #expect(records.height == 4)
    #expect(try records.value(of: key(0)) == bytes(40, 0))
    try records.flush(
      changes: [StateChange(key: StateKey(bytes(255, 0)), value: bytes(1024 * 1024, 3))],
      height: 5, root: root(5))
    #expect(try records.value(of: StateKey(bytes(255, 0))) == bytes(1024 * 1024, 3))
  }

  @Test("the leaves of many buckets are those of their ranges, one after the other")
  func buckets() throws {
    try createLedger(temporary.home)
    let store = try openLedger(temporary.home)
    try store.records.flush(changes: changes(0..<300, 2), height: 1, root: root(1))
    let leaves = (0..<300).map { StateLeaf(key: key($0), value: bytes(40, 2)) }
      .sorted { $0.path < $1.path }
    #expect(leaves.count == 300)
    for depth in [0, 1, 4, 9, 12] {
      let all = (0..<UInt32(1) << UInt32(depth)).map { $0 }
      let few = all.filter { $0 % 7 == 3 || $0 % 11 == 0 }
      for buckets in [all, few, [], Array(all.suffix(1))] {
        let found = try store.records.leaves(inBuckets: buckets, depth: depth)
        let snapshot = try store.records.snapshot().leaves(inBuckets: buckets, depth: depth)
        #expect(found.starts == snapshot.starts && found.leaves == snapshot.leaves)
        #expect(found.count == buckets.count)
        for (index, bucket) in buckets.enumerated() {
          let range = Int(found.starts[index])..<Int(found.starts[index + 1])
          #expect(Array(found.leaves[range]) == leaves.filter { $0.path.prefix(depth) == bucket })
        }
      }
    }
  }

  @Test("what is read without copying is of one moment, and checked")
  func reading() throws {
    var options = smallOptions()
    options.stateMapBytes = 16 << 20
    try createLedger(temporary.home, options: options)
    let records = try openLedger(temporary.home, options: options).records
    let reading = try records.reading()
    try records.flush(changes: changes(0..<20, 9), height: 1, root: root(1))
    #expect(try copy(4, of: reading) == bytes(40, 0))
    #expect(try copy(77, of: reading) == nil)
    let fresh = try records.reading()
    #expect(try copy(4, of: fresh) == bytes(40, 9))
    #expect(try records.value(of: key(4)) == bytes(40, 9))
  }

  private func copy(_ number: Int, of reading: borrowing RecordReading) throws -> [UInt8]? {
    guard let span = try reading.value(of: key(number)) else { return nil }
    return unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
  }
}
