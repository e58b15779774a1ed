import LedgerCore
import LedgerRules
import Replica
import Testing

@Suite("Declarations of readiness")
struct ReadinessTests {
  private static let term: UInt64 = 12_000

  private func set(of network: ReplicaNetwork, at index: Int) throws -> ValidatorSet {
    var queries = network.nodes[index].replica.queries()
    return try queries.validatorSets().current
  }

  @Test("nodes declare themselves term for term, and sign with the keys that they have declared")
  func keysOfTerms() throws {
    var network = try ReplicaNetwork(terms: Self.term)
    var keys = [network.set]
    for number in 1...3 {
      network.run(until: ReplicaNetwork.start + UInt64(number) * Self.term + 5_000)
      let set = try set(of: network, at: 0)
      #expect(set.members.map(\.account) == network.set.members.map(\.account))
      for earlier in keys {
        #expect(zip(earlier.members, set.members).allSatisfy { $0.consensusKey != $1.consensusKey })
      }
      keys.append(set)
      let heights = network.heights
      #expect(heights.allSatisfy { $0 >= UInt64(number) * 12 }, "after term \(number): \(heights)")
    }
    let notes = network.nodes.flatMap(\.notes)
    #expect(
      !notes.contains {
        if case .offenceFound = $0 { true } else { false }
      })
  }

  @Test(
    "a node that is off when nodes declare themselves is not elected, and returns with the next")
  func absent() throws {
    var network = try ReplicaNetwork(5, terms: Self.term)
    let absent = network.nodes[4].account
    network.run(until: ReplicaNetwork.start + 5_000)
    let mark = network.nodes[4].watermark
    network.stop(4)
    network.run(until: ReplicaNetwork.start + Self.term + 5_000)
    var set = try set(of: network, at: 0)
    #expect(set.count == 4 && set.index(of: absent) == nil)
    try network.restart(4, watermark: mark)
    network.run(until: ReplicaNetwork.start + 2 * Self.term + 6_000)
    set = try self.set(of: network, at: 4)
    #expect(set.count == 5 && set.index(of: absent) != nil)
    #expect(network.heights.min() == network.heights.max())
    let height = network.heights[0]
    #expect(
      network.nodes[4].votes.contains { $0.statement.kind == .commit && $0.height + 3 > height },
      "a member again, it votes")
  }

  @Test("a full node declares nothing, and neither does one whose key is used elsewhere")
  func silent() throws {
    var network = try ReplicaNetwork(5, terms: Self.term)
    network.run(until: ReplicaNetwork.start + 2_000)
    let mark = network.nodes[4].watermark
    network.stop(4)
    try network.restart(4, watermark: mark, isKeyUsedElsewhere: true)
    network.run(until: ReplicaNetwork.start + Self.term + 5_000)
    #expect(network.nodes[4].later.isEmpty)
    #expect(try set(of: network, at: 0).index(of: network.nodes[4].account) == nil)
  }
}
