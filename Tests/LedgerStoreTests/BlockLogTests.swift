import Glibc
import LedgerCore
import Synchronization
import Testing

@testable import LedgerStore

@Suite("Block log")
struct BlockLogTests {
  let temporary = TemporaryFolder()

  private func open(_ options: StoreOptions = smallOptions()) throws -> BlockLog {
    try BlockLog(try temporary.folder("log"), chain: chain, options: options)
  }

  private func block(_ height: UInt64) -> [UInt8] {
    bytes(100 + Int(height * 37 % 400), UInt8(height & 0xFF))
  }

  private func receipts(_ height: UInt64) -> [UInt8] { bytes(Int(height % 9), 3) }

  private func append(_ log: BlockLog, _ heights: ClosedRange<UInt64>) throws {
    for height in heights {
      try log.append(height: height, block: block(height), receipts: receipts(height))
    }
  }

  private func expectWhole(_ log: BlockLog, _ heights: ClosedRange<UInt64>) throws {
    #expect(log.heights == heights)
    for height in heights {
      let entry = try #require(try log.read(height))
      #expect(Array(entry.block) == block(height))
      #expect(Array(entry.receipts) == receipts(height))
    }
  }

  private func segment(_ number: UInt64) -> String {
    temporary.path + "/log/" + FrameFile.name(.log, number)
  }

  /// The frames of a segment, as a scan finds them.
  private func frames(_ number: UInt64) throws -> [FramePlace] {
    let folder = Folder(path: temporary.path + "/log")
    return try FrameFile.open(folder, .log, number: number, chain: chain)
      .scan(last: true, reading: true).frames
  }

  @Test("blocks are read back, over many segments, before and after reopening")
  func roundTrip() throws {
    do {
      let log = try open()
      #expect(log.heights == nil)
      #expect(try log.read(1) == nil)
      try append(log, 1...60)
      try expectWhole(log, 1...60)
    }
    let log = try open()
    try expectWhole(log, 1...60)
    #expect(try log.read(0) == nil)
    #expect(try log.read(61) == nil)
    try append(log, 61...70)
    try expectWhole(log, 1...70)
    #expect(try Folder(path: temporary.path + "/log").names().count > 4)
  }

  @Test("a block larger than a segment gets a larger segment")
  func largeBlock() throws {
    let large = bytes(50_000, 9)
    let log = try open()
    try append(log, 1...3)
    try log.append(height: 4, block: large, receipts: large)
    try append(log, 5...6)
    let again = try open()
    #expect(try again.read(4).map { Array($0.block) } == large)
    #expect(try again.read(4).map { Array($0.receipts) } == large)
    #expect(try again.read(6).map { Array($0.block) } == block(6))
  }

