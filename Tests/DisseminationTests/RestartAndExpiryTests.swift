import Dissemination
import LedgerCore
import Testing

@Suite("Restart and expiry of bundles")
struct RestartAndExpiryTests {
  private func letBundlesExpire(_ network: TestNetwork) {
    for _ in 0...Limits.bundleAgeHeightsMax { network.commit([], by: 1) }
  }

  @Test("a restarted author's stored bundles are named first, its new ones after")
  func restart() throws {
    let network = try TestNetwork(4)
    let transactions = try TestTransactions.make(6, homeAt: 0, members: 4)
    network.submit(Array(transactions.prefix(3)), to: 0)
    network.run(for: 1_000)
    network.crash(0)
    network.run(for: 100)
    network.restart(0)
    network.submit(Array(transactions.suffix(3)), to: 0)
    network.run(for: 1_000)
    let incarnations = network.authored(by: 0).map(\.header.incarnation)
    try #require(incarnations.count == 2)
    #expect(incarnations[0] < incarnations[1])
    #expect(network.authored(by: 0).map(\.header.number) == [0, 0])
    #expect(network.decide(by: 0))
    #expect(network.runsDecided[0].map(\.incarnation) == [incarnations[0]])
    #expect(network.decide(by: 3))
    #expect(network.runsDecided[1].map(\.incarnation) == [incarnations[1]])
    #expect(Set(network.executed) == Set(transactions.map(\.testID)))
  }

  @Test("a member that comes back after this node's restart goes on after its last named bundle")
  func returningMember() throws {
    let members = (0..<6).map { index in
      Validator(
        account: AccountID(SHA256.hash([UInt8(index)]).bytes),
        consensusKey: PublicKey(SHA256.hash([UInt8(index), 1]).bytes))
    }
    let before = try #require(ValidatorSet(firstHeight: 1, members: Array(members.prefix(5))))
    let after = try #require(ValidatorSet(firstHeight: 12, members: members))
    var node = Disseminator(
      own: members[0].account, chain: TestNetwork.chain, intervalMilliseconds: 1_000)
    _ = node.step(
      .restored(
        DisseminationStart(
          incarnation: 7, height: 9, sets: [before], progress: [], bundles: [])), now: 0)
    let back = AuthorProgress(author: members[5].account, incarnation: 3, number: 4)
    _ = node.step(
      .decided(
        DisseminationDecision(
          height: 10, runs: [], executed: [], skipped: [], sets: [before, after],
          progress: [back])), now: 1_000)
    func run(_ incarnation: UInt64, from first: UInt64) -> BundleRun {
      BundleRun(
        author: back.author, incarnation: incarnation, firstNumber: first,
        digests: [SHA256.hash([9])])
    }
    // What is not held is missing; only what does not follow is a gap.
    #expect(node.judge([run(3, from: 5)], height: 12) == .missing([SHA256.hash([9])]))
    #expect(node.judge([run(4, from: 0)], height: 12) == .missing([SHA256.hash([9])]))
    #expect(node.judge([run(3, from: 0)], height: 12) == .refused(.gap(back.author)))
    #expect(node.judge([run(2, from: 0)], height: 12) == .refused(.gap(back.author)))
  }

  @Test("an author that restarts more often than its runs are followed waits, and goes on")
  func manyRestarts() throws {
    let network = try TestNetwork(4)
    let transactions = try TestTransactions.make(8, homeAt: 0, members: 4)
    for transaction in transactions.prefix(7) {
      network.submit([transaction], to: 0)
      network.run(for: 2_000)
      network.crash(0)
      network.restart(0)
    }
    network.submit([transactions[7]], to: 0)
    network.run(for: 60_000)
    // Nothing is sealed again and again for which there is no place.
    #expect(network.nodes[0].disseminator.counters.bundlesSealed <= 1)
    #expect(network.authored(by: 0).count == DisseminationLimits.incarnationsMax)
    for height in 0..<10 {
      #expect(network.decide(by: height % 4))
      network.run(for: 10_000)
    }
    // What was pending at a crash is lost, as it may be; what was bundled and what came last is
    // not.
    let bundled = network.authored(by: 0).flatMap(\.transactions).map(\.testID)
    #expect(Set(network.executed) == Set(bundled))
    #expect(network.executed.contains(transactions[7].testID))
  }

