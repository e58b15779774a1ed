import Testing

@testable import LedgerCore

@Suite("Blocks")
struct BlockTests {
  private let chain = ChainID(.zero)

  @Test("headers, statements, roots and blocks have one encoding")
  func canonical() throws {
    try expectCanonical(CarbonStatement.self) { $0.statement() }
    try expectCanonical(BlockHeader.self) { $0.header() }
    try expectCanonical(Block.self) { $0.block() }
    try expectCanonical(StateRoots.self) {
      StateRoots(state: $0.id(), transactions: $0.id(), receipts: $0.id())
    }
  }

  @Test("a decided block comes back whole, its bundles as they arrived")
  func decided() throws {
    try expectCanonical(
      rounds: 4, seed: 9, make: Self.decided, encode: { $0.bcs }, decode: Self.decode,
      isEqual: Self.isEqual)
  }

  private static func decided(_ samples: inout CoreSamples) throws -> DecidedBlock {
    var bundles: [Bundle] = []
    for _ in 0..<samples.next(below: 3) { bundles.append(try samples.bundle(2)) }
    return DecidedBlock(
      block: samples.block(), certificate: samples.certificate(), bundles: bundles)
  }

  private static func decode(_ bytes: [UInt8]) throws(BCSError) -> DecidedBlock {
    try DecidedBlock(decoding: bytes[...])
  }

  private static func isEqual(_ left: DecidedBlock, _ right: DecidedBlock) -> Bool {
    left.block == right.block && left.certificate == right.certificate
      && left.bundles.map(\.bytes) == right.bundles.map(\.bytes)
  }

  @Test("commits out of order, twice, or late heights that rise are refused")
  func unsorted() throws {
    var samples = CoreSamples(seed: 4)
    let base = samples.header()
    let commits = samples.commits(2...2)
    func reason(_ change: (inout BlockHeader) -> Void) -> BCSError.Reason? {
      var header = base
      change(&header)
      return failure { () throws(BCSError) in _ = try BlockHeader(bcs: header.bcs) }?.reason
    }
    #expect(reason { $0.parentCommits = commits } == nil)
    #expect(reason { $0.parentCommits = commits.reversed() } == .unsorted)
    #expect(reason { $0.parentCommits = [commits[0], commits[0]] } == .unsorted)
    let low = LateCommits(height: 3, commits: commits)
    let high = LateCommits(height: 4, commits: commits)
    #expect(reason { $0.lateCommits = [high, low] } == nil)
    #expect(reason { $0.lateCommits = [low, high] } == .unsorted)
    #expect(reason { $0.lateCommits = [low, low] } == .unsorted)
    #expect(
      reason { $0.lateCommits = [LateCommits(height: 3, commits: commits.reversed())] }
        == .unsorted)
    #expect(reason { $0.lateCommits = [LateCommits(height: 3, commits: [])] } != nil)
  }

  @Test("the hash covers every field of the header, and the chain")
  func headerHash() throws {
    var samples = CoreSamples(seed: 6)
    let header = samples.header()
    var hashes = [header.hash(chain), header.hash(samples.id())]
    let changes: [(inout BlockHeader) -> Void] = [
      { $0.height ^= 1 }, { $0.timestamp ^= 1 }, { $0.author = AccountID(.zero) },
      { $0.parent = .zero }, { $0.bundlesRoot = .zero }, { $0.validatorsHash = .zero },
      { $0.nextValidatorsHash = .zero }, { $0.parentStatement.covered.toggle() },
      { $0.parentStatement.height ^= 1 },
      { $0.parentRoots = StateRoots(state: .zero, transactions: .zero, receipts: .zero) },
      {
        $0.parentCommits.append(
          CommitSignature(member: .max, view: 0, signature: Signature(r: .zero, s: .zero)))
      },
    ]
    for change in changes {
      var changed = header
      change(&changed)
      hashes.append(changed.hash(chain))
    }
    #expect(Set(hashes).count == hashes.count)
  }

  @Test("a block is consistent when its root is that of its runs and no author stands twice")
  func consistency() {
    var samples = CoreSamples(seed: 7)
    let runs = samples.list(3...3) { $0.run() }
    var header = samples.header()
    header.bundlesRoot = BundleRun.root(runs)
    #expect(Block(header: header, runs: runs).isConsistent)
    #expect(!Block(header: header, runs: runs.reversed()).isConsistent)
    let twice = [runs[0], runs[0]]
    header.bundlesRoot = BundleRun.root(twice)
    #expect(!Block(header: header, runs: twice).isConsistent)
    let long = (0..<5).map { author in
      BundleRun(
        author: AccountID(Bytes32(word0: UInt64(author), word1: 0, word2: 0, word3: 0)),
        incarnation: 0, firstNumber: 0,
        digests: Array(repeating: .zero, count: Limits.runBundlesMax))
    }
    header.bundlesRoot = BundleRun.root(long)
    #expect(!Block(header: header, runs: long).isConsistent)
    header.bundlesRoot = BundleRun.root([])
    #expect(Block(header: header, runs: []).isConsistent)
  }
}
