import LedgerCore
import Testing

@testable import Dissemination

@Suite("Byzantine authors")
struct ByzantineAuthorTests {
  private let liar = 3

  private func bundle(
    _ network: TestNetwork, number: UInt64, incarnation: UInt64 = 1 << 16, birth: UInt64 = 1,
    _ transactions: [Transaction]
  ) -> Bundle {
    let header = BundleHeader(
      author: network.account(liar), incarnation: incarnation, number: number,
      birthHeight: birth, transactionCount: UInt32(transactions.count),
      transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes)))
    return Bundle(
      header: header, signature: network.sign(header, liar), transactions: transactions)
  }

  private func give(_ bundle: Bundle, to index: Int, in network: TestNetwork) {
    network.feed(.message(.bundle(bundle), from: network.account(liar)), to: index)
    network.run(for: 10)
  }

  @Test("one that makes many badly signed bundles has one verified, and is proven once")
  func badlySigned() throws {
    let network = try TestNetwork(4)
    for tip in 1...50 as ClosedRange<UInt128> {
      let bad = try TestTransactions.make(sender: 1, tip: tip, badlySigned: true)
      give(bundle(network, number: 0, [bad]), to: 0, in: network)
    }
    let node = network.nodes[0]
    #expect(node.checks.count == 1)
    #expect(node.offences.count == 1)
    #expect(node.disseminator.gauges.bundles == 0)
    // It is after some heights that it may come again.
    #expect(node.disseminator.counters.dropped(.peerDistrusted) == 49)
    network.run(for: DisseminationLimits.distrustMilliseconds)
    give(bundle(network, number: 0, [try TestTransactions.make(sender: 1)]), to: 0, in: network)
    let later = network.nodes[0].disseminator.counters
    #expect(later.dropped(.bundleAuthorDistrusted) == 1)
    for _ in 0..<Limits.bundleAgeHeightsMax { network.commit([], by: 1) }
    give(
      bundle(network, number: 0, birth: 9, [try TestTransactions.make(sender: 1)]), to: 0,
      in: network)
    #expect(network.nodes[0].disseminator.gauges.bundles == 1)
  }

  @Test("incarnations, gaps and numbers without end cost what the limits say, and no more")
  func manyRuns() throws {
    let network = try TestNetwork(4)
    network.loses = { _, _, _ in true }
    let transaction = try TestTransactions.make(sender: 1)
    for number in 0..<700 {
      let incarnation = UInt64(1 + number % 9) << 16
      give(
        bundle(
          network, number: UInt64(number * 7 % 1_100), incarnation: incarnation, [transaction]),
        to: 0, in: network)
    }
    let shelf = try #require(network.nodes[0].disseminator.shelf.author(network.account(liar)))
    #expect(shelf.lanes.count <= DisseminationLimits.incarnationsMax)
    #expect(shelf.bundleCount <= DisseminationLimits.authorBundlesMax)
    #expect(
      shelf.lanes.allSatisfy { lane in
        lane.heldNumbers.allSatisfy { $0 < DisseminationLimits.numbersAheadMax }
      })
    // None of it is acknowledged but what follows without a gap.
    #expect(shelf.lanes.allSatisfy { $0.storedEnd <= 1 })
    // All goes when it can be named no more, and the transaction is bundled by others.
    for _ in 0...Limits.bundleAgeHeightsMax { network.commit([], by: 1) }
    #expect(network.nodes[0].disseminator.gauges.bundles == 0)
  }

  @Test("a body that its author shows to one node only does not keep its transactions from a block")
  func withheld() throws {
    let network = try TestNetwork(7, interval: 1_000)
    let transaction = try #require(TestTransactions.make(1, homeAt: liar, members: 7).first)
    // The author takes what is forwarded, and hides the bundle it makes of it from all but node 0.
    network.loses = { from, to, message in
      if case .bundle = message { return from == liar && to != 0 }
      return false
    }
    network.submit([transaction], to: 1)
    network.run(for: 4_000)
    // Node 1 has not seen it for a slot: it goes to the deputy.
    let others = (0..<7).filter { $0 != liar }.flatMap { network.authored(by: $0) }
    #expect(others.flatMap(\.transactions).map(\.testID) == [transaction.testID])
    network.crash(liar)
    #expect(network.decide(by: 1))
    #expect(network.executed == [transaction.testID])
  }

  /// A network in which only node 0 gets what the liar makes, with a transaction at home there.
  private func hostage() throws -> (TestNetwork, Transaction) {
    let network = try TestNetwork(7, interval: 1_000)
    let transaction = try #require(TestTransactions.make(1, homeAt: liar, members: 7).first)
    let liar = liar
    network.loses = { from, to, message in
      if case .bundle = message { return from == liar && to != 0 }
      return false
    }
    return (network, transaction)
  }

  private func honest(in network: TestNetwork) -> [Digest] {
    (0..<7).filter { $0 != liar }.flatMap { network.authored(by: $0) }
      .flatMap(\.transactions).map(\.testID)
  }

  @Test("a body shown only to the node that was sent the transaction keeps it from no block")
  func withheldFromOthers() throws {
    let (network, transaction) = try hostage()
    network.submit([transaction], to: 0)
    network.run(for: 500)
    #expect(network.nodes[0].disseminator.standing(of: transaction.testID) == .bundled)
    for _ in 0..<3 {
      network.commit([], by: 1)
      network.run(for: 1_000)
    }
    // The first deputy was asked, and has bundled it.
    #expect(network.authored(by: liar).count == 1)
    #expect(honest(in: network) == [transaction.testID])
    #expect(network.authored(by: liar + 1).count == 1)
    network.crash(liar)
    #expect(network.decide(by: 1))
    #expect(network.executed == [transaction.testID])
    for _ in 0...Limits.bundleAgeHeightsMax { network.commit([], by: 1) }
    network.run(for: 5_000)
    #expect(honest(in: network) == [transaction.testID])
    #expect(network.nodes.allSatisfy { $0.disseminator.gauges.pendingTransactions == 0 })
  }

  @Test("nor does one made anew at each height")
  func withheldAgainAndAgain() throws {
    let (network, transaction) = try hostage()
    // The deputies do not hear of it either: node 0 is on its own.
    let hides = network.loses
    network.loses = { from, to, message in
      if case .forward = message { return true }
      return hides(from, to, message)
    }
    network.submit([transaction], to: 0)
    for number in UInt64(0)..<4 {
      give(
        bundle(network, number: number, birth: number + 1, [transaction]), to: 0, in: network)
      network.run(for: 900)
      network.commit([], by: 1)
    }
    give(bundle(network, number: 4, birth: 5, [transaction]), to: 0, in: network)
    network.run(for: 2_000)
    #expect(network.authored(by: 0).flatMap(\.transactions).map(\.testID) == [transaction.testID])
    #expect(network.decide(by: 1))
    #expect(network.executed == [transaction.testID])
  }

  @Test("what is acknowledged late is in no second bundle when none was made yet")
  func acknowledgedLate() throws {
    let (network, transaction) = try hostage()
    let hides = network.loses
    network.loses = { from, to, message in
      if case .forward = message { return to != 3 }
      return hides(from, to, message)
    }
    network.submit([transaction], to: 0)
    network.run(for: 500)
    for _ in 0..<3 { network.commit([], by: 1) }
    network.run(for: 10)
    #expect(network.nodes[0].disseminator.gauges.pendingTransactions == 1)
    // The others get it from node 0, whom two more believe to hold it.
    let run = try #require(network.authored(by: liar).first).header
    let held = Acknowledgement(
      author: run.author, incarnation: run.incarnation, number: run.number)
    for other in [1, 2] {
      network.feed(.message(.acknowledge([held]), from: network.account(other)), to: 0)
    }
    #expect(network.nodes[0].accepted == [transaction.testID])
    #expect(network.nodes[0].disseminator.gauges.pendingTransactions == 0)
    network.run(for: 4_000)
    #expect(honest(in: network) == [])
  }

  @Test("twins under one number: one is held, both headers are the proof, and one block has one")
  func twins() throws {
    let network = try TestNetwork(4)
    let first = bundle(network, number: 0, [try TestTransactions.make(sender: 1)])
    let twins = try (2...60).map {
      bundle(network, number: 0, [try TestTransactions.make(sender: UInt8($0))])
    }
    give(first, to: 0, in: network)
    for twin in twins { give(twin, to: 0, in: network) }
    let node = network.nodes[0]
    #expect(node.offences.count == 1)
    #expect(node.disseminator.gauges.bundles == 1)
    // The header of one twin was verified, and no body.
    #expect(node.checks == [2, 1])
  }

  @Test("a birth height that lies ahead or behind is not taken")
  func births() throws {
    let network = try TestNetwork(4)
    for _ in 0..<20 { network.commit([], by: 0) }
    let transaction = try TestTransactions.make(sender: 1)
    for birth in [0, 1, 12, 23, 1_000, UInt64.max] {
      give(bundle(network, number: 0, birth: birth, [transaction]), to: 0, in: network)
    }
    #expect(network.nodes[0].disseminator.gauges.bundles == 0)
    for birth in [13, 22] as [UInt64] {
      give(
        bundle(network, number: birth - 13, incarnation: birth << 16, birth: birth, [transaction]),
        to: 0, in: network)
    }
    #expect(network.nodes[0].disseminator.gauges.bundles == 2)
  }
}