  @Test("bundles that expired unnamed give their transactions back, and they execute once")
  func expiry() throws {
    let network = try TestNetwork(4)
    let transactions = try TestTransactions.make(5, homeAt: 0, members: 4)
    network.submit(transactions, to: 0)
    network.run(for: 1_000)
    let first = try #require(network.authored(by: 0).first)
    letBundlesExpire(network)
    network.run(for: 1_000)
    let second = try #require(network.authored(by: 0).last)
    #expect(second.header.incarnation == first.header.incarnation + 1)
    #expect(second.header.number == 0)
    #expect(Set(second.transactions.map(\.testID)) == Set(transactions.map(\.testID)))
    network.run(for: 30_000)
    for index in 1..<4 { #expect(network.authored(by: index).isEmpty) }
    #expect(network.decide(by: 2))
    #expect(network.executed.count == 5)
    #expect(network.nodes[0].disseminator.counters.transactionsReturned == 5)
  }

  @Test("accepted transactions of an author that never comes back are bundled by another")
  func deadAuthor() throws {
    let network = try TestNetwork(4, interval: 1_000)
    let transactions = try TestTransactions.make(5, homeAt: 0, members: 4)
    network.submit(transactions, to: 0)
    network.run(for: 500)
    #expect(network.nodes[0].accepted.count == 5)
    network.crash(0)
    letBundlesExpire(network)
    network.run(for: 4_000)
    let bundled = (1..<4).map { network.authored(by: $0).flatMap(\.transactions).count }
    #expect(bundled.reduce(0, +) == 5)
    #expect(network.decide(by: 1))
    #expect(Set(network.executed) == Set(transactions.map(\.testID)))
  }

  @Test("accepted transactions survive a crash of all nodes at once")
  func allCrash() throws {
    let network = try TestNetwork(4)
    let transactions = try TestTransactions.make(5, homeAt: 1, members: 4)
    network.submit(transactions, to: 1)
    network.run(for: 1_000)
    #expect(network.nodes[1].accepted.count == 5)
    for index in 0..<4 { network.crash(index) }
    for index in 0..<4 { network.restart(index) }
    network.run(for: 500)
    #expect(network.decide(by: 3))
    #expect(network.executed.count == 5)
  }

  @Test("a restart after the bundles grew too old gives their transactions back")
  func oldOnDisk() throws {
    let network = try TestNetwork(4)
    let transactions = try TestTransactions.make(4, homeAt: 0, members: 4)
    network.loses = { _, _, _ in true }
    network.submit(transactions, to: 0)
    network.run(for: 1_000)
    network.crash(0)
    letBundlesExpire(network)
    network.loses = { _, _, _ in false }
    network.restart(0)
    network.run(for: 2_000)
    #expect(network.decide(by: 1))
    #expect(network.executed.count == 4)
    // The old bundle stays on disk until its transactions must have found another place.
    #expect(network.nodes[0].disk.count == 1)
    for _ in 0...DisseminationLimits.expiredKeepHeights { network.commit([], by: 1) }
    #expect(network.nodes[0].disk.isEmpty)
  }

  @Test("what one bundle executed does not come back from another")
  func executedElsewhere() throws {
    let network = try TestNetwork(4, interval: 1_000)
    let transactions = try TestTransactions.make(3, homeAt: 2, members: 4)
    // Node 0 cannot hear the home author and bundles them too.
    network.loses = { from, to, message in
      switch message {
      case .bundle: to == 0
      case .fetchRun: from == 0
      default: false
      }
    }
    network.submit(transactions, to: 0)
    network.run(for: 1_500)
    #expect(!network.authored(by: 0).isEmpty && !network.authored(by: 2).isEmpty)
    network.loses = { _, _, _ in false }
    #expect(network.decide(by: 1))
    letBundlesExpire(network)
    network.run(for: 5_000)
    #expect(network.decide(by: 1))
    #expect(network.executed.count == 3)
    #expect(network.nodes.allSatisfy { $0.disseminator.gauges.pendingTransactions == 0 })
    #expect(network.nodes.allSatisfy { $0.disseminator.gauges.bundles == 0 })
  }

  @Test("a transaction whose validity passes is reported expired to its client, once")
  func validity() throws {
    let network = try TestNetwork(4, interval: 1_000)
    let transaction = try #require(
      TestTransactions.make(1, homeAt: 2, members: 4, validUntil: 2).first)
    network.loses = { _, _, _ in true }
    network.submit([transaction], to: 0)
    network.run(for: 100)
    network.commit([], by: 1)
    #expect(network.nodes[0].ended.isEmpty)
    network.commit([], by: 1)
    let ended = [EndedTransaction(id: transaction.testID, fault: .expired)]
    #expect(network.nodes[0].ended == ended)
    network.commit([], by: 1)
    network.run(for: 5_000)
    #expect(network.nodes[0].ended == ended)
    #expect(network.authored(by: 0).isEmpty)
  }
}
