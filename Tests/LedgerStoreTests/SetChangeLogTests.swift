import LedgerCore
import Testing

@testable import LedgerStore

@Suite("Changes of the validator set, kept for ever")
struct SetChangeLogTests {
  let temporary = TemporaryFolder()

  private func options(readOnly: Bool = false) -> StoreOptions {
    var options = smallOptions()
    options.setSegmentBytes = 4096
    options.readOnly = readOnly
    return options
  }

  private func open(readOnly: Bool = false) throws -> SetChangeLog {
    try SetChangeLog(
      try temporary.folder("sets"), chain: chain, options: options(readOnly: readOnly))
  }

  private func set(from height: UInt64) throws -> ValidatorSet {
    let members = try (0..<4).map { number in
      let seed = SHA256.hash([UInt8(number)]).bytes.array
      let key = try #require(SigningKey(seed: seed)).publicKey
      return Validator(account: AccountID(key), consensusKey: key)
    }
    return try #require(ValidatorSet(firstHeight: height, members: members))
  }

  /// The change with a number: one every 10 heights.
  private func change(_ number: UInt64) throws -> StoredSetChange {
    let last = 10 * (number + 1)
    let (old, next) = (try set(from: last - 9), try set(from: last + 1))
    let header = BlockHeader(
      height: last, timestamp: 1_000 * last, author: old.members[0].account, parent: .zero,
      bundlesRoot: .zero, validatorsHash: old.hash(chain), nextValidatorsHash: next.hash(chain),
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
    let certificate = QuorumCertificate(
      kind: .commit, height: last, view: 0, block: header.hash(chain), stateRoot: .zero,
      signatures: (0..<3).map {
        MemberSignature(member: $0, signature: Signature(r: .zero, s: .zero))
      })
    return StoredSetChange(
      number: number, set: old,
      change: SetChange(header: header, certificate: certificate, next: next))
  }

  @Test("changes are there after reopening, once each, over many segments, from any height on")
  func roundTrip() throws {
    let changes = try (0..<40).map { try change(UInt64($0)) }
    do {
      let log = try open()
      #expect(log.nextNumber == 0 && log.count == 0)
      for change in changes[..<25] { try log.append(change) }
      #expect(log.nextNumber == 25)
      for change in changes[20...] { try log.append(change) }
    }
    #expect(try Folder(path: temporary.path + "/sets").names().count > 5)
    let log = try open()
    #expect(log.nextNumber == 40 && log.count == 40)
    #expect(try log.read(after: 0, limit: 100) == changes)
    #expect(try log.read(after: 9, limit: 2) == Array(changes[..<2]))
    #expect(try log.read(after: 10, limit: 2) == Array(changes[1...2]))
    #expect(try log.read(after: 399, limit: 9) == [changes[39]])
    #expect(try log.read(after: 400, limit: 9).isEmpty)
    #expect(throws: StoreError.self) { try open(readOnly: true).append(try change(40)) }
  }

  @Test("one whose blocks were lost leaves a gap in the numbers; heights only rise")
  func gaps() throws {
    let log = try open()
    try log.append(try change(3))
    try log.append(try change(7))
    #expect(log.nextNumber == 8 && log.count == 2)
    let back = StoredSetChange(number: 9, set: try change(1).set, change: try change(1).change)
    #expect(throws: StoreError.heightOutOfOrder(expected: 81, given: 20)) {
      try log.append(back)
    }
    #expect(try log.read(after: 0, limit: 9).map(\.number) == [3, 7])
  }

  @Test("a torn end is cut off, damage before it is found, and an older home has none")
  func damage() throws {
    #expect(
      try SetChangeLog(
        temporary.path + "/none", chain: chain, options: options(readOnly: true)
      ).count == 0)
    do {
      let log = try open()
      for number: UInt64 in 0..<2 { try log.append(try change(number)) }
    }
    let path = temporary.path + "/sets/" + FrameFile.name(.sets, 1)
    let file = try FrameFile.open(
      Folder(path: temporary.path + "/sets"), .sets, number: 1, chain: chain)
    let frames = try file.scan(last: true, reading: true).frames
    #expect(frames.count == 2)
    try alter(path) { $0[Int(frames[1].offset) + 100] ^= 1 }
    let log = try open()
    #expect(log.nextNumber == 1)
    try log.append(try change(1))
    #expect(try open().read(after: 0, limit: 9) == [try change(0), try change(1)])
    try alter(path) { $0[Int(frames[0].offset) + 100] ^= 1 }
    #expect(throws: StoreError.self) { try open() }
  }

  @Test("a home has the changes, and the audit reads them all")
  func home() throws {
    try createLedger(temporary.home)
    var found: [StoredSetChange] = []
    var faults: [StoreDamage] = []
    func audit() throws {
      (found, faults) = ([], [])
      let audit = try StoreAudit(home: temporary.home, options: smallOptions())
      try audit.checkSetChanges({ found.append($0) }, fault: { faults.append($0) })
    }
    try audit()
    #expect(found.isEmpty && faults.isEmpty)
    let changes = try (0..<3).map { try change(UInt64($0)) }
    do {
      let store = try openLedger(temporary.home)
      for change in changes { try store.sets.append(change) }
    }
    try audit()
    #expect(found == changes && faults.isEmpty)
    #expect(try openLedger(temporary.home).sets.nextNumber == 3)
    let path = temporary.home + "/data/sets/" + FrameFile.name(.sets, 1)
    try alter(path) { $0[200] ^= 1 }
    try audit()
    #expect(faults.count == 1 && "\(faults)".contains(path))
  }
}
