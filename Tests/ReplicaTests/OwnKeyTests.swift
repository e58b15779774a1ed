import CatchUp
import Consensus
import LedgerCore
import Replica
import Testing

@Suite("Two processes with one key: the one that notices stops")
struct OwnKeyTests {
  private func isToldOf(_ network: ReplicaNetwork, _ node: Int) -> Bool {
    network.nodes[node].notes.contains {
      if case .consensus(.ownKeyUsedElsewhere) = $0 { true } else { false }
    }
  }

  private func pause(_ network: ReplicaNetwork, _ node: Int) -> VotingPause? {
    network.nodes[node].notes.reduce(nil) { last, note in
      if case .mode(.following(_, let pause)) = note { pause } else { last }
    }
  }

  /// A vote with a node's key that it has not signed reaches it.
  private func intrude(_ network: inout ReplicaNetwork, on node: Int) {
    let statement = VoteStatement(
      height: network.nodes[node].replica.height + 1, view: 0,
      content: .commit(block: SHA256.hash([7]), stateRoot: SHA256.hash([8])))
    let vote = network.vote(statement, by: node)
    network.send(.consensus(.vote(vote)), from: (node + 1) % 4, to: node)
  }

  @Test("no node of a healthy network believes so, whatever is restarted with what it had signed")
  func healthy() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 5)
    for node in network.nodes.indices {
      let watermark = network.nodes[node].watermark
      network.stop(node)
      network.run(until: network.now + 300)
      try network.restart(node, incarnation: UInt64(node) + 2, watermark: watermark)
      network.run(intervals: 4)
    }
    network.run(intervals: 10)
    for node in network.nodes.indices {
      let isTold = isToldOf(network, node)
      #expect(!isTold)
      #expect(network.nodes[node].replica.isVoting)
    }
  }

  @Test("a foreign vote stops it for all heights to come; the others go on without it")
  func foreignVote() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    intrude(&network, on: 2)
    network.run(until: network.now + 5)
    let isTold = isToldOf(network, 2)
    #expect(isTold)
    let votes = network.nodes[2].votes.count
    network.run(intervals: 12)
    #expect(network.nodes[2].votes.count == votes)
    #expect(!network.nodes[2].replica.isVoting)
    let height = network.nodes[0].replica.height
    // How many turns of the silent one fall among them, the order says that is drawn.
    #expect(height >= 8)
    #expect(network.nodes[2].replica.height + 1 >= height)
  }

  @Test("it stays stopped after a restart until it is told that the other is gone")
  func staysStopped() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    let watermark = network.nodes[2].watermark
    network.stop(2)
    try network.restart(2, watermark: watermark, isKeyUsedElsewhere: true)
    let votes = network.nodes[2].votes.count
    network.run(intervals: 8)
    #expect(network.nodes[2].replica.height >= 5)
    #expect(network.nodes[2].votes.count == votes)
    network.stop(2)
    let height = network.nodes[0].replica.height
    try network.restart(2, incarnation: 3, watermark: nil, isVoteLogMissing: true)
    network.run(intervals: 8)
    #expect(network.nodes[2].replica.isVoting)
    #expect(network.nodes[2].votes.contains { $0.height > height })
    #expect(try network.offences(at: 0).isEmpty)
  }

  @Test("a node with an old watermark takes its own COMMITs in blocks for votes it has cast")
  func oldWatermark() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 2)
    let old = network.nodes[1].watermark
    network.run(intervals: 6)
    let votes = network.nodes[1].votes
    network.stop(1)
    try network.restart(1, watermark: old)
    network.run(intervals: 8)
    guard case .voteAboveWatermark = pause(network, 1) else {
      Issue.record("it does not know that its record is old")
      return
    }
    let isTold = isToldOf(network, 1)
    #expect(!isTold)
    let first = try #require(network.nodes[1].votes.dropFirst(votes.count).first)
    #expect(first.height > (votes.last?.height ?? 0))
    #expect(try network.offences(at: 0).isEmpty)
  }

  @Test("a second process waits as long as blocks carry the key's votes, and then stops for good")
  func secondProcess() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 4)
    // The copy takes the place of node 2 for its peers; the original goes on voting elsewhere, and
    // its votes still reach the others.
    let original = network.nodes[2]
    network.stop(2)
    try network.restart(2, watermark: nil, isVoteLogMissing: true)
    let start = network.nodes[0].replica.height
    for _ in 0..<400 {
      network.run(until: network.now + 20)
      network.castCommits(of: 2, above: start)
    }
    let isTold = isToldOf(network, 2)
    #expect(isTold)
    #expect(network.nodes[2].votes.count == original.votes.count)
    #expect(try network.offences(at: 0).isEmpty)
    #expect(network.nodes[0].replica.height >= start + 3)
  }
}
