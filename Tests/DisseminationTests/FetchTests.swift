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

  @Test("those that acknowledged it are asked first, one after the other, and then its author")
  func order() throws {
    let network = try TestNetwork(7)
    let runs = try bundleWithout([5, 6], in: network)
    #expect(runs.count == 1)
    network.loses = { _, _, message in isBundle(message) || isFetchRun(message) }
    network.feed(.needed(runs), to: 6)
    network.run(for: 30_000)
    let asked = fetches(of: 6, in: network).map(\.to)
    #expect(Set(asked.prefix(4)) == [1, 2, 3, 4])
    #expect(asked.dropFirst(4).first == 0)
    // All were silent: then anyone.
    #expect(asked.dropFirst(5).first == 5)
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
    #expect(Set(five.prefix(4)) == Set(six.prefix(4)))
    #expect(five.prefix(4) != six.prefix(4))
  }

  @Test("an author that serves all but one holds nobody up: it is not asked at all")
  func starvingAuthor() throws {
    let network = try TestNetwork(7)
    let runs = try bundleWithout([6], in: network)
    network.loses = { from, to, message in (isBundle(message) && from == 0 && to == 6) }
    network.feed(.needed(runs), to: 6)
    network.run(for: 50)
    #expect(network.nodes[6].available == runs.flatMap(\.digests))
    #expect(fetches(of: 6, in: network).allSatisfy { $0.to != 0 })
  }

  @Test("one who was silent twice is asked after the others, until it sends a bundle")
  func silent() throws {
    let network = try TestNetwork(7)
    /// Who of author and only holder was asked for a bundle, in order, while these were silent.
    func asked(_ sequence: UInt64, silent: Set<Int>) throws -> [Int] {
      _ = try bundleWithout([2, 3, 4, 5, 6], in: network, sequence: sequence)
      let header = try #require(network.authored(by: 0).last?.header)
      let digest = header.digest(TestNetwork.chain)
      let run = BundleRun(
        author: header.author, incarnation: header.incarnation, firstNumber: header.number,
        digests: [digest])
      network.loses = { from, _, message in
        (isBundle(message) && silent.contains(from)) || isFetchRun(message)
      }
      network.nodes[6].sent = []
      network.nodes[6].available = []
      network.feed(.needed([run]), to: 6)
      network.run(for: 3_000)
      #expect(network.nodes[6].available == [digest])
      network.commit([run], by: 1)
      return fetches(of: 6, in: network).map(\.to).filter { $0 < 2 }
    }
    #expect(try asked(1, silent: [1]) == [1, 0])
    #expect(try asked(2, silent: [1]) == [1, 0])
    #expect(network.nodes[6].disseminator.counters.dropped(.fetchUnanswered) == 2)
    #expect(try asked(3, silent: [1]) == [0])
    // The author is silent, and it sends the bundle: it is asked first from then on.
    #expect(try asked(4, silent: [0]) == [0, 1])
    #expect(try asked(5, silent: []) == [1])
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
    network.loses = { _, _, message in isBundle(message) || isFetchRun(message) }
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
    let first = try #require(fetches(of: 6, in: network).first?.to)
    network.loses = { from, _, message in
      isBundle(message) && [0, first].contains(from) || isFetchRun(message)
    }
    network.run(for: 3_000)
    #expect(network.nodes[6].available == [digest])
    #expect(network.nodes[6].offences.isEmpty)
  }
}
