import Glibc
import LedgerCore
import Testing

@testable import LedgerStore

@Suite("What was prepared")
struct VoteStoreTests {
  let temporary = TemporaryFolder()

  private func open(_ options: StoreOptions = smallOptions()) throws -> VoteStore {
    try VoteStore(try temporary.folder("votes"), chain: chain, options: options)
  }

  private func slot(_ number: Int) -> String { temporary.path + "/votes/prepared-\(number)" }

  @Test("the last one saved is loaded, whatever its size")
  func lastIsLoaded() throws {
    #expect(try open().loadPrepared() == nil)
    for (height, size) in [(1, 10), (2, 5_000), (3, 0), (4, 900), (5, 60_000), (6, 1)] {
      let payload = bytes(size, UInt8(height))
      let store = try open()
      try store.savePrepared(height: UInt64(height), payload: payload)
      let expected = VoteStore.Prepared(height: UInt64(height), payload: payload)
      #expect(try store.loadPrepared() == expected)
      #expect(try open().loadPrepared() == expected)
    }
  }

  @Test("a save torn at any byte leaves the one before")
  func tornSave() throws {
    do {
      let store = try open()
      try store.savePrepared(height: 1, payload: bytes(30, 1))
      try store.savePrepared(height: 2, payload: bytes(40, 2))
      try store.savePrepared(height: 3, payload: bytes(50, 3))
    }
    let newest = try fileBytes(slot(1))
    for offset in 0..<FrameHead.frameBytes(payload: 50) {
      for tear in 0..<2 {
        try alter(slot(1)) {
          if tear == 0 { $0[offset] ^= 0x11 } else { $0.removeSubrange(offset...) }
        }
        let store = try open()
        let before = VoteStore.Prepared(height: 2, payload: bytes(40, 2))
        #expect(try store.loadPrepared() == before)
        try alter(slot(1)) { $0 = newest }
      }
    }
    #expect(try open().loadPrepared()?.height == 3)
  }

  @Test("the very first save torn is as if nothing was saved; two spoilt slots are damage")
  func firstTorn() throws {
    do { try open().savePrepared(height: 1, payload: bytes(30, 1)) }
    try alter(slot(1)) { $0[50] ^= 1 }
    #expect(try open().loadPrepared() == nil)
    do { try open().savePrepared(height: 1, payload: bytes(30, 1)) }
    do { try open().savePrepared(height: 2, payload: bytes(30, 2)) }
    for number in 0..<2 { try alter(slot(number)) { $0[50] ^= 1 } }
    #expect(throws: StoreError.damaged(StoreDamage(.frame(path: slot(0), offset: 0), .checksum))) {
      try open()
    }
  }

  @Test("a failed sync is final, and what was saved before is still there")
  func syncFailureIsFinal() throws {
    let failing = SyncSwitch()
    var options = smallOptions()
    options.dataSync = { failing.code == 0 ? File.fdatasync($0) : failing.code }
    let store = try open(options)
    try store.savePrepared(height: 1, payload: [1])
    failing.code = EIO
    #expect(throws: StoreError.syncFailed(path: slot(0), code: EIO)) {
      try store.savePrepared(height: 2, payload: [2])
    }
    failing.code = 0
    #expect(throws: StoreError.stopped(path: temporary.path + "/votes")) {
      try store.savePrepared(height: 2, payload: [2])
    }
  }
}
