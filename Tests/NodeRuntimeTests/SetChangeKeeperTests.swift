import Foundation
import LedgerCore
import LedgerState
import LedgerStore
import Logging
import NodeAPI
import Synchronization
import Testing

@testable import LedgerRules
@testable import NodeRuntime

@Suite("Changes of the validator set are kept for light clients")
struct SetChangeKeeperTests {
  /// A store whose set changes after heights 4 and 8; its log ends at height 12.
  private final class Home: Sendable {
    static let chain = ChainID(SHA256.hash([9]).bytes)
    /// From heights 1, 5 and 9 on.
    let sets: [ValidatorSet]
    let warnings = Mutex<[String]>([])
    private let path: String

    init() throws {
      path =
        FileManager.default.temporaryDirectory.path + "/eco2-sets-\(UUID().uuidString.prefix(8))"
      sets = try [1, 5, 9].map { try Self.set(from: $0) }
      let first = ValidatorSets(current: sets[0], following: sets[0])
      try NodeStore.create(
        home: path, genesis: Self.chain,
        changes: [StateChange(key: ValidatorSets.key, value: first.bcs)], root: .zero)
      let store = try open()
      for height: UInt64 in 1...12 {
        let decided = DecidedBlock(
          block: Block(header: header(height), runs: []), certificate: certificate(height),
          bundles: [])
        try store.log.append(height: height, block: decided.bcs, receipts: [0])
      }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func open() throws -> NodeStore {
      var options = StoreOptions()
      options.logSegmentBytes = 1_024
      return try NodeStore(home: path, genesis: Self.chain, options: options)
    }

    static func set(from height: UInt64) throws -> ValidatorSet {
      let members = try (0..<4).map { number in
        let seed = SHA256.hash([UInt8(number), UInt8(height)]).bytes.array
        let key = try #require(SigningKey(seed: seed)).publicKey
        return Validator(account: AccountID(key), consensusKey: key)
      }
      return try #require(ValidatorSet(firstHeight: height, members: members))
    }

    private func set(at height: UInt64) -> ValidatorSet {
      sets.last { $0.firstHeight <= height } ?? sets[0]
    }

    func header(_ height: UInt64) -> BlockHeader {
      BlockHeader(
        height: height, timestamp: 1_000 * height, author: sets[0].members[0].account,
        parent: .zero, bundlesRoot: BundleRun.root([]),
        validatorsHash: set(at: height).hash(Self.chain),
        nextValidatorsHash: set(at: height + 1).hash(Self.chain),
        parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
        parentStatement: .genesis, parentCommits: [], lateCommits: [])
    }

    func certificate(_ height: UInt64) -> QuorumCertificate {
      QuorumCertificate(
        kind: .commit, height: height, view: 0, block: header(height).hash(Self.chain),
        stateRoot: .zero,
        signatures: (0..<3).map {
          MemberSignature(member: $0, signature: Signature(r: .zero, s: .zero))
        })
    }

    func change(_ number: Int) -> StoredSetChange {
      let last = UInt64(4 * (number + 1))
      return StoredSetChange(
        number: UInt64(number), set: sets[number],
        change: SetChange(
          header: header(last), certificate: certificate(last), next: sets[number + 1]))
    }

    /// Writes the state of a height, with past sets from `first` on.
    func flush(_ store: NodeStore, height: UInt64, first: UInt64 = 0) throws {
      let now = set(at: height + 1)
      var records = [
        (ValidatorSets.key, ValidatorSets(current: now, following: now).bcs)
      ]
      let next = UInt64(sets.count { $0.firstHeight <= height + 1 }) - 1
      if next > 0 { records.append((PastSets.key, PastSets(first: first, next: next).bcs)) }
      for number in first..<max(first, next) {
        let past = PastSet(sets[Int(number)], lastHeight: 4 * (number + 1))
        records.append((PastSet.key(number), past.bcs))
      }
      try store.records.flush(
        changes: records.map { StateChange(key: $0.0, value: $0.1) }, height: height, root: .zero)
    }

    func keeper(_ store: NodeStore) -> SetChangeKeeper {
      SetChangeKeeper(
        store: store,
        logger: Logger(label: "test") { _ in
          WarningsHandler { warning in self.warnings.withLock { $0.append(warning) } }
        })
    }
  }

