import Audit
import Foundation
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import Testing

@Suite("Auditing a stopped node's folder")
struct FolderAuditTests {
  @Test(
    "a sound folder: every identity holds, and what lies above the flushed height is executed anew")
  func sound() throws {
    let home = try AuditedHome()
    let report = try FolderAudit.run(home: home.home)
    #expect(report.findings == [])
    #expect(report.isSound)
    #expect(report.height == 4)
    #expect(report.blocks == 6)
    #expect(report.lastBlock == 6)
    #expect(report.certificates == 6)
    #expect(report.executed == 2)
    #expect(report.transactions == 24)
    #expect(report.bundles == 6)
    #expect(report.indexEntries == 5 * 4 + 5 * 2 + 1 + 1 + 4 + 1 + 4)
    #expect(report.totals.eco2 == Supply.total)
    #expect(report.totals.lots == 5)
    #expect(report.root != nil)
  }

  @Test(
    "blocks are judged by the set of their height, and what led from one to the next is checked")
  func setChanges() throws {
    let home = try AuditedHome(blocks: 8, flushed: 6, lastOfSet: 3)
    let report = try FolderAudit.run(home: home.home)
    #expect(report.findings == [])
    #expect(report.certificates == 8 && report.setChanges == 1)
    // Another set is put in the place of the one that followed.
    try home.changeSets { stored in
      let set = ValidatorSet(firstHeight: 4, members: stored.set.members.dropLast() + [.stranger])
      return StoredSetChange(
        number: 0, set: stored.set,
        change: SetChange(
          header: stored.change.header, certificate: stored.change.certificate,
          next: set ?? stored.set))
    }
    let swapped = try FolderAudit.run(home: home.home).findings
    #expect(swapped.count == 1)
    guard case .setChange(0, .step(.wrongNextSet))? = swapped.first else {
      Issue.record("\(swapped)")
      return
    }
    try home.changeSets { stored in
      var header = stored.change.header
      header.timestamp += 1
      return StoredSetChange(
        number: 0, set: stored.set,
        change: SetChange(
          header: header, certificate: stored.change.certificate, next: stored.change.next))
    }
    #expect(try FolderAudit.run(home: home.home).findings == [.setChange(number: 0, .blockRecord)])
  }

  @Test("a change that is missing before a later one is found; the last may be taken at the start")
  func missingChanges() throws {
    let home = try AuditedHome(blocks: 8, flushed: 6, lastOfSet: 3)
    try home.changeSets {
      StoredSetChange(number: 1, set: $0.set, change: $0.change)
    }
    #expect(try FolderAudit.run(home: home.home).findings == [.setChange(number: 0, .missing)])
    try FileManager.default.removeItem(atPath: home.home + "/data/sets")
    let report = try FolderAudit.run(home: home.home)
    #expect(report.findings == [] && report.setChanges == 0 && report.certificates == 8)
  }

  @Test("an audit changes nothing: it can be repeated, and the node opens afterwards")
  func repeatable() throws {
    let home = try AuditedHome()
    let first = try FolderAudit.run(home: home.home)
    let second = try FolderAudit.run(home: home.home)
    #expect(first.findings == second.findings)
    #expect(first.root == second.root)
    let store = try NodeStore(home: home.home, genesis: home.chain)
    #expect(store.replayHeights == 5..<7)
  }

  @Test("a genesis without blocks is sound")
  func genesisOnly() throws {
    let home = try AuditedHome(blocks: 1, flushed: 9)
    let report = try FolderAudit.run(home: home.home)
    #expect(report.findings == [])
    #expect(report.height == 0)
    #expect(report.executed == 1)
  }

  @Test("one flipped bit in a record is found, at that record")
  func record() throws {
    let home = try AuditedHome()
    let account = AuditedHome.accounts[2]
    let key = Account.key(account)
    let data = try #require(try home.files(in: "state").first { $0.hasSuffix("data.mdb") })
    // Behind the key's 34 bytes comes the balance, low byte first.
    let flips = try home.flip(data, at: key.bytes, plus: 36)
    #expect(flips > 0)
    let report = try FolderAudit.run(home: home.home)
    #expect(
      report.findings.contains(
        .damage(StoreDamage(.record(path: key.hash), .leafHash))))
    let text = report.findings.map(\.description).joined()
    #expect(text.contains(key.hash.hex))
  }

  @Test("one flipped bit in the log is found, with file and offset")
  func log() throws {
    let home = try AuditedHome()
    let segment = try #require(try home.files(in: "log").first)
    let receiver = AuditedHome.id("receiver")
    #expect(try home.flip(segment, at: receiver.bytes.array, plus: 3) > 0)
    let report = try FolderAudit.run(home: home.home)
    let isNamed = report.findings.contains { finding in
      if case .damage(let damage) = finding, case .frame(let path, _) = damage.place {
        path == segment
      } else {
        false
      }
    }
    #expect(isNamed)
  }

  @Test("one flipped bit in an index entry is found, at that entry")
  func index() throws {
    let home = try AuditedHome()
    let data = try #require(try home.files(in: "state").first { $0.hasSuffix("data.mdb") })
    let name = Array(DerivedIndexes.issuances.utf8)
    // The name and its end, then the key: the fifth byte is in the registry's name.
    #expect(try home.flip(data, at: name, plus: name.count + 6) > 0)
    let report = try FolderAudit.run(home: home.home)
    let isNamed = report.findings.contains { finding in
      switch finding {
      case .indexEntry(DerivedIndexes.issuances, _, _): true
      case .damage(let damage):
        if case .indexEntry(DerivedIndexes.issuances, _) = damage.place {
          true
        } else {
          false
        }
      default: false
      }
    }
    #expect(isNamed, "\(report.findings)")
  }

  @Test("an index that lacks an entry, or has one too many, is found")
  func indexEntries() throws {
    let home = try AuditedHome()
    let store = try NodeStore(home: home.home, genesis: home.chain)
    var entries = try store.records.index(DerivedIndexes.issuances).first(100)
    let lost = entries.removeFirst()
    entries.append(IndexEntry(key: [0xFF, 1], value: [7]))
    try store.records.rebuildIndex(DerivedIndexes.issuances, entries)
    _ = consume store
    let report = try FolderAudit.run(home: home.home)
    #expect(
      report.findings == [
        .indexEntry(index: DerivedIndexes.issuances, key: [0xFF, 1], .extra),
        .indexEntry(index: DerivedIndexes.issuances, key: lost.key, .missing),
      ])
  }

  @Test(
    "a record that is whole on disk but breaks an identity is found by the identity and the root")
  func identity() throws {
    let home = try AuditedHome(blocks: 4, flushed: 3)
    let store = try NodeStore(home: home.home, genesis: home.chain)
    var account = Account(eco2: Amount(12_345))
    account.ecc = Amount(1)
    let change = StateChange(key: Account.key(AuditedHome.id("thief")), value: account.bcs)
    try store.records.flush(changes: [change], height: 4, root: store.records.root)
    _ = consume store
    let report = try FolderAudit.run(home: home.home)
    let codes = Set(report.findings.map(\.code))
    #expect(codes.isSuperset(of: ["state", "root", "block"]))
    let isSupply = report.findings.contains {
      if case .state(.supply) = $0 { true } else { false }
    }
    #expect(isSupply)
  }

  @Test("a folder without a ledger is said to be one")
  func nothing() throws {
    #expect(throws: StoreError.notCreated(path: "/nowhere")) {
      try FolderAudit.run(home: "/nowhere")
    }
  }
}
