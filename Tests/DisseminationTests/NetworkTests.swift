import Dissemination
import LedgerCore
import Testing

@Suite("A network of disseminators")
struct NetworkTests {
  private func losesBundles(to node: Int) -> (Int, Int, DisseminationMessage) -> Bool {
    { _, to, message in
      if case .bundle = message { to == node } else { false }
    }
  }

  @Test("transactions sent to any node end exactly once in blocks, each in its home's bundle")
  func once() throws {
    let network = try TestNetwork(4)
    var all: [Transaction] = []
    for sender in 1...40 {
      let transaction = try TestTransactions.make(sender: UInt8(sender))
      all.append(transaction)
      network.submit([transaction], to: sender % 4, ticket: UInt64(sender))
    }
    network.run(for: 2_000)
    #expect(network.decide(by: 1))
    network.run(for: 20_000)
    #expect(network.decide(by: 2))
    #expect(Set(network.executed) == Set(all.map(\.testID)))
    #expect(network.executed.count == 40)
    for index in 0..<4 {
      for transaction in network.authored(by: index).flatMap(\.transactions) {
        #expect(HomeAuthor.index(of: transaction.body.sender, count: 4) == index)
      }
      #expect(network.nodes[index].answers.allSatisfy { $0.status == .pending })
      #expect(network.nodes[index].disseminator.gauges.pendingTransactions == 0)
      #expect(network.nodes[index].disseminator.gauges.bundles == 0)
      #expect(network.nodes[index].disk.isEmpty)
    }
  }

  @Test("the same transaction at every node is bundled once")
  func everywhere() throws {
    let network = try TestNetwork(7)
    let transaction = try TestTransactions.make(sender: 1)
    for index in 0..<7 { network.submit([transaction], to: index) }
    network.run(for: 30_000)
    let bundles = (0..<7).flatMap { network.authored(by: $0) }
    #expect(bundles.count == 1)
    #expect(bundles.first?.transactions.count == 1)
  }

  @Test("a client is told of acceptance when f + 1 nodes acknowledge, and not before")
  func acceptance() throws {
    let network = try TestNetwork(4)
    let transaction = try #require(TestTransactions.make(1, homeAt: 0, members: 4).first)
    for index in 1..<4 { network.nodes[index].diskIsStuck = true }
    network.submit([transaction], to: 0)
    network.run(for: 1_500)
    #expect(network.nodes[0].accepted.isEmpty)
    #expect(network.nodes[0].disseminator.standing(of: transaction.testID) == .bundled)
    network.nodes[2].diskIsStuck = false
    network.crash(2)
    network.restart(2)
    network.run(for: 1_500)
    #expect(network.nodes[0].accepted == [transaction.testID])
    #expect(network.nodes[0].disseminator.standing(of: transaction.testID) == .accepted)
    // Two of four are f + 1, but no quorum.
    #expect(network.named(by: 0).isEmpty)
  }

  @Test("acknowledgements leave only for what is stored")
  func storedFirst() throws {
    let network = try TestNetwork(4)
    for index in 0..<4 { network.nodes[index].diskIsStuck = true }
    network.submit(try TestTransactions.make(3, homeAt: 0, members: 4), to: 0)
    network.run(for: 3_000)
    let acknowledged = network.nodes.contains { node in
      node.sent.contains {
        if case .acknowledge = $0.message { true } else { false }
      }
    }
    #expect(!acknowledged)
    #expect(network.authored(by: 0).count == 1)
  }

