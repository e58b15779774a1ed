import Dissemination
import LedgerCore
import Testing

@Suite("Bundles from others")
struct BundleTests {
  /// A signed bundle of a member.
  private func bundle(
    _ network: TestNetwork, by author: Int, number: UInt64 = 0, incarnation: UInt64 = 1 << 16,
    birth: UInt64 = 1, _ transactions: [Transaction]
  ) -> Bundle {
    let header = BundleHeader(
      author: network.account(author), incarnation: incarnation, number: number,
      birthHeight: birth, transactionCount: UInt32(transactions.count),
      transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes)))
    return Bundle(
      header: header, signature: network.sign(header, author), transactions: transactions)
  }

  private func give(_ bundle: Bundle, to index: Int, from author: Int, _ network: TestNetwork) {
    network.feed(.message(.bundle(bundle), from: network.account(author)), to: index)
    network.run(for: 20)
  }

  private func digest(_ bundle: Bundle) -> Digest { bundle.header.digest(TestNetwork.chain) }

  @Test("of two bundles under one number the first stays, and both headers are evidence")
  func equivocation() throws {
    let network = try TestNetwork(4)
    let first = bundle(network, by: 3, [try TestTransactions.make(sender: 1)])
    let second = bundle(network, by: 3, [try TestTransactions.make(sender: 2)])
    give(first, to: 0, from: 3, network)
    give(second, to: 0, from: 3, network)
    give(bundle(network, by: 3, [try TestTransactions.make(sender: 3)]), to: 0, from: 3, network)
    #expect(network.nodes[0].disseminator.bundle(digest(first)) != nil)
    #expect(network.nodes[0].disseminator.bundle(digest(second)) == nil)
    #expect(
      network.nodes[0].offences == [
        .equivocation(
          SignedBundleHeader(header: first.header, signature: first.signature),
          SignedBundleHeader(header: second.header, signature: second.signature))
      ])
    #expect(network.nodes[0].disseminator.counters.dropped(.bundleConflict) == 2)
  }

  @Test("a second bundle under a number is fetched when a block names it")
  func namedTwin() throws {
    let network = try TestNetwork(4)
    let first = bundle(network, by: 3, [try TestTransactions.make(sender: 1)])
    let second = bundle(network, by: 3, [try TestTransactions.make(sender: 2)])
    give(first, to: 0, from: 3, network)
    for index in 1...2 { give(second, to: index, from: 3, network) }
    let run = BundleRun(
      author: network.account(3), incarnation: 1 << 16, firstNumber: 0, digests: [digest(second)])
    #expect(
      network.nodes[0].disseminator.judge([run], height: 1) == .missing([digest(second)]))
    network.feed(.needed([run]), to: 0)
    network.run(for: 2_000)
    #expect(network.nodes[0].available == [digest(second)])
    #expect(network.nodes[0].disseminator.judge([run], height: 1) == .usable)
    network.commit([run], by: 1)
    #expect(network.nodes[0].disseminator.gauges.bundles == 0)
    // The twin that lost its number gives its transaction back.
    network.run(for: 60_000)
    #expect(network.decide(by: 0))
    #expect(network.executedSet.contains(first.transactions[0].testID))
  }

  @Test("a bundle with a badly signed transaction is refused and proven")
  func badTransaction() throws {
    let network = try TestNetwork(4)
    let transactions = [
      try TestTransactions.make(sender: 1), try TestTransactions.make(sender: 2, badlySigned: true),
      try TestTransactions.make(sender: 3),
    ]
    let bad = bundle(network, by: 3, transactions)
    let run = BundleRun(
      author: network.account(3), incarnation: 1 << 16, firstNumber: 0, digests: [digest(bad)])
    network.feed(.needed([run]), to: 0)
    give(bad, to: 0, from: 3, network)
    #expect(network.nodes[0].unusable == [digest(bad)])
    #expect(
      network.nodes[0].disseminator.judge([run], height: 1) == .refused(.badlySigned(digest(bad))))
    guard case .badlySigned(let signed, let bytes, let proof) = network.nodes[0].offences.first
    else {
      Issue.record("no offence")
      return
    }
    #expect(signed.header == bad.header)
    #expect(bytes == Array(transactions[1].bytes))
    let root = try proof.root(leafHash: MerkleTree.leafHash(bytes[...]))
    #expect(root == bad.header.transactionsRoot)
    give(bad, to: 0, from: 3, network)
    #expect(network.nodes[0].offences.count == 1)
  }

  @Test("a bundle with another's signature is dropped and blames nobody")
  func badHeader() throws {
    let network = try TestNetwork(4)
    let good = bundle(network, by: 3, [try TestTransactions.make(sender: 1)])
    let forged = Bundle(
      header: good.header, signature: network.sign(good.header, 2),
      transactions: good.transactions)
    give(forged, to: 0, from: 3, network)
    #expect(network.nodes[0].disseminator.gauges.bundles == 0)
    #expect(network.nodes[0].disseminator.counters.dropped(.bundleBadSignature) == 1)
    #expect(network.nodes[0].offences.isEmpty)
    // No honest node sends that: for a while nothing is taken from this one.
    give(good, to: 0, from: 3, network)
    #expect(network.nodes[0].disseminator.counters.dropped(.peerDistrusted) == 1)
    network.run(for: DisseminationLimits.distrustMilliseconds)
    give(good, to: 0, from: 3, network)
    #expect(network.nodes[0].disseminator.gauges.bundles == 1)
  }

  @Test("what nobody asked for, what is too old and what is far ahead is dropped and counted")
  func unwelcome() throws {
    let network = try TestNetwork(4)
    for _ in 0..<12 { network.commit([], by: 0) }
    let transactions = [try TestTransactions.make(sender: 1)]
    give(bundle(network, by: 3, birth: 13, transactions), to: 0, from: 2, network)
    give(bundle(network, by: 3, birth: 4, transactions), to: 0, from: 3, network)
    give(bundle(network, by: 3, birth: 15, transactions), to: 0, from: 3, network)
    give(
      bundle(
        network, by: 3, number: DisseminationLimits.numbersAheadMax, birth: 13, transactions),
      to: 0, from: 3, network)
    let counters = network.nodes[0].disseminator.counters
    #expect(counters.dropped(.bundleUnsolicited) == 1)
    #expect(counters.dropped(.bundleExpired) == 1)
    #expect(counters.dropped(.bundleAhead) == 2)
    #expect(network.nodes[0].disseminator.gauges.bundles == 0)
    give(bundle(network, by: 3, birth: 14, transactions), to: 0, from: 3, network)
    #expect(network.nodes[0].disseminator.gauges.bundles == 1)
  }

  @Test("what is not taken is declined by its header, before anything else is decoded")
  func declined() throws {
    let network = try TestNetwork(4)
    let good = bundle(network, by: 3, [try TestTransactions.make(sender: 1)])
    let bytes = DisseminationMessage.bundle(good).bcs
    #expect(DisseminationMessage.bundleHeader(of: bytes[...]) == good.header)
    #expect(DisseminationMessage.bundleHeader(of: bytes.prefix(40)) == nil)
    #expect(DisseminationMessage.bundleHeader(of: []) == nil)
    #expect(
      DisseminationMessage.bundleHeader(of: DisseminationMessage.fetch([.zero]).bcs[...]) == nil)
    let old = bundle(network, by: 3, birth: 4, [try TestTransactions.make(sender: 2)])
    var node = network.nodes[0].disseminator
    let fresh = node.declines(good.header, from: network.account(3))
    #expect(!fresh)
    let early = node.declines(good.header, from: network.account(2))
    #expect(early && node.counters.dropped(.bundleUnsolicited) == 1)
    let ahead = node.declines(old.header, from: network.account(3))
    #expect(ahead && node.counters.dropped(.bundleAhead) == 1)
    give(good, to: 0, from: 3, network)
    node = network.nodes[0].disseminator
    // From another it is known; from its author it asks for the acknowledgement.
    let again = node.declines(good.header, from: network.account(3))
    #expect(!again)
    let known = node.declines(good.header, from: network.account(1))
    #expect(known)
  }

  @Test("an author's undecided bundles are bounded; a needed one is taken all the same")
  func authorFull() throws {
    let network = try TestNetwork(4)
    network.loses = { _, _, _ in true }
    let transactions = [try TestTransactions.make(sender: 1)]
    // Over two incarnations, or the next number would lie too far ahead.
    let perLane = DisseminationLimits.authorBundlesMax / 2
    for number in 0..<DisseminationLimits.authorBundlesMax {
      let next = bundle(
        network, by: 3, number: UInt64(number % perLane),
        incarnation: UInt64(1 + number / perLane) << 16, transactions)
      network.feed(.message(.bundle(next), from: network.account(3)), to: 0)
      if number % 32 == 31 { network.run(for: 10) }
    }
    network.run(for: 50)
    #expect(
      network.nodes[0].disseminator.gauges.bundles == DisseminationLimits.authorBundlesMax)
    let over = bundle(network, by: 3, number: UInt64(perLane), transactions)
    give(over, to: 0, from: 3, network)
    #expect(network.nodes[0].disseminator.counters.dropped(.bundleAuthorFull) == 1)
    network.feed(
      .needed([
        BundleRun(
          author: network.account(3), incarnation: 1 << 16, firstNumber: UInt64(perLane),
          digests: [digest(over)])
      ]), to: 0)
    give(over, to: 0, from: 2, network)
    #expect(network.nodes[0].available == [digest(over)])
  }

  @Test("numbers that arrive out of order are acknowledged when the gap is closed")
  func gap() throws {
    let network = try TestNetwork(4)
    let bundles = try (0..<3).map {
      bundle(
        network, by: 3, number: UInt64($0), [try TestTransactions.make(sender: UInt8($0 + 1))])
    }
    for index in [1, 2] { for bundle in bundles { give(bundle, to: index, from: 3, network) } }
    network.crash(3)
    give(bundles[2], to: 0, from: 3, network)
    // Nodes 1 and 2 are f + 1: what they acknowledge, node 0 fetches.
    network.run(for: 1_500)
    #expect(network.nodes[0].disseminator.gauges.bundles == 3)
    let told = network.nodes[0].sent.compactMap { entry -> Acknowledgement? in
      guard case .acknowledge(let list) = entry.message else { return nil }
      return list.last
    }
    #expect(told.last?.number == 2)
    #expect(network.named(by: 1).count == 3)
  }

  @Test("runs that break a rule are refused")
  func judge() throws {
    let network = try TestNetwork(4)
    let held = bundle(network, by: 3, [try TestTransactions.make(sender: 1)])
    give(held, to: 0, from: 3, network)
    let disseminator = network.nodes[0].disseminator
    let stranger = AccountID(.zero)
    func run(_ author: AccountID, _ incarnation: UInt64, _ first: UInt64) -> BundleRun {
      BundleRun(
        author: author, incarnation: incarnation, firstNumber: first, digests: [digest(held)])
    }
    let author = network.account(3)
    let good = run(author, 1 << 16, 0)
    #expect(disseminator.judge([good], height: 1) == .usable)
    #expect(disseminator.judge([good, good], height: 1) == .refused(.authorTwice(author)))
    #expect(disseminator.judge([run(author, 1 << 16, 1)], height: 1) == .refused(.gap(author)))
    #expect(
      disseminator.judge([run(author, 2 << 16, 0)], height: 1)
        == .refused(.wrongBundle(digest(held))))
    #expect(
      disseminator.judge([run(network.account(2), 1 << 16, 0)], height: 1)
        == .refused(.wrongBundle(digest(held))))
    #expect(disseminator.judge([good], height: 10) == .refused(.wrongAge(digest(held))))
    #expect(
      disseminator.judge([run(stranger, 1, 0)], height: 1) == .refused(.unknownAuthor(stranger)))
    network.commit([good], by: 0)
    #expect(network.nodes[0].disseminator.judge([good], height: 2) == .refused(.gap(author)))
  }

  @Test("the order of authors rotates with the height")
  func rotation() throws {
    let network = try TestNetwork(4)
    for index in 0..<4 {
      network.submit(try TestTransactions.make(2, homeAt: index, members: 4), to: index)
    }
    network.run(for: 1_000)
    let orders = (1...4).map { height in
      network.nodes[0].disseminator.runsForProposal(height: UInt64(height)).map(\.author)
    }
    #expect(orders.allSatisfy { $0.count == 4 })
    #expect(Set(orders.map(\.first)).count == 4)
    #expect(
      network.nodes[0].disseminator.runsForProposal(height: 1, emptyOfBundles: true).isEmpty)
  }
}
