import Dissemination
import LedgerCore
import Testing

@Suite("Full nodes relay what their clients send")
struct RelayTests {
  private func relays(of index: Int, in network: TestNetwork) -> [(to: AccountID?, ids: [Digest])] {
    network.nodes[index].sent.compactMap { entry in
      guard case .relay(let list) = entry.message else { return nil }
      return (entry.to, list.compactMap { try? Transaction(decoding: $0).testID })
    }
  }

  @Test("a transaction sent to a full node gets into a block, and its client is told whose word")
  func relayed() throws {
    let network = try TestNetwork(4, fullNodes: 1)
    network.follow(4, 1)
    let transaction = try #require(TestTransactions.make(1, homeAt: 3, members: 4).first)
    network.submit([transaction], to: 4, ticket: 9)
    network.run(for: 2_000)
    #expect(network.nodes[4].answers.map(\.status) == [.pending])
    #expect(network.nodes[4].saidAccepted.map(\.id) == [transaction.testID])
    #expect(network.nodes[4].saidAccepted.map(\.by) == [network.account(1)])
    // What this node cannot know it does not say.
    #expect(network.nodes[4].accepted == [])
    #expect(
      network.nodes[4].disseminator.standing(of: transaction.testID)
        == .saidAccepted(by: network.account(1)))
    #expect(network.authored(by: 3).flatMap(\.transactions).map(\.testID) == [transaction.testID])
    #expect(network.decide(by: 0))
    #expect(network.executed == [transaction.testID])
    #expect(network.nodes[4].disseminator.gauges.pendingTransactions == 0)
    #expect(network.nodes[4].disseminator.standing(of: transaction.testID) == nil)
  }

  @Test("the home author is asked first when it is followed")
  func homeFirst() throws {
    let network = try TestNetwork(4, fullNodes: 1)
    for server in 0..<3 { network.follow(4, server) }
    for home in 0..<3 {
      let transaction = try #require(TestTransactions.make(1, homeAt: home, members: 4).first)
      network.submit([transaction], to: 4, ticket: UInt64(home))
      network.run(for: 200)
      #expect(relays(of: 4, in: network).last?.to == network.account(home))
    }
  }

  @Test("through a chain of full nodes a transaction and the word of its acceptance pass")
  func chain() throws {
    let network = try TestNetwork(4, fullNodes: 3)
    network.follow(4, 0)
    network.follow(5, 4)
    network.follow(6, 5)
    let transaction = try TestTransactions.make(sender: 5)
    network.submit([transaction], to: 6)
    network.run(for: 2_000)
    #expect(network.nodes[6].saidAccepted.map(\.by) == [network.account(5)])
    #expect(network.nodes[5].saidAccepted.isEmpty)
    #expect(network.decide(by: 2))
    #expect(network.executed == [transaction.testID])
  }

  @Test("when the followed node goes away, what it has not accepted goes to another at once")
  func connectionDies() throws {
    let network = try TestNetwork(4, fullNodes: 1)
    network.follow(4, 0)
    network.follow(4, 1)
    network.loses = { from, to, message in
      if case .relay = message { return from == 4 && to == 0 }
      return false
    }
    let transaction = try #require(TestTransactions.make(1, homeAt: 0, members: 4).first)
    network.submit([transaction], to: 4)
    network.run(for: 100)
    #expect(relays(of: 4, in: network).map(\.to) == [network.account(0)])
    network.unfollow(4, 0)
    network.run(for: 100)
    #expect(relays(of: 4, in: network).map(\.to) == [network.account(0), network.account(1)])
    network.run(for: 2_000)
    #expect(network.decide(by: 2))
    #expect(network.executed == [transaction.testID])
  }

  @Test("a followed node that takes and does nothing is passed over after a while")
  func silentServer() throws {
    let network = try TestNetwork(4, fullNodes: 1, interval: 1_000)
    network.follow(4, 2)
    network.follow(4, 3)
    network.loses = { from, to, message in
      if case .relay = message { return from == 4 && to == 2 }
      return false
    }
    let transaction = try #require(TestTransactions.make(1, homeAt: 2, members: 4).first)
    network.submit([transaction], to: 4)
    network.run(for: 900)
    #expect(network.nodes[4].saidAccepted.isEmpty)
    network.run(for: 3_000)
    #expect(network.nodes[4].saidAccepted.map(\.by) == [network.account(3)])
  }

  @Test("a transaction waits for the first node that can be followed")
  func nobodyYet() throws {
    let network = try TestNetwork(4, fullNodes: 1)
    let transaction = try TestTransactions.make(sender: 8)
    network.submit([transaction], to: 4)
    network.run(for: 500)
    #expect(network.nodes[4].answers.map(\.status) == [.pending])
    #expect(relays(of: 4, in: network).isEmpty)
    network.follow(4, 3)
    network.run(for: 2_000)
    #expect(network.nodes[4].saidAccepted.map(\.id) == [transaction.testID])
  }

  @Test("what is badly signed never leaves an honest full node, and one that sends it is named")
  func badlySigned() throws {
    let network = try TestNetwork(4, fullNodes: 1)
    network.follow(4, 0)
    let bad = try TestTransactions.make(sender: 3, badlySigned: true)
    network.submit([bad], to: 4)
    network.run(for: 500)
    #expect(network.nodes[4].answers.map(\.status) == [.refused(.badSignature)])
    #expect(relays(of: 4, in: network).isEmpty)
    network.feed(.message(.relay([bad.bytes]), from: network.account(4)), to: 0)
    network.run(for: 500)
    #expect(network.nodes[0].misbehaved == [network.account(4)])
    #expect(network.nodes[0].disseminator.gauges.pendingTransactions == 0)
  }

  @Test("followers' bundles, acknowledgements and forwards are not taken, nor anyone else's relays")
  func rights() throws {
    let network = try TestNetwork(4, fullNodes: 1)
    let transaction = try #require(TestTransactions.make(1, homeAt: 0, members: 4).first)
    network.submit([transaction], to: 0)
    network.run(for: 2_000)
    let bundle = try #require(network.authored(by: 0).first)
    let late = try TestNetwork(4, fullNodes: 1)
    late.follow(4, 1)
    let other = try TestTransactions.make(sender: 2)
    for message in [
      DisseminationMessage.bundle(bundle), .forward([other.bytes]),
      .holdings([Acknowledgement(author: late.account(0), incarnation: 1, number: 0)]),
      .standings([RelayStanding(id: other.testID, status: .accepted)]),
    ] {
      late.feed(.message(message, from: late.account(4)), to: 1)
    }
    late.feed(.message(.relay([other.bytes]), from: late.account(0)), to: 1)
    late.run(for: 1_000)
    #expect(late.nodes[1].disseminator.gauges.pendingTransactions == 0)
    #expect(late.nodes[1].disseminator.gauges.bundles == 0)
    #expect(late.nodes[1].checks.isEmpty)
  }

  @Test("the messages of relaying come back from their bytes, and unknown standings do not")
  func codec() throws {
    let transaction = try TestTransactions.make(sender: 1)
    let relay = DisseminationMessage.relay([transaction.bytes])
    guard case .relay(let list) = try DisseminationMessage(decoding: relay.bcs[...]) else {
      Issue.record("another message")
      return
    }
    #expect(list == [transaction.bytes])
    let standing = RelayStanding(id: transaction.testID, status: .accepted)
    var bytes = DisseminationMessage.standings([standing]).bcs
    guard case .standings(let back) = try DisseminationMessage(decoding: bytes[...]) else {
      Issue.record("another message")
      return
    }
    #expect(back == [standing])
    bytes[bytes.count - 1] = 3
    #expect(throws: BCSError.self) { try DisseminationMessage(decoding: bytes[...]) }
  }
}
