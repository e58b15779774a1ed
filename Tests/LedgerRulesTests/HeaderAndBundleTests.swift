import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Which blocks may follow a parent")
struct HeaderAndBundleTests {
  /// Expects that a change of the next block's header is refused, and that nothing is written.
  private func expect(
    _ fault: (BlockHeader) -> HeaderFault, _ change: (inout BlockHeader) -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run([network.transfer(1, from: TestGenesis.accounts[0], to: accountID(5), 1)])
    let (block, _) = try network.proposal([])
    var header = block.header
    change(&header)
    var view = StateView(over: network.records)
    let expected = ExecutionError.header(fault(block.header))
    #expect(throws: expected, sourceLocation: sourceLocation) {
      try Execution.run(
        block: Block(header: header, runs: []), bundles: [], chain: network.chain, on: &view)
    }
    #expect(view.changes().isEmpty, sourceLocation: sourceLocation)
    #expect(!expected.isFatal, sourceLocation: sourceLocation)
  }

  @Test("height, parent, author, sets, roots and statement must follow from the parent")
  func header() throws {
    try expect({ _ in .height(expected: 2, stated: 3) }, { $0.height = 3 })
    try expect({ .parent(expected: $0.parent, stated: .zero) }, { $0.parent = .zero })
    try expect({ _ in .author(accountID(3)) }, { $0.author = accountID(3) })
    try expect({ _ in .validators }, { $0.validatorsHash = .zero })
    try expect({ _ in .nextValidators }, { $0.nextValidatorsHash = .zero })
    try expect(
      { _ in .parentRoots },
      {
        $0.parentRoots = StateRoots(
          state: .zero, transactions: .zero, receipts: $0.parentRoots.receipts)
      })
    try expect(
      { _ in .parentRoots },
      {
        $0.parentRoots = StateRoots(
          state: .zero, transactions: $0.parentRoots.transactions, receipts: .zero)
      })
    try expect({ _ in .parentStatement }, { $0.parentStatement.covered.toggle() })
  }

  @Test("a timestamp is above the parent's and a multiple of the interval from genesis")
  func timestamp() throws {
    for change in [-10_000, 0, -20_000, 1, 9_999] as [Int64] {
      let time = UInt64(Int64(TestGenesis.time) + 10_000 + change)
      try expect({ _ in .timestamp(time) }, { $0.timestamp = time })
    }
    try expect({ _ in .timestamp(0) }, { $0.timestamp = 0 })
  }

  @Test("a block whose time is so far off that dues leave 128 bits is refused, and stops no node")
  func hugeTime() throws {
    var document = try TestGenesis.document()
    document.nodes[0].profile = EnergyProfile(
      tier: .cloud, region: "IND", idleMilliwatts: RulesLimits.idleMilliwattsMax,
      millijoulesPerCPUSecond: 1, puePermille: RulesLimits.puePermilleMax)
    document.factors[2] = TestGenesis.factor("IND", RulesLimits.factorMicrogramsMax)
    document.lots = [TestGenesis.lot("GS1", 1, 10_000_000)]
    var network = try TestNetwork(document)
    try network.run()
    var (block, _) = try network.proposal([])
    var header = block.header
    header.timestamp =
      TestGenesis.time + (UInt64.max - TestGenesis.time) / 10_000 * 10_000
    block = Block(header: header, runs: [])
    let expected = ExecutionError.header(.timestamp(header.timestamp))
    #expect(verdict(network, block, []) == expected)
    #expect(!expected.isFatal)
  }

  /// A proposal of `count` bundles with one transfer each by node 0, and the parts to change.
  private func bundles(
    _ network: TestNetwork, incarnation: UInt64, first: UInt64, count: UInt64, birth: UInt64
  ) throws -> (Block, [Bundle]) {
    let account = network.document.nodes[0].account
    let list = try (0..<count).map { index in
      let transaction = try network.transfer(
        1, from: TestGenesis.accounts[0], to: TestGenesis.accounts[1], first + index + 1)
      return Bundle(
        header: BundleHeader(
          author: account, incarnation: incarnation, number: first + index, birthHeight: birth,
          transactionCount: 1, transactionBytes: UInt32(transaction.bytes.count),
          transactionsRoot: MerkleTree.root(leaves: [transaction.bytes])),
        signature: zeroSignature, transactions: [transaction])
    }
    let runs = [
      BundleRun(
        author: account, incarnation: incarnation, firstNumber: first,
        digests: list.map { $0.header.digest(network.chain) })
    ]
    var header = try network.proposal([]).block.header
    header.bundlesRoot = BundleRun.root(runs)
    return (Block(header: header, runs: runs), list)
  }

  private func verdict(_ network: TestNetwork, _ block: Block, _ bundles: [Bundle])
    -> ExecutionError?
  {
    var view = StateView(over: network.records)
    do {
      _ = try Execution.run(block: block, bundles: bundles, chain: network.chain, on: &view)
      return nil
    } catch { return error }
  }

  @Test("runs follow the last committed number, or start at 0 of a higher incarnation")
  func runs() throws {
    var network = try TestNetwork(TestGenesis.document())
    let account = network.document.nodes[0].account
    let (block, list) = try bundles(network, incarnation: 0, first: 0, count: 3, birth: 1)
    try network.run(block, list)
    var queries = network.queries
    #expect(try queries.bundleProgress(account) == BundleProgress(incarnation: 0, next: 3))

    let cases: [(incarnation: UInt64, first: UInt64, isAllowed: Bool)] = [
      (0, 3, true), (0, 2, false), (0, 4, false), (0, 0, false), (1, 0, true), (9, 0, true),
      (1, 3, false), (1, 1, false),
    ]
    for (incarnation, first, isAllowed) in cases {
      let (next, itsBundles) = try bundles(
        network, incarnation: incarnation, first: first, count: 1, birth: 2)
      let expected = ExecutionError.bundle(
        .gap(author: account, incarnation: incarnation, first: first))
      #expect(verdict(network, next, itsBundles) == (isAllowed ? nil : expected))
    }
    let (restart, itsBundles) = try bundles(network, incarnation: 4, first: 0, count: 2, birth: 2)
    try network.run(restart, itsBundles)
    let (late, lateBundles) = try bundles(network, incarnation: 0, first: 3, count: 1, birth: 2)
    #expect(
      verdict(network, late, lateBundles)
        == .bundle(.gap(author: account, incarnation: 0, first: 3)))
  }

  @Test("a bundle is named at its birth and up to 8 heights after, never before")
  func age() throws {
    var network = try TestNetwork(TestGenesis.document())
    for _ in 0..<11 { try network.run() }
    for (birth, isAllowed) in [(12, true), (4, true), (3, false), (13, false)] as [(UInt64, Bool)] {
      let (block, list) = try bundles(network, incarnation: 0, first: 0, count: 1, birth: birth)
      let digest = list[0].header.digest(network.chain)
      #expect(
        verdict(network, block, list)
          == (isAllowed ? nil : .bundle(.tooOld(digest, birthHeight: birth))))
    }
  }

  @Test("bundles that are missing, too many, or not the ones named are refused")
  func mismatch() throws {
    let network = try TestNetwork(TestGenesis.document())
    let (block, list) = try bundles(network, incarnation: 0, first: 0, count: 2, birth: 1)
    #expect(verdict(network, block, list) == nil)
    #expect(verdict(network, block, [list[0]]) == .bundle(.missing))
    #expect(verdict(network, block, list + [list[1]]) == .bundle(.missing))
    let digest = list[0].header.digest(network.chain)
    #expect(verdict(network, block, [list[1], list[0]]) == .bundle(.notNamed(digest)))
    let other = Block(header: block.header, runs: [])
    #expect(verdict(network, other, []) == .bundle(.inconsistent))
  }

  @Test("an author that is no ER Node has no bundles")
  func unknownAuthor() throws {
    let network = try TestNetwork(TestGenesis.document())
    let stranger = accountID(5)
    let transaction = try network.transfer(
      1, from: TestGenesis.accounts[0], to: TestGenesis.accounts[1], 1)
    let bundle = Bundle(
      header: BundleHeader(
        author: stranger, incarnation: 0, number: 0, birthHeight: 1, transactionCount: 1,
        transactionBytes: UInt32(transaction.bytes.count),
        transactionsRoot: MerkleTree.root(leaves: [transaction.bytes])),
      signature: zeroSignature, transactions: [transaction])
    let runs = [
      BundleRun(
        author: stranger, incarnation: 0, firstNumber: 0,
        digests: [bundle.header.digest(network.chain)])
    ]
    var header = try network.proposal([]).block.header
    header.bundlesRoot = BundleRun.root(runs)
    #expect(
      verdict(network, Block(header: header, runs: runs), [bundle])
        == .bundle(.unknownAuthor(stranger)))
  }

  @Test("executing a block twice gives the same outcome, and another order another root")
  func deterministic() throws {
    let network = try TestNetwork(TestGenesis.document())
    let transactions = try (1...20).map {
      try network.transfer(
        UInt128($0), from: TestGenesis.accounts[Int($0) % 5], to: accountID(UInt64($0) + 40), $0)
    }
    var first = network
    var second = network
    let one = try first.run(transactions)
    let same = try second.run(transactions)
    #expect(one == same)
    var third = network
    let other = try third.run(transactions.reversed())
    #expect(other.transactionsRoot != one.transactionsRoot)
    #expect(one.receiptsRoot == MerkleTree.root(leaves: one.receipts.map { $0.bcs[...] }))
  }
}