  @Test("a bundle that one node never got is fetched when a block names it")
  func lostBundle() throws {
    let network = try TestNetwork(4)
    network.loses = losesBundles(to: 3)
    network.submit(try TestTransactions.make(5, homeAt: 0, members: 4), to: 0)
    network.run(for: 1_000)
    let runs = network.nodes[1].disseminator.runsForProposal(height: 1)
    #expect(runs.count == 1)
    #expect(
      network.nodes[3].disseminator.judge(runs, height: 1) == .missing(runs.flatMap(\.digests)))
    network.loses = { _, _, _ in false }
    #expect(network.decide(by: 1))
    #expect(network.nodes[3].available == runs.flatMap(\.digests))
    #expect(network.executed.count == 5)
  }

  @Test("a bundle whose author died is fetched from those that acknowledged it")
  func deadAuthor() throws {
    let network = try TestNetwork(4)
    network.loses = losesBundles(to: 3)
    network.submit(try TestTransactions.make(5, homeAt: 0, members: 4), to: 0)
    network.run(for: 1_000)
    network.crash(0)
    network.loses = { _, _, _ in false }
    // f + 1 acknowledged it, so the gap closes without any block.
    network.run(for: 2_000)
    #expect(network.nodes[3].disseminator.gauges.bundles == 1)
    #expect(network.decide(by: 2))
    #expect(network.executed.count == 5)
  }

  @Test("a peer that never answers holds up no fetch")
  func silentPeer() throws {
    let network = try TestNetwork(7)
    network.loses = losesBundles(to: 6)
    network.submit(try TestTransactions.make(5, homeAt: 0, members: 7), to: 0)
    network.run(for: 1_000)
    // From here on the author and one holder take every question and answer none.
    network.loses = { from, _, message in
      if case .bundle = message { from == 0 || from == 1 } else { false }
    }
    let started = network.now
    #expect(network.decide(by: 2))
    #expect(network.executed.count == 5)
    #expect(network.now - started < 2_500)
  }

  @Test("bundles lost on the way to a peer are sent again without a block")
  func resend() throws {
    let network = try TestNetwork(4)
    network.loses = losesBundles(to: 3)
    network.submit(try TestTransactions.make(2, homeAt: 0, members: 4), to: 0)
    network.run(for: 1_000)
    network.loses = { _, _, message in
      if case .fetchRun = message { true } else { false }
    }
    network.run(for: 4_000)
    #expect(network.nodes[3].disseminator.gauges.bundles == 1)
    #expect(network.nodes[0].disseminator.counters.bundlesResent > 0)
  }

  @Test(
    "when the home author is silent, the node after it bundles what another took, after a slot")
  func silentHome() throws {
    let network = try TestNetwork(4, interval: 1_000)
    let transactions = try TestTransactions.make(3, homeAt: 2, members: 4)
    network.crash(2)
    network.submit(transactions, to: 0)
    network.run(for: 900)
    #expect(network.authored(by: 3).isEmpty)
    network.run(for: 600)
    #expect(network.authored(by: 3).flatMap(\.transactions).count == 3)
    #expect(network.authored(by: 0).isEmpty && network.authored(by: 1).isEmpty)
    #expect(network.decide(by: 0))
    #expect(network.executed.count == 3)
  }

  @Test("a home author that comes late still gets what waits for it")
  func lateHome() throws {
    let network = try TestNetwork(4)
    network.crash(2)
    network.submit(try TestTransactions.make(3, homeAt: 2, members: 4), to: 0)
    network.run(for: 2_000)
    network.restart(2)
    network.run(for: 2_000)
    #expect(network.authored(by: 2).flatMap(\.transactions).count == 3)
    network.run(for: 20_000)
    #expect(network.authored(by: 0).isEmpty)
  }

  @Test("what a full block has no room for is bundled anew, and executed once")
  func crowdedOut() throws {
    let network = try TestNetwork(4)
    network.blockTransactionsMax = 4
    let transactions = try TestTransactions.make(10, homeAt: 0, members: 4)
    network.submit(transactions, to: 0)
    for _ in 0..<3 {
      network.run(for: 1_000)
      #expect(network.decide(by: 1))
    }
    #expect(network.executed.count == 10)
    #expect(network.authored(by: 0).map(\.transactions.count) == [10, 6, 2])
    network.run(for: 60_000)
    #expect((1..<4).allSatisfy { network.authored(by: $0).isEmpty })
  }

  @Test("21 nodes: every transaction is executed once, whatever node took it")
  func full() throws {
    let network = try TestNetwork(21)
    for sender in 1...100 {
      network.submit([try TestTransactions.make(sender: UInt8(sender))], to: (sender * 7) % 21)
    }
    network.run(for: 3_000)
    #expect(network.decide(by: 20))
    #expect(network.executed.count == 100)
    #expect(network.nodes.allSatisfy { $0.disseminator.gauges.pendingTransactions == 0 })
  }
}
