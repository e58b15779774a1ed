import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

@Suite("Audit of a stopped node's folder")
struct StoreAuditTests {
  let temporary = TemporaryFolder()

  /// A ledger with 40 blocks in several segments, bundles and an index; stopped.
  private func makeLedger() throws {
    let lots = (0..<10).map { IndexChange(index: "lots", key: [UInt8($0)], value: [7]) }
    try createLedger(temporary.home, indexes: lots)
    let store = try openLedger(temporary.home)
    for height: UInt64 in 1...40 {
      try store.log.append(
        height: height, block: bytes(200, UInt8(height)), receipts: bytes(9, 1))
    }
    let bundles = (0..<30).map {
      StoredBundle(digest: root(UInt8($0)), birthHeight: 40, bytes: bytes(300, UInt8($0)))
    }
    try store.bundles.append(bundles)
    try store.bundles.sync()
  }

  private struct Findings {
    var records = 0
    var entries = 0
    var blocks: [UInt64] = []
    var bundles = 0
    var faults: [StoreDamage] = []
  }

  private func audit() throws -> Findings {
    let audit = try StoreAudit(home: temporary.home, options: smallOptions())
    var found = Findings()
    var faults: [StoreDamage] = []
    try audit.checkRecords({ _ in found.records += 1 }, fault: { faults.append($0) })
    try audit.checkIndexEntries({ _, _ in found.entries += 1 }, fault: { faults.append($0) })
    try audit.checkBlocks({ found.blocks.append($0.height) }, fault: { faults.append($0) })
    try audit.checkBundles({ _ in found.bundles += 1 }, fault: { faults.append($0) })
    found.faults = faults
    return found
  }

  private func segment(_ number: UInt64) -> String {
    temporary.home + "/data/log/" + FrameFile.name(.log, number)
  }

  @Test("a whole folder has no faults and is not changed")
  func whole() throws {
    try makeLedger()
    let before = try fileBytes(temporary.home + "/data/state/data.mdb")
    let found = try audit()
    #expect(found.faults.isEmpty)
    #expect(found.records == 20)
    #expect(found.entries == 10)
    #expect(found.blocks == Array(1...40))
    #expect(found.bundles == 30)
    #expect(try fileBytes(temporary.home + "/data/state/data.mdb") == before)
  }

  @Test("any flipped byte of a log segment that is full is found, with file and offset")
  func logFlipped() throws {
    try makeLedger()
    let size = try fileBytes(segment(1)).count
    for position in stride(from: 0, to: size, by: 41) {
      try alter(segment(1)) { $0[position] ^= 0x10 }
      let faults = try audit().faults
      #expect(faults.count >= 1, "byte \(position)")
      #expect(faults.contains { "\($0)".contains(segment(1)) })
      try alter(segment(1)) { $0[position] ^= 0x10 }
    }
  }

  @Test("damage to the very last frame is a finding, which the audit leaves for the node to cut")
  func lastFrame() throws {
    try makeLedger()
    let numbers = try FrameFolder(
      folder: Folder(path: temporary.home + "/data/log"), kind: .log, chain: chain
    ).numbers(readOnly: true)
    let last = segment(try #require(numbers.last))
    let frame = try #require(
      try FrameFile.open(
        Folder(path: temporary.home + "/data/log"), .log, number: numbers[numbers.count - 1],
        chain: chain
      ).scan(last: true, reading: true).frames.last)
    try alter(last) { $0[Int(frame.offset) + 100] ^= 1 }
    for _ in 0..<2 {
      let found = try audit()
      #expect(found.faults == [StoreDamage(.frame(path: last, offset: frame.offset), .torn)])
      #expect(found.blocks == Array(1...39))
    }
    #expect(try openLedger(temporary.home).log.heights == 1...39)
    #expect(try audit().faults.isEmpty)
  }

  @Test("a flipped byte in a bundle file is found")
  func bundleFlipped() throws {
    try makeLedger()
    let path = temporary.home + "/data/bundles/" + FrameFile.name(.bundles, 1)
    try alter(path) { $0[700] ^= 1 }
    let found = try audit()
    #expect(found.faults.count == 1)
    #expect("\(found.faults)".contains(path))
    #expect(found.bundles < 30)
  }
}