  @Test("heights follow each other")
  func heightsFollow() throws {
    let log = try open()
    try append(log, 7...8)
    for height: UInt64 in [8, 10, 0] {
      #expect(throws: StoreError.heightOutOfOrder(expected: 9, given: height)) {
        try log.append(height: height, block: [1], receipts: [])
      }
    }
    try expectWhole(log, 7...8)
  }

  @Test("a range for a peer is bounded in bytes and never empty when its first block is there")
  func rangeIsBounded() throws {
    let log = try open()
    try append(log, 1...40)
    let some = try log.read(from: 5, bytesMax: 2_000)
    #expect(some.map(\.height) == Array(5..<5 + UInt64(some.count)))
    #expect(some.count > 1)
    #expect(some.reduce(0) { $0 + $1.block.count } <= 2_000)
    #expect(try log.read(from: 5, bytesMax: 1).map(\.height) == [5])
    #expect(try log.read(from: 38, bytesMax: 1 << 20).map(\.height) == [38, 39, 40])
    #expect(try log.read(from: 41, bytesMax: 1 << 20).isEmpty)
  }

  @Test("old segments are removed whole, and the rest stays readable after reopening")
  func retention() throws {
    let log = try open()
    try append(log, 1...60)
    try log.removeSegments(below: 30)
    let first = try #require(log.heights?.lowerBound)
    #expect((2...30).contains(first))
    #expect(try log.read(first - 1) == nil)
    try expectWhole(log, first...60)
    try expectWhole(try open(), first...60)
    try log.removeSegments(below: 1_000)
    #expect(log.heights?.upperBound == 60)
    try append(log, 61...62)
    #expect(try open().read(62).map { Array($0.block) } == block(62))
  }

  @Test("a write torn at any byte is cut off, and the blocks before it stay")
  func tornAtEveryByte() throws {
    do { try append(try open(), 1...4) }
    let whole = try fileBytes(segment(1))
    let last = try #require(try frames(1).last)
    for offset in Int(last.offset)..<Int(last.end) {
      let start = Int(last.offset)
      let end = Int(last.end)
      // Bytes from here on were not written; or only those; or the file was cut.
      let tears: [(inout [UInt8]) -> Void] = [
        { $0.replaceSubrange(offset..<end, with: repeatElement(0, count: end - offset)) },
        { $0.replaceSubrange(start...offset, with: repeatElement(0, count: offset + 1 - start)) },
        { $0.removeSubrange(offset...) },
      ]
      for tear in tears {
        var torn = whole
        tear(&torn)
        if torn == whole { continue }
        try alter(segment(1)) { $0 = torn }
        let log = try open()
        try expectWhole(log, 1...3)
        try log.append(height: 4, block: [4], receipts: [])
        #expect(try open().read(4).map { Array($0.block) } == [4])
        try alter(segment(1)) { $0 = whole }
        _ = unsafe unlink(segment(2))
      }
    }
    try expectWhole(try open(), 1...4)
  }

  @Test("a flipped byte in the last frame costs that frame only")
  func flippedAtEveryByte() throws {
    do { try append(try open(), 1...3) }
    let whole = try fileBytes(segment(1))
    let last = try #require(try frames(1).last)
    for offset in Int(last.offset)..<Int(last.end) {
      try alter(segment(1)) { $0[offset] ^= 0x40 }
      try expectWhole(try open(), 1...2)
      try alter(segment(1)) { $0 = whole }
    }
  }

  @Test("a flipped byte before the last frame is named, with file and offset, and cuts nothing")
  func damageInTheMiddle() throws {
    do { try append(try open(), 1...4) }
    let whole = try fileBytes(segment(1))
    let second = try frames(1)[1]
    for offset in Int(second.offset)..<Int(second.end) {
      try alter(segment(1)) { $0[offset] ^= 1 }
      let expected = StoreDamage(.frame(path: segment(1), offset: second.offset), .checksum)
      #expect(throws: StoreError.damaged(expected)) { try open() }
      try alter(segment(1)) { $0[offset] ^= 1 }
      #expect(try fileBytes(segment(1)) == whole)
    }
    try expectWhole(try open(), 1...4)
  }

  @Test("damage to an earlier segment shows when it is read, and to its heads when opened")
  func damageInEarlierSegment() throws {
    do { try append(try open(), 1...40) }
    let second = try frames(1)[1]
    try alter(segment(1)) { $0[Int(second.offset) + FrameHead.bytesCount] ^= 1 }
    let damage = StoreError.damaged(
      StoreDamage(.frame(path: segment(1), offset: second.offset), .checksum))
    do {
      let log = try open()
      #expect(try log.read(1).map { Array($0.block) } == block(1))
      #expect(throws: damage) { try log.read(2) }
    }
    try alter(segment(1)) { $0[Int(second.offset) + 9] ^= 1 }
    #expect(throws: damage) { try open() }
  }

  @Test("a segment's damaged head, a missing segment and another chain's are told apart")
  func segmentHeads() throws {
    do { try append(try open(), 1...40) }
    let whole = try fileBytes(segment(2))
    for offset in 0..<SegmentHead.bytesCount {
      try alter(segment(2)) { $0[offset] ^= 2 }
      #expect(throws: StoreError.damaged(StoreDamage(.segment(path: segment(2)), .checksum))) {
        try open()
      }
      try alter(segment(2)) { $0 = whole }
    }
    #expect(
      throws: StoreError.otherGenesis(path: segment(1), found: chain, expected: otherChain)
    ) {
      try BlockLog(temporary.path + "/log", chain: otherChain, options: smallOptions())
    }
    _ = unsafe unlink(segment(2))
    #expect(
      throws: StoreError.damaged(
        StoreDamage(.segment(path: segment(3)), .missingSegment(number: 2)))
    ) { try open() }
  }

  @Test("bytes that look like a frame inside a payload do not stop a torn write from being cut")
  func forgedFrameInPayload() throws {
    // What an attacker can know: everything but the salt.
    let forged = FrameSeal(salt: Array(repeating: 0, count: 16)).frame(
      [bytes(40, 1)[...]], height: 9, group: 1 << 20, at: 400)
    do {
      let log = try open()
      try append(log, 1...2)
      try log.append(
        height: 3, block: Array((0..<8).flatMap { _ in forged }), receipts: [])
    }
    let last = try #require(try frames(1).last)
    try alter(segment(1)) { $0[Int(last.offset) + FrameHead.bytesCount] ^= 1 }
    try expectWhole(try open(), 1...2)
  }

  @Test("a failed sync is final: that block and every later one is refused")
  func syncFailureIsFinal() throws {
    let failing = SyncSwitch()
    var options = smallOptions()
    options.dataSync = { failing.code == 0 ? File.fdatasync($0) : failing.code }
    let log = try open(options)
    try append(log, 1...2)
    failing.code = EIO
    #expect(throws: StoreError.syncFailed(path: segment(1), code: EIO)) {
      try append(log, 3...3)
    }
    failing.code = 0
    #expect(log.heights == 1...2)
    #expect(throws: StoreError.stopped(path: temporary.path + "/log")) {
      try append(log, 3...3)
    }
  }

  @Test("a segment that was never finished being made is removed")
  func unfinishedSegment() throws {
    do { try append(try open(), 1...3) }
    let leftover = segment(2) + FrameFolder.temporarySuffix
    _ = try File(leftover, .create)
    try expectWhole(try open(), 1...3)
    #expect(!Folder.exists(leftover))
  }

  @Test("a log opened read-only repairs nothing and appends nothing")
  func readOnly() throws {
    do { try append(try open(), 1...3) }
    let last = try #require(try frames(1).last)
    try alter(segment(1)) { $0[Int(last.offset) + 50] ^= 1 }
    let before = try fileBytes(segment(1))
    var options = smallOptions()
    options.readOnly = true
    let log = try open(options)
    #expect(log.heights == 1...2)
    #expect(throws: StoreError.readOnly(path: temporary.path + "/log")) {
      try append(log, 3...3)
    }
    #expect(try fileBytes(segment(1)) == before)
  }
}

/// A sync whose outcome a test sets.
final class SyncSwitch: Sendable {
  private let stored = Atomic<Int32>(0)

  var code: Int32 {
    get { stored.load(ordering: .sequentiallyConsistent) }
    set { stored.store(newValue, ordering: .sequentiallyConsistent) }
  }
}
