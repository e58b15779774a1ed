import Glibc
import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("A node's folder")
struct NodeStoreTests {
  let temporary = TemporaryFolder()

  @Test("a folder has one user at a time, and the refusal names the process")
  func oneUser() throws {
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home)
      let refusal = StoreError.inUse(path: temporary.home + "/data", process: getpid())
      #expect(throws: refusal) { try openLedger(temporary.home) }
      #expect(throws: refusal) { try StoreAudit(home: temporary.home) }
      #expect(throws: refusal) { try createLedger(temporary.home) }
      #expect("\(refusal)".contains("another process (pid \(getpid()))"))
      #expect(store.records.height == 0)
    }
    #expect(throws: Never.self) { try openLedger(temporary.home) }
  }

  @Test("LMDB is never opened twice in one process, by whatever path")
  func stateIsOpenedOnce() throws {
    let path = try temporary.folder("state")
    let file = try StateFile(path, mapBytes: 1 << 20, readOnly: false)
    #expect(throws: StoreError.inUse(path: path + "/.", process: nil)) {
      try StateFile(path + "/.", mapBytes: 1 << 20, readOnly: false)
    }
    #expect(file.path == path)
  }

  @Test("another chain's folder, no folder and a second creation are told apart")
  func wrongFolders() throws {
    #expect(throws: StoreError.notCreated(path: temporary.home)) {
      try openLedger(temporary.home)
    }
    #expect(!NodeStore.exists(home: temporary.home))
    try createLedger(temporary.home)
    #expect(NodeStore.exists(home: temporary.home))
    let other = StoreError.otherGenesis(
      path: temporary.home, found: chain, expected: otherChain)
    #expect(throws: other) { try NodeStore(home: temporary.home, genesis: otherChain) }
    #expect("\(other)".contains(chain.hex) && "\(other)".contains(otherChain.hex))
    #expect(throws: StoreError.alreadyCreated(path: temporary.home + "/data/state")) {
      try createLedger(temporary.home)
    }
    #expect(try NodeStore(home: temporary.home, genesis: nil).chain == chain)
  }

  @Test("a creation cut short can be repeated")
  func creationRepeated() throws {
    let state = Folder(path: temporary.home + "/data/state")
    _ = try Folder.make(state.path)
    do {
      let file = try StateFile(state.path, mapBytes: 1 << 20, readOnly: false)
      #expect(try file.database("records", integerKeys: true) != nil)
    }
    #expect(throws: StoreError.notCreated(path: temporary.home)) {
      try openLedger(temporary.home)
    }
    try createLedger(temporary.home)
    #expect(try openLedger(temporary.home).records.value(of: key(1)) == bytes(40, 0))
  }

  @Test("after a crash the blocks above the flushed height are there to replay")
  func replay() throws {
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home)
      #expect(store.replayHeights.isEmpty)
      for height in 1...12 {
        try store.log.append(height: UInt64(height), block: [UInt8(height)], receipts: [])
        if height == 5 {
          try store.records.flush(changes: changes(0..<2, 5), height: 5, root: root(5))
        }
      }
    }
    let store = try openLedger(temporary.home)
    #expect(store.records.height == 5)
    #expect(store.replayHeights == 6..<13)
    for height in store.replayHeights {
      #expect(try store.log.read(height).map { Array($0.block) } == [UInt8(height)])
    }
  }

  @Test("a log that does not reach or touch the state is refused")
  func logMustCover() throws {
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home)
      for height in 1...60 {
        try store.log.append(
          height: UInt64(height), block: bytes(200, UInt8(height)), receipts: [])
      }
      try store.records.flush(changes: [], height: 60, root: root(60))
      try store.log.removeSegments(below: 40)
    }
    let log = temporary.home + "/data/log"
    let names = try Folder(path: log).names()
    let last = try #require(names.last)
    let heights = try #require(try openLedger(temporary.home).log.heights)
    #expect(heights.upperBound == 60)
    // The newest segments are lost: the log ends below the state, or is empty.
    #expect(names.count == 2)
    let lost = try fileBytes(log + "/" + last)
    _ = unsafe unlink(log + "/" + last)
    #expect(throws: StoreError.self) { try openLedger(temporary.home) }
    _ = unsafe unlink(log + "/" + names[0])
    #expect(throws: StoreError.logDoesNotCover(stateHeight: 60, logHeights: nil)) {
      try openLedger(temporary.home)
    }
    let file = try File(log + "/" + last, .create)
    try file.write(lost, at: 0)
    #expect(try openLedger(temporary.home).replayHeights.isEmpty)
  }

  @Test("a state behind the first block of the log is refused")
  func logMustTouch() throws {
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home)
      try store.log.append(height: 5, block: [5], receipts: [])
    }
    #expect(throws: StoreError.logDoesNotCover(stateHeight: 0, logHeights: 5...5)) {
      try openLedger(temporary.home)
    }
  }
}
