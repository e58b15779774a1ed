import Dissemination
import LedgerCore
import Testing

@Suite("One transaction, one entry")
struct OneEntryTests {
  private let slot: UInt64 = 10_000

  /// How often a transaction stands in bundles of these nodes, decided or not.
  private func entries(
    _ transaction: Transaction, in network: TestNetwork, by nodes: some Sequence<Int>
  ) -> Int {
    let bundles = nodes.flatMap { network.authored(by: $0) }
    return bundles.flatMap(\.transactions).count { $0.testID == transaction.testID }
  }

  private func network() throws -> (TestNetwork, Transaction) {
    (
      try TestNetwork(21),
      try #require(TestTransactions.make(1, homeAt: 5, members: 21).first)
    )
  }

  private func submitEverywhere(_ transaction: Transaction, in network: TestNetwork) {
    for index in 0..<21 where network.nodes[index].isUp { network.submit([transaction], to: index) }
  }

  private func decide(_ network: TestNetwork, _ transaction: Transaction, by primary: Int) {
    #expect(network.decide(by: primary))
    #expect(network.executed == [transaction.testID])
    let decided = network.runsDecided.flatMap { $0 }.flatMap(\.digests).count
    #expect(decided == 1)
  }

  @Test("sent to all 21 nodes, it stands in one bundle: its home author's")
  func everywhere() throws {
    let (network, transaction) = try network()
    submitEverywhere(transaction, in: network)
    network.run(for: 3 * slot)
    #expect(entries(transaction, in: network, by: 0..<21) == 1)
    #expect(entries(transaction, in: network, by: [5]) == 1)
    decide(network, transaction, by: 7)
  }

  @Test("while the home author is down, the node after it bundles it, after a slot, and no other")
  func homeIsDown() throws {
    let (network, transaction) = try network()
    network.crash(5)
    submitEverywhere(transaction, in: network)
    network.run(for: slot - 100)
    #expect(entries(transaction, in: network, by: 0..<21) == 0)
    network.run(for: 3 * slot)
    #expect(entries(transaction, in: network, by: 0..<21) == 1)
    #expect(entries(transaction, in: network, by: [6]) == 1)
    decide(network, transaction, by: 7)
  }

  @Test("with six dead in a row, the seventh bundles it, after the same slot")
  func sixAreDown() throws {
    let (network, transaction) = try network()
    for index in 5...10 { network.crash(index) }
    submitEverywhere(transaction, in: network)
    network.run(for: slot + 1_000)
    #expect(entries(transaction, in: network, by: [11]) == 1)
    network.run(for: 3 * slot)
    #expect(entries(transaction, in: network, by: 0..<21) == 1)
    decide(network, transaction, by: 0)
  }

  @Test("one that was given to one node alone gets to the deputy, and into one bundle")
  func oneHolder() throws {
    let (network, transaction) = try network()
    network.crash(5)
    network.submit([transaction], to: 2)
    network.run(for: slot + 1_000)
    #expect(entries(transaction, in: network, by: [6]) == 1)
    network.run(for: 3 * slot)
    #expect(entries(transaction, in: network, by: 0..<21) == 1)
  }

  @Test("deputies that are there and silent cost a quarter of a slot each, and no second entry")
  func silentDeputies() throws {
    let (network, transaction) = try network()
    network.crash(5)
    // They hear all, and nobody hears them.
    network.loses = { from, _, _ in (6...8).contains(from) }
    for index in 9..<21 { network.submit([transaction], to: index) }
    network.run(for: slot + 3 * slot / 4 + 1_000)
    #expect(entries(transaction, in: network, by: 9..<21) == 1)
    network.run(for: 5 * slot)
    #expect(entries(transaction, in: network, by: [0, 1, 2, 3, 4, 5] + (9..<21)) == 1)
  }

  @Test("a home author that comes back bundles what waits, and not what a deputy has bundled")
  func homeReturns() throws {
    let (network, first) = try network()
    let second = try #require(TestTransactions.make(2, homeAt: 5, members: 21).last)
    network.crash(5)
    submitEverywhere(first, in: network)
    network.run(for: slot + 2_000)
    submitEverywhere(second, in: network)
    network.run(for: slot / 2)
    network.restart(5)
    network.run(for: 1_000)
    network.submit([first, second], to: 5)
    network.run(for: 3 * slot)
    #expect(entries(first, in: network, by: 0..<21) == 1)
    #expect(entries(second, in: network, by: 0..<21) == 1)
    #expect(entries(second, in: network, by: [5]) == 1)
  }

  @Test("what a dead author's expired bundle held is bundled anew by one node")
  func expired() throws {
    let (network, transaction) = try network()
    network.submit([transaction], to: 5)
    network.run(for: 1_000)
    network.crash(5)
    for _ in 0...Limits.bundleAgeHeightsMax { network.commit([], by: 1) }
    network.run(for: 5 * slot)
    let others = (0..<21).filter { $0 != 5 }
    #expect(entries(transaction, in: network, by: others) == 1)
    #expect(entries(transaction, in: network, by: [6]) == 1)
    decide(network, transaction, by: 7)
  }

  @Test("a node that forwards to all others makes none of them bundle what is not its own")
  func forwardedToAll() throws {
    let (network, transaction) = try network()
    for index in 0..<21 where index != 9 {
      network.feed(
        .message(.forward([transaction.bytes]), from: network.account(9)), to: index)
    }
    network.run(for: 3 * slot)
    #expect(entries(transaction, in: network, by: 0..<21) == 1)
    #expect(entries(transaction, in: network, by: [5]) == 1)
  }
}
