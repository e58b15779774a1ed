import LedgerCore
import Testing

@testable import Dissemination

@Suite("Fetching from several peers")
struct FetchTests {
  private func fetches(of index: Int, in network: TestNetwork) -> [(to: Int, digests: [Digest])] {
    network.nodes[index].sent.compactMap { entry in
      guard case .fetch(let digests) = entry.message, let peer = entry.to,
        let to = network.set.index(of: peer)
      else { return nil }
      return (to, digests)
    }
  }

  private func isBundle(_ message: DisseminationMessage) -> Bool {
    if case .bundle = message { true } else { false }
  }

  private func isFetchRun(_ message: DisseminationMessage) -> Bool {
    if case .fetchRun = message { true } else { false }
  }

  /// Node 0 makes a bundle that none of these nodes gets; all acknowledgements arrive.
  private func bundleWithout(_ lacking: [Int], in network: TestNetwork, sequence: UInt64 = 1) throws
    -> [BundleRun]
  {
    network.loses = { from, to, message in
      (isBundle(message) && lacking.contains(to)) || isFetchRun(message)
    }
    let sender = try #require(TestTransactions.senders(1, homeAt: 0, members: 7).first)
    network.submit([try TestTransactions.make(sender: sender, sequence: sequence)], to: 0)
    network.run(for: 1_000)
    return network.nodes[1].disseminator.runsForProposal(height: network.height + 1)
  }

  @Test("the author is asked first, then, one after the other, those that acknowledged it")
  func order() throws {
    let network = try TestNetwork(7)
    let runs = try bundleWithout([5, 6], in: network)
    #expect(runs.count == 1)
    network.loses = { _, _, message in isBundle(message) || isFetchRun(message) }
    network.feed(.needed(runs), to: 6)
    network.run(for: 30_000)
    let asked = fetches(of: 6, in: network).map(\.to)
    #expect(asked.first == 0)
    #expect(Set(asked.dropFirst().prefix(4)) == [1, 2, 3, 4])
    // All were silent: then anyone, the author among the last.
    #expect(Set(asked.prefix(6)) == [0, 1, 2, 3, 4, 5])
    #expect(asked[5] == 5)
    // In 30 s that back off to 4 s each, not one every 400 ms.
    #expect(asked.count < 26)
  }

  @Test("two nodes that lack the same ask different holders, at different times")
  func jitter() throws {
    let network = try TestNetwork(7)
    let runs = try bundleWithout([5, 6], in: network)
    network.loses = { _, _, message in isBundle(message) || isFetchRun(message) }
    for index in [5, 6] { network.feed(.needed(runs), to: index) }
    network.run(for: 3_000)
    let five = fetches(of: 5, in: network).map(\.to)
    let six = fetches(of: 6, in: network).map(\.to)
    #expect(five.first == 0 && six.first == 0)
    #expect(five.dropFirst().prefix(4) != six.dropFirst().prefix(4))
  }

  @Test("one who was silent twice is asked after the others, until it sends a bundle")
  func silent() throws {
    let network = try TestNetwork(7)
    func isAuthorAskedFirst(_ sequence: UInt64, answers: Bool) throws -> Bool {
      let runs = try bundleWithout([6], in: network, sequence: sequence)
      network.loses = { from, _, message in
        (isBundle(message) && from == 0 && !answers) || isFetchRun(message)
      }
      network.nodes[6].sent = []
      network.feed(.needed(runs), to: 6)
      network.run(for: 2_000)
      #expect(network.nodes[6].available.count == Int(sequence))
      network.commit(runs, by: 1)
      return fetches(of: 6, in: network).first?.to == 0
    }
    #expect(try isAuthorAskedFirst(1, answers: false))
    #expect(network.nodes[6].disseminator.counters.dropped(.fetchUnanswered) > 0)
    _ = try isAuthorAskedFirst(2, answers: false)
    #expect(try !isAuthorAskedFirst(3, answers: false))
    // One of its bundles arrives.
    let before = network.nodes[6].disseminator.counters.bundlesVerified
    network.loses = { _, _, _ in false }
    network.submit(try TestTransactions.make(2, homeAt: 0, members: 7), to: 0)
    network.run(for: 1_000)
    #expect(network.nodes[6].disseminator.counters.bundlesVerified > before)
    let runs = network.nodes[1].disseminator.runsForProposal(height: network.height + 1)
    network.commit(runs, by: 1)
    network.nodes[6].available = [.zero, .zero, .zero]
    #expect(try isAuthorAskedFirst(4, answers: true))
  }

  @Test("of a long list no peer is asked more than its part at a time, nor all more than theirs")
  func bounds() throws {
    let network = try TestNetwork(7)
    network.loses = { _, _, message in isBundle(message) }
    let digests = (0..<1_000).map { SHA256.hash(Array("\($0)".utf8)) }
    let runs = (0..<4).map { author in
      BundleRun(
        author: network.account(author), incarnation: 1 << 16, firstNumber: 0,
        digests: Array(digests[author * 250..<(author + 1) * 250]))
    }
    network.loses = { _, _, message in
      if case .missing = message { true } else { isBundle(message) }
    }
    network.feed(.needed(runs), to: 6)
    let first = fetches(of: 6, in: network)
    #expect(
      first.reduce(0) { $0 + $1.digests.count } == DisseminationLimits.fetchDigestsInFlightMax)
    for peer in 0..<6 {
      let asked = first.filter { $0.to == peer }.reduce(0) { $0 + $1.digests.count }
      #expect(asked <= DisseminationLimits.fetchDigestsPerPeerMax)
    }
    // Others that were asked for have nothing to do with it: each digest is asked of one at a time.
    #expect(Set(first.flatMap(\.digests)).count == DisseminationLimits.fetchDigestsInFlightMax)
  }

  @Test("a forged answer is thrown away, its sender not trusted, and the next one asked at once")
  func forged() throws {
    let network = try TestNetwork(7)
    let runs = try bundleWithout([6], in: network)
    let digest = try #require(runs.first?.digests.first)
    let good = try #require(network.nodes[1].disseminator.bundle(digest))
    network.loses = { from, _, message in isBundle(message) && from != 1 || isFetchRun(message) }
    network.feed(.needed(runs), to: 6)
    // The author answers with another's signature, over and over.
    for _ in 0..<20 {
      network.feed(
        .message(
          .bundle(
            Bundle(
              header: good.header, signature: network.sign(good.header, 3),
              transactions: good.transactions)), from: network.account(0)), to: 6)
      network.run(for: 5)
    }
    #expect(network.nodes[6].disseminator.counters.dropped(.bundleBadSignature) == 1)
    #expect(network.nodes[6].disseminator.counters.dropped(.peerDistrusted) == 19)
    network.run(for: 3_000)
    #expect(network.nodes[6].available == [digest])
    #expect(network.nodes[6].offences.isEmpty)
  }
}
