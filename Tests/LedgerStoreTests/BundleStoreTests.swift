import Glibc
import LedgerCore
import Testing

@testable import LedgerStore

@Suite("Bundles kept until decided")
struct BundleStoreTests {
  let temporary = TemporaryFolder()

  private func open(_ options: StoreOptions = smallOptions()) throws -> BundleStore {
    try BundleStore(try temporary.folder("bundles"), chain: chain, options: options)
  }

  private func bundle(_ number: Int) -> StoredBundle {
    StoredBundle(
      digest: SHA256.hash(Array("bundle \(number)".utf8)), birthHeight: UInt64(number / 4),
      bytes: bytes(200 + number % 50, UInt8(number & 0xFF)))
  }

  private func segment(_ number: UInt64) -> String {
    temporary.path + "/bundles/" + FrameFile.name(.bundles, number)
  }

  @Test("synced bundles are there after reopening, once each and in order")
  func roundTrip() throws {
    let bundles = (0..<50).map(bundle)
    do {
      let store = try open()
      try store.append(Array(bundles[..<30]))
      try store.sync()
      try store.append(Array(bundles[20...]))
      try store.sync()
      #expect(try store.load() == bundles)
    }
    let store = try open()
    #expect(try store.load() == bundles)
    #expect(store.count == 50)
    #expect(store.contains(bundles[49].digest))
    #expect(!store.contains(SHA256.hash([1])))
    try store.append(bundles)
    #expect(store.count == 50)
    #expect(try store.load(bornFrom: 10) == Array(bundles[40...]))
  }

  @Test("segments of decided or expired bundles are removed")
  func removal() throws {
    let bundles = (0..<60).map(bundle)
    let store = try open()
    try store.append(bundles)
    try store.sync()
    try store.removeSegments(bornBelow: 8)
    let rest = try store.load()
    #expect(rest.count < 60)
    #expect(rest.filter { $0.birthHeight >= 8 } == Array(bundles[32...]))
    #expect(!store.contains(bundles[0].digest))
    #expect(try open().load() == rest)
  }

  @Test("whatever of an unsynced group reached the disk, the synced ones before it stay")
  func tornGroup() throws {
    let bundles = (0..<8).map(bundle)
    do {
      let store = try open()
      try store.append(Array(bundles[..<3]))
      try store.sync()
      try store.append(Array(bundles[3...]))
    }
    let whole = try fileBytes(segment(1))
    let frames = try FrameFile.open(
      Folder(path: temporary.path + "/bundles"), .bundles, number: 1, chain: chain
    ).scan(last: true, reading: true).frames
    #expect(frames.count == 8)
    // One frame of the group is missing, those after it are there.
    for lost in 3..<8 {
      try alter(segment(1)) {
        for offset in Int(frames[lost].offset)..<Int(frames[lost].end) { $0[offset] = 0 }
      }
      do {
        let store = try open()
        #expect(try store.load() == Array(bundles[..<lost]))
        // What is appended now must not meet what the cut left behind.
        try store.append([bundles[lost]])
        try store.sync()
      }
      #expect(try open().load() == Array(bundles[...lost]))
      try alter(segment(1)) { $0 = whole }
    }
    // One that had been synced is damage, not a torn write.
    try alter(segment(1)) { $0[Int(frames[1].offset) + 60] ^= 1 }
    let damage = StoreDamage(.frame(path: segment(1), offset: frames[1].offset), .checksum)
    #expect(throws: StoreError.damaged(damage)) { try open() }
  }

  @Test("a failed sync is final")
  func syncFailureIsFinal() throws {
    let failing = SyncSwitch()
    var options = smallOptions()
    options.dataSync = { failing.code == 0 ? File.fdatasync($0) : failing.code }
    let store = try open(options)
    try store.append([bundle(1)])
    failing.code = EIO
    #expect(throws: StoreError.syncFailed(path: segment(1), code: EIO)) { try store.sync() }
    failing.code = 0
    #expect(throws: StoreError.stopped(path: temporary.path + "/bundles")) { try store.sync() }
    #expect(throws: StoreError.stopped(path: temporary.path + "/bundles")) {
      try store.append([bundle(2)])
    }
  }
}
