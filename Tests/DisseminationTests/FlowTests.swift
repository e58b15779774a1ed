import Dissemination
import LedgerCore
import Testing

@Suite("Each peer at its own pace")
struct FlowTests {
  private let window = DisseminationLimits.windowBundlesMax

  /// Has node 0 make so many bundles, of one transaction each.
  private func makeBundles(
    _ count: Int, from first: Int = 0, each milliseconds: UInt64 = 700, in network: TestNetwork
  ) throws {
    let senders = TestTransactions.senders(10, homeAt: 0, members: network.keys.count)
    for number in first..<first + count {
      network.submit(
        [
          try TestTransactions.make(
            sender: senders[number % senders.count], sequence: UInt64(1 + number / senders.count))
        ], to: 0)
      network.run(for: milliseconds)
    }
  }

  private func isAcknowledgement(_ message: DisseminationMessage) -> Bool {
    switch message {
    case .acknowledge, .holdings: true
    default: false
    }
  }

  private func bundles(at index: Int, in network: TestNetwork) -> Int {
    network.nodes[index].disseminator.gauges.bundles
  }

  @Test("a peer that acknowledges nothing is sent a window of bundles, the others all, at once")
  func dead() throws {
    let network = try TestNetwork(4, interval: 20)
    let count = 100
    // Connected, and neither reading nor speaking.
    network.loses = { from, to, _ in from == 3 || to == 3 }
    try makeBundles(count, each: 15, in: network)
    network.run(for: 30)
    // Two others are a quorum with the author.
    #expect(network.nodes[0].accepted.count == count)
    #expect(network.named(by: 1).count == count)
    #expect(network.nodes[0].bundlesSent[1] == count)
    #expect(network.nodes[0].bundlesSent[3] == window)
    #expect(network.nodes[0].disseminator.gauges.peersBehind == 1)
    let held = network.nodes[0].disseminator.counters.dropped(.bundleHeldWindowFull)
    #expect(held == UInt64(count - window))
    // From then on it is one bundle, ever more seldom.
    network.run(for: 60_000)
    #expect(network.nodes[0].disseminator.counters.bundlesResent == 4)
    #expect(network.nodes[0].bundlesSent[3] == window + 4)
  }

  @Test("a peer that is silent for long is sent one bundle at a time, and heard again, the rest")
  func recovered() throws {
    let network = try TestNetwork(4)
    let count = 40
    network.loses = { from, to, message in
      if case .fetchRun = message { return true }
      return (from == 3 || to == 3) && isAcknowledgement(message)
    }
    try makeBundles(count, in: network)
    let early = bundles(at: 3, in: network)
    #expect(early < 6)
    network.loses = { _, _, message in
      if case .fetchRun = message { true } else { false }
    }
    network.run(for: 35_000)
    #expect(bundles(at: 3, in: network) == count)
    #expect(network.nodes[0].disseminator.gauges.peersBehind == 0)
    let again = Int(network.nodes[0].disseminator.counters.bundlesResent)
    #expect(network.nodes[0].bundlesSent[3] == count + again)
  }

  @Test("a peer whose connection is full is queued nothing large, and told all when it has room")
  func congested() throws {
    let network = try TestNetwork(4)
    network.feed(.peerCongested(network.account(3), true), to: 0)
    try makeBundles(5, in: network)
    #expect(network.nodes[0].bundlesSent[3] == nil)
    #expect(network.nodes[0].accepted.count == 5)
    let counters = network.nodes[0].disseminator.counters
    #expect(counters.dropped(.bundleHeldPeerCongested) == 5)
    #expect(network.nodes[0].disseminator.gauges.peersCongested == 1)
    // It may ask: it is not served either, and asks another.
    let digest = try #require(network.authored(by: 0).first?.header.digest(TestNetwork.chain))
    network.feed(.message(.fetch([digest]), from: network.account(3)), to: 0)
    #expect(network.nodes[0].disseminator.counters.dropped(.fetchPeerCongested) >= 1)
    #expect(network.nodes[0].bundlesSent[3] == nil)

    network.nodes[0].sent = []
    network.feed(.peerCongested(network.account(3), false), to: 0)
    let told = network.nodes[0].sent.contains { entry in
      if case .holdings(let list) = entry.message { list.last?.number == 4 } else { false }
    }
    #expect(told)
    network.run(for: 1_000)
    #expect(bundles(at: 3, in: network) == 5)
    #expect(network.nodes[0].disseminator.gauges.peersBehind == 0)
  }

  @Test("what a slow peer lacks it fetches when a block names it, from those who hold it")
  func fetchesLater() throws {
    let network = try TestNetwork(4)
    network.feed(.peerCongested(network.account(3), true), to: 0)
    try makeBundles(3, in: network)
    #expect(network.decide(by: 1))
    #expect(network.nodes[3].available.count == 3)
    #expect(network.executed.count == 3)
    #expect(network.nodes[0].bundlesSent[3] == nil)
    // Decided meanwhile: nothing is held back any more.
    network.feed(.peerCongested(network.account(3), false), to: 0)
    network.run(for: 1_000)
    #expect(network.nodes[0].bundlesSent[3] == nil)
    #expect(network.nodes[0].disseminator.gauges.peersBehind == 0)
  }

  @Test("a peer that comes and goes is sent what it lacks, and costs the others nothing")
  func flapping() throws {
    let network = try TestNetwork(4)
    for number in 0..<30 {
      network.feed(.peerDisconnected(network.account(3)), to: 0)
      network.feed(.peerDisconnected(network.account(0)), to: 3)
      try makeBundles(1, from: number, in: network)
      network.feed(.peerConnected(network.account(3)), to: 0)
      network.feed(.peerConnected(network.account(0)), to: 3)
      network.run(for: 200)
      try #require(network.nodes[0].accepted.count == number + 1)
    }
    network.run(for: 1_000)
    #expect(bundles(at: 3, in: network) == 30)
    // What it says it holds is not sent again.
    #expect(network.nodes[0].bundlesSent[3] ?? 0 <= 30)
    #expect(network.nodes[0].bundlesSent[1] == 30)
  }

  @Test("nothing is streamed to a peer before it has said what it holds, or was silent for long")
  func greetingFirst() throws {
    let network = try TestNetwork(4)
    network.loses = { from, _, message in
      if case .holdings = message { from == 3 } else { false }
    }
    network.feed(.peerDisconnected(network.account(3)), to: 0)
    network.feed(.peerConnected(network.account(3)), to: 0)
    try makeBundles(1, in: network)
    #expect(network.nodes[0].bundlesSent[3] == nil)
    network.run(for: 5_000)
    #expect(bundles(at: 3, in: network) == 1)
  }

  @Test("an acknowledgement that was lost is said again, at the latest with the next height")
  func lostAcknowledgements() throws {
    let network = try TestNetwork(4)
    network.loses = { from, to, message in to == 1 && from != 0 && isAcknowledgement(message) }
    try makeBundles(1, in: network)
    #expect(network.named(by: 1).isEmpty && network.named(by: 2).count == 1)
    network.loses = { _, _, _ in false }
    network.commit([], by: 2)
    network.run(for: 100)
    #expect(network.named(by: 1).count == 1)
  }
}
