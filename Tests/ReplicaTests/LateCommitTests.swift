import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica
import Testing

@Suite("A member signs what others have decided without it")
struct LateCommitTests {
  /// Tokens move, so that a block has a bundle.
  private func transfer(_ sequence: UInt64, in network: ReplicaNetwork) throws -> ArraySlice<UInt8>
  {
    let holder = try ReplicaNetwork.holder()
    let body = TransactionBody(
      chain: network.chain, sender: AccountID(holder.publicKey), sequence: sequence,
      validUntil: 100, chargeMax: Amount(10_000), feeMax: Amount(10_000_000),
      operations: [
        .transfer(Transfer(token: .eco2, recipient: network.nodes[0].account, amount: Amount(1)))
      ])
    return try Transaction(body: body, chain: network.chain, senderKeys: [holder]).bytes
  }

  private func isBundle(_ message: PeerMessage) -> Bool {
    if case .dissemination(.bundle) = message { true } else { false }
  }

  /// Lets so many intervals pass, each with a transaction.
  private func work(_ network: inout ReplicaNetwork, intervals: Int, from first: UInt64 = 1) throws
  {
    for sequence in first..<first + UInt64(intervals) {
      let bytes = try transfer(sequence, in: network)
      network.send(
        .submitted([ClientSubmission(ticket: sequence, [bytes])]), to: 0)
      network.run(intervals: 1)
    }
  }

  /// Heights whose COMMIT of a member is in a header of the log.
  private func carried(of member: Int, in network: ReplicaNetwork) -> Set<UInt64> {
    var heights: Set<UInt64> = []
    for header in network.nodes[0].log.map(\.decided.block.header) {
      if header.parentCommits.contains(where: { Int($0.member) == member }) {
        heights.insert(header.height - 1)
      }
      for late in header.lateCommits where late.commits.contains(where: { $0.member == member }) {
        heights.insert(late.height)
      }
    }
    return heights
  }

  private func areAscending(_ votes: [Vote]) -> Bool {
    zip(votes, votes.dropFirst()).allSatisfy { $0.statement.position < $1.statement.position }
  }

  /// COMMITs that a VIEW-CHANGE of a later view does not know of.
  private func denied(_ votes: [Vote]) -> [Vote] {
    votes.filter { commit in votes.contains { VoteEvidence(commit, $0)?.offence == .amnesia } }
  }

  @Test("who gets no bundle before its block is decided counts as present all the same")
  func starved() throws {
    var network = try ReplicaNetwork()
    // What it needs comes with whole blocks alone, when they are final.
    network.loses = { _, to, message in to == 3 && isBundle(message) }
    try work(&network, intervals: 16)
    network.run(intervals: 3)
    let height = try #require(network.heights.min())
    #expect(height >= 14)
    let bundled = network.nodes[0].log.filter { !$0.decided.bundles.isEmpty }.map(\.decided.height)
    #expect(bundled.count >= 10)
    let prepared = Set(
      network.nodes[3].votes.filter { $0.statement.kind == .prepare }.map(\.height))
    #expect(prepared.isDisjoint(with: bundled.filter { $0 < height }))
    let missing = Set(1...height - 3).subtracting(carried(of: 3, in: network))
    #expect(missing.isEmpty)
    for node in network.nodes {
      #expect(areAscending(node.votes))
      #expect(denied(node.votes).isEmpty)
      #expect(node.refusals == 0)
    }
    #expect(try network.offences(at: 0).isEmpty)
  }

  @Test("who misses the COMMITs of a few heights, too, signs them when it is at the tip again")
  func cutOff() throws {
    var network = try ReplicaNetwork()
    try work(&network, intervals: 4)
    network.loses = { from, to, _ in to == 3 || from == 3 }
    let first = network.nodes[3].replica.height
    // Its turns to propose cost the others a view's time each.
    try work(&network, intervals: 12, from: 5)
    let last = network.nodes[0].replica.height
    #expect((first + 3...first + 8).contains(last))
    network.loses = { _, _, _ in false }
    try work(&network, intervals: 6, from: 17)
    #expect(network.nodes[3].replica.height > last)
    #expect(Set(first + 1...last).isSubset(of: carried(of: 3, in: network)))
    #expect(areAscending(network.nodes[3].votes))
    #expect(denied(network.nodes[3].votes).isEmpty)
    #expect(network.nodes[3].refusals == 0)
  }

  @Test("what was decided while it was down it does not sign")
  func down() throws {
    var network = try ReplicaNetwork()
    try work(&network, intervals: 4)
    let watermark = network.nodes[3].watermark
    let votes = network.nodes[3].votes.count
    network.stop(3)
    try work(&network, intervals: 4, from: 5)
    let height = network.nodes[0].replica.height
    try network.restart(3, watermark: watermark)
    try work(&network, intervals: 6, from: 9)
    let later = network.nodes[3].votes.dropFirst(votes)
    #expect(!later.isEmpty)
    #expect(later.allSatisfy { $0.height > height })
  }

  @Test("who has lost its record of votes signs nothing late before it may vote again")
  func recordLost() throws {
    var network = try ReplicaNetwork()
    network.loses = { _, to, message in to == 3 && isBundle(message) }
    try work(&network, intervals: 5)
    let votes = network.nodes[3].votes.count
    network.stop(3)
    try network.restart(3, watermark: nil, isVoteLogMissing: true)
    let tip = network.nodes[0].replica.height
    try work(&network, intervals: 10, from: 6)
    let first = try #require(network.nodes[3].votes.dropFirst(votes).first)
    #expect(first.height >= tip + CatchUpLimits.quietHeights)
    #expect(try network.offences(at: 0).isEmpty)
  }

  @Test("who has left the decided view signs no COMMIT of it")
  func leftTheView() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    // Nothing of the others reaches it: its time runs out, and they decide.
    network.loses = { _, to, _ in to == 3 }
    network.run(intervals: 7)
    network.loses = { _, _, _ in false }
    network.run(intervals: 6)
    #expect(network.nodes[3].replica.height == network.nodes[0].replica.height)
    let changes = network.nodes[3].votes.filter { $0.statement.kind == .viewChange }
    #expect(!changes.isEmpty)
    for change in changes {
      let commits = network.nodes[3].votes.filter {
        $0.height == change.height && $0.statement.kind == .commit && $0.view < change.view
      }
      #expect(commits.isEmpty)
    }
    #expect(areAscending(network.nodes[3].votes))
    #expect(denied(network.nodes[3].votes).isEmpty)
    #expect(network.nodes[3].refusals == 0)
    #expect(try network.offences(at: 0).isEmpty)
  }
}
