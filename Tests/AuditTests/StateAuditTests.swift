import Audit
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import Synchronization
import Testing

@Suite("Verifying a stopped node's state")
struct StateAuditTests {
  private func verify(_ home: AuditedHome) throws -> StateAuditReport {
    try StateAudit.run(home: home.home, workers: WorkerPool(workers: 2)) { _, _ in }
  }

  private func rebuild(_ home: AuditedHome, _ names: [String] = []) throws -> [IndexRebuild.Rebuilt]
  {
    try IndexRebuild.run(
      home: home.home, indexes: names, workers: WorkerPool(workers: 0)
    ) { _, _ in }
  }

  private func words(_ rebuilt: IndexRebuild.Rebuilt) -> String {
    "\(rebuilt.name) \(rebuilt.before) -> \(rebuilt.entries)"
  }

  private func stateFile(_ home: AuditedHome) throws -> String {
    try #require(try home.files(in: "state").first { $0.hasSuffix("data.mdb") })
  }

  @Test("a sound state: the records' root is the one noted and certified", arguments: [0, 2])
  func sound(workers: Int) throws {
    let home = try AuditedHome()
    let steps = Mutex<[UInt64]>([])
    let report = try StateAudit.run(home: home.home, workers: WorkerPool(workers: workers)) {
      done, expected in
      steps.withLock { $0 += [done, expected] }
    }
    #expect(report.findings == [])
    #expect(report.isSound)
    #expect(report.height == 4)
    #expect(report.root == report.noted)
    #expect(report.certified == report.noted)
    // Five issuances by four things, their lots by owner and custody, and the lists of names.
    // The custodian has to attest.
    #expect(report.indexEntries == 5 * 4 + 5 * 2 + 1 + 1 + 4 + 1 + 4)
    #expect(report.records > 40)
    let told = steps.withLock { $0 }
    #expect(told.prefix(2) == [0, report.records])
    #expect(told.suffix(2) == [report.records, report.records])
    let done = stride(from: 0, to: told.count, by: 2).map { told[$0] }
    #expect(done == done.sorted())
    #expect(try FolderAudit.run(home: home.home).totals.records == report.records)
  }

  @Test("at genesis nothing is certified")
  func genesis() throws {
    let report = try verify(try AuditedHome(blocks: 1, flushed: 9))
    #expect(report.isSound)
    #expect(report.height == 0)
    #expect(report.certified == nil)
  }

  @Test("one flipped bit in a record is found, at that record, and no index is made of it")
  func record() throws {
    let home = try AuditedHome()
    let key = Account.key(AuditedHome.accounts[2])
    #expect(try home.flip(stateFile(home), at: key.bytes, plus: 36) > 0)
    let report = try verify(home)
    #expect(report.findings == [.damage(StoreDamage(.record(path: key.hash), .leafHash))])
    #expect(report.root == nil)
    let error = #expect(throws: IndexRebuildError.self) { _ = try rebuild(home) }
    #expect(error.map { "\($0)".contains(key.hash.hex) } == true)
  }

  @Test("one flipped bit in an index entry is found at that entry; rebuilding makes it sound")
  func indexEntry() throws {
    let home = try AuditedHome()
    let name = Array(DerivedIndexes.issuances.utf8)
    #expect(try home.flip(stateFile(home), at: name, plus: name.count + 6) > 0)
    let report = try verify(home)
    #expect(!report.isSound)
    #expect(report.findings.allSatisfy { $0.description.contains(DerivedIndexes.issuances) })
    #expect(report.root == report.noted)
    let rebuilt = try rebuild(home)
    #expect(rebuilt.map(\.name) == DerivedIndexes.names.sorted())
    let issuances = rebuilt.first { $0.name == DerivedIndexes.issuances }
    #expect(issuances?.entries == 20)
    #expect(try verify(home).isSound)
  }

