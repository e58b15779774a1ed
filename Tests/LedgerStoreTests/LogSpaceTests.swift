import Glibc
import LedgerCore
import Testing

@testable import LedgerStore

@Suite("The block log's disk space")
struct LogSpaceTests {
  let temporary = TemporaryFolder()

  private var folder: Folder { Folder(path: temporary.home + "/data/log") }

  private func status(_ path: String) throws -> stat {
    var status = stat()
    let code = unsafe stat(path, &status)
    try #require(code == 0)
    return status
  }

  /// Blocks of 512 bytes on the disk.
  private func diskBlocks() throws -> Int {
    try folder.names().reduce(0) { try $0 + Int(status(folder.file($1)).st_blocks) }
  }

  private func segment(_ number: UInt64) -> String { folder.file(FrameFile.name(.log, number)) }

  @Test("a segment is on the disk before it is used: appends change neither its size nor its room")
  func reserved() throws {
    var options = smallOptions()
    options.logSegmentBytes = 1 << 20
    try createLedger(temporary.home)
    let log = try openLedger(temporary.home, options: options).log
    try log.append(height: 1, block: bytes(10, 1), receipts: [])
    let before = try status(segment(1))
    #expect(before.st_size == 1 << 20)
    #expect(before.st_blocks * 512 >= 1 << 20)
    // Small ones, and one that is written in pieces.
    for (height, count) in [(2, 100), (3, 50_000), (4, 400_000), (5, 7)] {
      try log.append(height: UInt64(height), block: bytes(count, 3), receipts: bytes(9, 4))
      let now = try status(segment(1))
      #expect(now.st_size == before.st_size)
      #expect(now.st_blocks == before.st_blocks)
    }
    #expect(try log.read(4).map { Array($0.block) } == bytes(400_000, 3))
  }

  @Test("segments that are removed give their disk space back, and what is kept serves peers")
  func returned() throws {
    var options = smallOptions()
    options.logSegmentBytes = 64 << 10
    try createLedger(temporary.home)
    do {
      let store = try openLedger(temporary.home, options: options)
      for height: UInt64 in 1...60 {
        try store.log.append(
          height: height, block: bytes(9_000, UInt8(height)), receipts: bytes(5, 1))
      }
      try store.records.flush(changes: [], height: 55, root: root(55))
      let files = try folder.names().count
      let before = try diskBlocks()
      #expect(files == 9)
      // A peer reads while they go.
      let reader = try #require(try store.log.read(40))
      try store.log.removeSegments(below: 45)
      #expect(try folder.names().count == 3)
      #expect(try diskBlocks() == before * 3 / files)
      #expect(reader.height == 40)
    }
    // The node starts: it replays what is above the state, and serves what it has.
    let store = try openLedger(temporary.home, options: options)
    #expect(store.replayHeights == 56..<61)
    let oldest = try #require(store.log.heights?.lowerBound)
    #expect((38...45).contains(oldest))
    let served = try store.log.read(from: oldest, bytesMax: 1 << 20)
    #expect(served.map(\.height) == Array(oldest...60))
    #expect(served.allSatisfy { Array($0.block) == bytes(9_000, UInt8($0.height)) })
    // Of what it has not, nothing.
    #expect(try store.log.read(from: oldest - 1, bytesMax: 1 << 20).isEmpty)
    #expect(try store.log.read(1) == nil)
    try store.log.append(height: 61, block: [61], receipts: [])
    #expect(store.log.heights == oldest...61)
  }

  @Test("damage in the middle names the file and the place, and says what to do")
  func message() throws {
    let damage = StoreDamage(.frame(path: "/home/data/log/000000000002.log", offset: 96), .checksum)
    let text = "\(StoreError.damaged(damage))"
    for part in ["000000000002.log", "offset 96", "do not have their checksum", "eco2 audit"] {
      #expect(text.contains(part))
    }
  }
}
