import Audit
import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension LongStoryTests {
  /// Elections by real votes, sent with the tool. `ECO2_ELECTION_NODES` and `ECO2_ELECTION_SEATS`
  /// make the network larger than CI has time for.
  @Suite("Elections")
  struct ElectionTests {
    static func number(_ name: String, _ usual: Int) -> Int {
      ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? usual
    }

    private static let nodeCount = number("ECO2_ELECTION_NODES", 6)
    private static let seats = number("ECO2_ELECTION_SEATS", 4)
    private static let term = UInt64(number("ECO2_ELECTION_TERM_SECONDS", 40)) * 1_000

    @Test(
      "votes elect; who is off is jailed and replaced, is released, and elected again",
      .timeLimit(.minutes(10)))
    func story() async throws {
      try await Tool.with { tool in
        try await LiveNetwork.run(
          nodes: Self.nodeCount,
          change: {
            $0.seats = Self.seats
            $0.termMilliseconds = Self.term
          }
        ) { network in
          try await tell(ElectionStory(network: network, tool: tool, term: Self.term))
        }
      }
    }

    private func tell(_ story: ElectionStory) async throws {
      let (challenger, last) = (Self.seats, Self.seats - 1)
      let treasury = story.treasury
      // Before the window nobody votes, but votes are locked.
      try story.send(["vote", "lock", "1000eco2"], from: treasury)
      try story.fail(
        ["vote", "place", "600eco2", "--for", story.account(challenger)], from: treasury,
        with: "voting_closed")
      #expect(try await story.candidate(challenger).role == "standby")

      // The first election: votes bring one in, and the last of those without leaves.
      try await story.voting(in: 0)
      try story.fail(
        ["vote", "place", "1001eco2", "--for", story.account(challenger)], from: treasury,
        with: "votes_insufficient")
      try story.send(
        ["vote", "place", "600eco2", "--for", story.account(challenger)], from: treasury)
      let before = try await story.candidate(challenger)
      #expect(before.votes == "60000000000")
      try await story.begun(1)
      try await story.wait(10, for: "the seat", candidate: challenger) {
        $0.role == "member" && $0.consensusKey != before.consensusKey
      }
      #expect(try await story.candidate(last).role == "standby")

      // The set begins two heights after the election; then a block of it is final.
      try await story.wait(
        10, for: "a block of the new set",
        { try await story.network.client { try await $0.validators() } },
        until: { $0.firstHeight > 1 && $0.height > $0.firstHeight })
      try await follow(story)

      // One that is off is jailed, and the first standby has its seat.
      let off = story.network.nodes[1]
      let standby = try #require(try await story.election().standbys.first)
      await off.kill()
      try await story.wait(story.termSeconds + 30, for: "jail", candidate: 1) {
        $0.jailedAt != nil && $0.role == "candidate"
      }
      try await story.wait(20, for: "a full set", story.election) {
        $0.members.count == Self.seats && !$0.members.contains(story.account(1))
      }
      #expect(try await story.election().members.contains(standby))
      for node in [0, 1] {
        try story.send(
          ["send", "--to", story.account(node), "1200ecc", "10eco2"], from: treasury)
      }
      try story.fail(["candidate", "release"], from: treasury, with: "unknown_candidate")
      try story.fail(["candidate", "release"], from: story.key(of: 0), with: "not_jailed")

      // It comes back, pays, is ready, and elected again by votes.
      try off.start()
      try #require(await off.isUp(within: .seconds(60)))
      try story.send(["candidate", "release"], from: story.key(of: 1))
      #expect(try await story.candidate(1).jailedAt == nil)
      let term = try await story.election().term
      try await story.voting(in: term)
      try story.send(
        ["vote", "move", "200eco2", "--off", story.account(challenger), "--to", story.account(1)],
        from: treasury)
      try await story.begun(term + 1)
      try await story.wait(10, for: "its seat", candidate: 1) {
        $0.role == "member"
      }
      #expect(try await story.election().term >= 2)

      // The third election: by votes that are taken back, that are new, and that stand from before.
      let third = max(term + 2, 3)
      try await story.voting(in: third - 1)
      try story.send(
        ["vote", "withdraw", "100eco2", "--off", story.account(challenger)], from: treasury)
      try story.send(
        ["vote", "place", "150eco2", "--lock", "--for", story.account(last)], from: treasury)
      try await story.begun(third)
      try await story.wait(10, for: "its seat", candidate: last) { $0.role == "member" }
      for node in [1, challenger] {
        #expect(try await story.candidate(node).role == "member")
      }
      #expect(try await story.candidate(challenger).votes == "30000000000")
      // Nodes start again with their later keys.
      let restarted = story.network.nodes[challenger]
      #expect(await restarted.stop())
      #expect(!FileManager.default.fileExists(atPath: restarted.home + "/keys/consensus.pem"))
      try restarted.start()
      try #require(await restarted.isUp(within: .seconds(60)))
      try await story.wait(20, for: "its vote", status: restarted) {
        $0.notVotingBecause == nil
      }
      #expect(story.network.nodes.allSatisfy { $0.isRunning })
      // A client that trusts genesis comes along all changes, to whatever set decides now.
      try await follow(story)
      #expect(await restarted.stop())
      let report = try FolderAudit.run(home: restarted.home)
      #expect(report.findings.isEmpty && report.setChanges > 2, "\(report.findings)")
    }

    /// What the tool proves when the genesis document is all it trusts; and each kept change.
    private func follow(_ story: ElectionStory) async throws {
      let genesis = story.network.folder.genesisPath
      let asked = ["--node", "\(story.network.addresses[0])", "--json"]
      let output = try story.tool.succeed(
        ["account", story.account(0), "--verify", "--genesis", genesis] + asked
      ).output
      let proven = try JSONDecoder().decode(ProvenReport.self, from: Data(output.utf8))
      #expect(proven.proof.setChanges > 0 && proven.proof.quorum > Self.seats / 2)
      let record = try story.tool.succeed(
        ["state", "get", "tip", "--genesis", genesis] + asked
      ).output
      #expect(record.contains("that followed those of the genesis"), "\(record)")
      let changes = try await story.network.client { try await $0.setChanges(after: 0) }
      let anchor = try TrustAnchor(genesis: story.network.made.document).following(changes.items)
      let now = try await story.network.client { try await $0.validators() }
      #expect(anchor.validators.hash(anchor.chain).hex == now.hash)
      #expect(changes.items.count >= proven.proof.setChanges)
    }

    private struct ProvenReport: Decodable {
      struct Proof: Decodable {
        let quorum: Int
        let setChanges: Int
      }
      let proof: Proof
    }
  }
}
