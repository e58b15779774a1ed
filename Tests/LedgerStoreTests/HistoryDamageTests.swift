import LedgerCore
import Testing

@testable import LedgerStore

@Suite("A history survives crashes, and damage in it is found")
struct HistoryDamageTests {
  private let folder = TemporaryFolder()
  private let ledger: NodeStore

  init() throws {
    try createLedger(folder.home)
    ledger = try openLedger(folder.home)
    for height in UInt64(1)...20 {
      let rows = (0..<50).map { index in
        HistoryFixture.Row(sender: UInt8(index % 7), recipient: UInt8(7 + index % 5))
      }
      let (decided, receipts) = try HistoryFixture.block(height, rows)
      try ledger.log.append(
        height: height, block: decided.bcs, receipts: HistoryFixture.receiptBytes(receipts))
    }
  }

  private var path: String { folder.home + "/data/history/data.mdb" }

  private func open() throws -> HistoryStore {
    var options = smallOptions()
    options.historyMapBytes = 4 << 20
    return try HistoryStore(home: folder.home, chain: chain, first: 1, options: options)
  }

  private func fill(to last: UInt64) throws {
    let history = try open()
    try history.append(
      (history.height + 1...last).map { height in try #require(try ledger.log.read(height)) })
  }

  private func audit() throws -> (findings: [HistoryFinding], damage: [StoreDamage], read: UInt64) {
    var options = smallOptions()
    options.readOnly = true
    var audit = try #require(
      try HistoryAudit(home: folder.home, chain: chain, options: options))
    var findings: [HistoryFinding] = []
    var damage: [StoreDamage] = []
    for height in UInt64(1)...20 {
      let entry = try #require(try ledger.log.read(height))
      try audit.add(entry, finding: { findings.append($0) }, fault: { damage.append($0) })
    }
    let read = try audit.finish(finding: { findings.append($0) }, fault: { damage.append($0) })
    return (findings, damage, read)
  }

  @Test("a flush cut before its last write leaves the height before it, whole")
  func torn() throws {
    try fill(to: 8)
    var before: [UInt8] = []
    try alter(path) { before = $0 }
    try fill(to: 20)
    // Both meta pages as they were: the commit's last write never reached the disk.
    try alter(path) { $0.replaceSubrange(..<8_192, with: before[..<8_192]) }
    #expect(try open().heights == 1..<9)
    #expect(try audit().findings.isEmpty)
    try fill(to: 20)
    let (findings, damage, read) = try audit()
    #expect(findings.isEmpty && damage.isEmpty)
    // 1,000 transactions with two accounts each, in 40 bundles.
    #expect(read == 3_040)
  }

  @Test("a flipped bit in an entry is found when it is read, and by an audit")
  func flipped() throws {
    try fill(to: 20)
    let prefix = HistoryFixture.account(3).bytes.leadingBits
    let pattern = (0..<8).map { UInt8(truncatingIfNeeded: prefix >> UInt64(8 * $0)) }
    var flips = 0
    try alter(path) { bytes in
      for index in bytes.indices.dropLast(16)
      where bytes[index] == pattern[0] && bytes[index..<index + 8].elementsEqual(pattern) {
        bytes[index + 9] ^= 4
        flips += 1
      }
    }
    #expect(flips > 0)
    let history = try open()
    #expect(throws: StoreError.self) {
      try history.places(ofAccount: HistoryFixture.account(3), before: nil, limit: 9)
    }
    withExtendedLifetime(history) {}
  }

  @Test("an audit finds what the log does not give")
  func audited() throws {
    try fill(to: 20)
    #expect(try audit().findings.isEmpty)
    // Of another log: every block has other transactions.
    try HistoryStore.remove(home: folder.home)
    try fillFromAnotherLog()
    let found = try audit().findings
    #expect(found.contains(.block(height: 7)))
    #expect(
      found.contains {
        if case .entries(table: "accounts", _, _) = $0 { true } else { false }
      })
  }

  private func fillFromAnotherLog() throws {
    let history = try open()
    for height in UInt64(1)...20 {
      let (decided, receipts) = try HistoryFixture.block(
        height, [HistoryFixture.Row(sender: 1, recipient: 2)])
      var length = BCSWriter()
      length.u32(UInt32(decided.bcs.count))
      let entry = try #require(
        LogEntry(
          height: height,
          payload: length.bytes + decided.bcs + HistoryFixture.receiptBytes(receipts)))
      try history.append([entry])
    }
  }

  @Test("a history of another chain is refused, and a marked one is known")
  func refused() throws {
    try fill(to: 3)
    #expect(throws: StoreError.self) {
      try HistoryStore(home: folder.home, chain: otherChain, first: 1, options: smallOptions())
    }
    #expect(!HistoryStore.isMarkedDamaged(home: folder.home))
    HistoryStore.markDamaged(home: folder.home)
    #expect(HistoryStore.isMarkedDamaged(home: folder.home))
    try HistoryStore.remove(home: folder.home)
    #expect(!HistoryStore.exists(home: folder.home))
    #expect(!HistoryStore.isMarkedDamaged(home: folder.home))
  }
}