  @Test("an index that lost and gained entries is made anew, and an unknown one emptied")
  func rebuilding() throws {
    let home = try AuditedHome()
    let store = try NodeStore(home: home.home, genesis: home.chain)
    let entries = try store.records.index(DerivedIndexes.issuances).first(100)
    let stray = IndexEntry(key: [0xFF, 1], value: [7])
    try store.records.rebuildIndex(
      DerivedIndexes.issuances, Array(entries.dropFirst()) + [stray])
    try store.records.rebuildIndex("forgotten", [stray])
    #expect(throws: IndexRebuildError.self) { _ = try rebuild(home) }
    _ = consume store

    let report = try verify(home)
    #expect(
      report.findings == [
        .indexEntry(index: "forgotten", key: stray.key, .extra),
        .indexEntry(index: DerivedIndexes.issuances, key: stray.key, .extra),
        .indexEntry(index: DerivedIndexes.issuances, key: entries[0].key, .missing),
      ])
    #expect(throws: IndexRebuildError.self) { _ = try rebuild(home, ["unheard-of"]) }
    #expect(
      try rebuild(home, [DerivedIndexes.issuances]).map(words) == [
        "issuances 20 -> 20"
      ])
    #expect(try verify(home).findings.count == 1)
    #expect(
      try rebuild(home).map(words) == [
        "candidates 4 -> 4", "custodians 1 -> 1", "deadlines 1 -> 1", "forgotten 1 -> 0",
        "issuances 20 -> 20", "lots 10 -> 10", "projects 1 -> 1", "registries 4 -> 4",
        "requests 0 -> 0", "stakes 0 -> 0", "supporters 0 -> 0",
      ])
    #expect(try verify(home).isSound)
    #expect(try NodeStore(home: home.home, genesis: home.chain).records.height == 4)
  }

  @Test("records that are whole but not the certified ones are found by note and certificate")
  func otherRoot() throws {
    let home = try AuditedHome(blocks: 4, flushed: 3)
    let store = try NodeStore(home: home.home, genesis: home.chain)
    let noted = store.records.root
    let change = StateChange(key: Account.key(AuditedHome.id("thief")), value: Account().bcs)
    try store.records.flush(changes: [change], height: 4, root: noted)
    _ = consume store
    let report = try verify(home)
    #expect(report.findings.map(\.code) == ["root", "block"])
    #expect(throws: IndexRebuildError.self) { _ = try rebuild(home) }
  }

  @Test("what a state is made of adds up")
  func report() throws {
    let home = try AuditedHome()
    let audit = try StoreAudit(home: home.home)
    let report = try audit.report { _, _ in }
    let records = report.records.map(\.amount.count).reduce(0, +)
    #expect(records == UInt64(try #require(report.databases.first).entries))
    #expect(report.damaged == 0)
    #expect(report.height == 4)
    let accounts = report.records.first { $0.prefix == RecordKind.account.keyPrefix }
    #expect(accounts?.amount.count ?? 0 >= 4)
    #expect(accounts.map { $0.amount.keyBytes == 34 * $0.amount.count } == true)
    // An index without entries is none.
    let empty = ["requests", "stakes", "supporters"]
    #expect(
      report.indexes.map(\.name) == DerivedIndexes.names.filter { !empty.contains($0) }.sorted())
    let issuances = report.indexes.first { $0.name == DerivedIndexes.issuances }
    #expect(issuances?.amount.count == 20)
    #expect(report.tree.map { $0.bytes > 0 } == true)
    #expect(report.log?.heights == 1...6)
    #expect(report.log?.segments == 1)
    #expect(UInt64(report.usedBytes) <= report.fileBytes)
    #expect(report.otherPages >= 2)
    let pages = report.databases.map { $0.branchPages + $0.leafPages + $0.overflowPages }
    #expect(pages.allSatisfy { $0 > 0 })
    // A running node has the folder.
    #expect(throws: StoreError.self) { _ = try StoreAudit(home: home.home) }
  }
}