  private struct WarningsHandler: LogHandler {
    let note: @Sendable (String) -> Void
    var logLevel = Logger.Level.trace
    var metadata = Logger.Metadata()

    init(_ note: @escaping @Sendable (String) -> Void) { self.note = note }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { note("\(event.message)") }
  }

  @Test("each is taken once its state is flushed, and stays when blocks leave the log")
  func kept() throws {
    let home = try Home()
    do {
      let store = try home.open()
      let keeper = home.keeper(store)
      try keeper.look()
      for (height, count) in [(3, 0), (4, 1), (7, 1), (8, 2), (12, 2)] {
        try home.flush(store, height: UInt64(height))
        try keeper.look()
        #expect(store.sets.count == count, "\(height)")
      }
      #expect(try store.sets.read(after: 0, limit: 9) == [home.change(0), home.change(1)])
      try store.log.removeSegments(below: 12)
      let oldest = try #require(store.log.heights).lowerBound
      #expect(oldest > 8)
      try keeper.look()
    }
    let store = try home.open()
    try home.keeper(store).look()
    #expect(try store.sets.read(after: 0, limit: 9) == [home.change(0), home.change(1)])
    #expect(home.warnings.withLock { $0 }.isEmpty)
  }

  @Test("what a crash left out is taken at the next start")
  func crash() throws {
    let home = try Home()
    do { try home.flush(try home.open(), height: 12) }
    let store = try home.open()
    #expect(store.sets.count == 0)
    try home.keeper(store).look()
    #expect(try store.sets.read(after: 0, limit: 9) == [home.change(0), home.change(1)])
  }

  @Test(
    "of changes from before nodes kept them, those lost are said once; the others are kept",
    arguments: [true, false])
  func lost(isBlockGone: Bool) throws {
    let home = try Home()
    let store = try home.open()
    // Either the state no longer has the first set, or the log not its last block.
    try home.flush(store, height: 12, first: isBlockGone ? 0 : 1)
    if isBlockGone { try store.log.removeSegments(below: 8) }
    let oldest = try #require(store.log.heights).lowerBound
    #expect((oldest > 4) == isBlockGone)
    let keeper = home.keeper(store)
    for _ in 0..<3 { try keeper.look() }
    #expect(home.warnings.withLock { $0 }.count == 1)
    let kept = try store.sets.read(after: 0, limit: 9)
    #expect(kept == [home.change(1)])
    #expect(throws: NodeServiceError.self) {
      try NodeQueries.steps(kept, after: 0, to: home.sets[2])
    }
    #expect(try NodeQueries.steps(kept, after: 4, to: home.sets[2]) == kept)
  }

  @Test("steps follow each other without a gap from the set that decides the next height")
  func steps() throws {
    let home = try Home()
    let (first, second) = (home.change(0), home.change(1))
    let current = home.sets[2]
    func steps(_ changes: [StoredSetChange], _ height: UInt64) throws -> [StoredSetChange] {
      try NodeQueries.steps(changes, after: height, to: current)
    }
    for height: UInt64 in 0...3 { #expect(try steps([first, second], height) == [first, second]) }
    for height: UInt64 in 4...7 { #expect(try steps([second], height) == [second]) }
    for height: UInt64 in [8, 12, .max] { #expect(try steps([], height).isEmpty) }
    // The last is missing here: what leads to it is given, and then that it is not kept.
    #expect(try steps([first], 0) == [first])
    for (changes, height) in [([], 4), ([second], 3), ([], 0)] as [([StoredSetChange], UInt64)] {
      let error = #expect(throws: NodeServiceError.self) { try steps(changes, height) }
      guard case .changesNotKept(after: height)? = error else {
        Issue.record("\(error as Any)")
        continue
      }
    }
    let later = StoredSetChange(number: 5, set: try Home.set(from: 30), change: second.change)
    #expect(try steps([first, later], 0) == [first])
  }
}
