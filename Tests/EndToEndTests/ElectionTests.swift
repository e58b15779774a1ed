import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  /// Elections by real votes, sent with the tool. `ECO2_ELECTION_NODES` and `ECO2_ELECTION_SEATS`
  /// make the network larger than CI has time for.
  @Suite("Elections")
  struct ElectionTests {
    private static func number(_ name: String, _ usual: Int) -> Int {
      ProcessInfo.processInfo.environment[name].flatMap(Int.init) ?? usual
    }

    private static let nodeCount = number("ECO2_ELECTION_NODES", 6)
    private static let seats = number("ECO2_ELECTION_SEATS", 4)
    private static let term = UInt64(number("ECO2_ELECTION_TERM_SECONDS", 40)) * 1_000

    /// What the story does with a network: tells, waits and asks.
    private struct Story {
      let network: LiveNetwork
      let tool: Tool

      var treasury: String { network.folder.accountKey("treasury") }

      func account(_ node: Int) -> String {
        network.made.document.nodes[node].account.address(network: .test)
      }

      func key(of node: Int) -> String {
        let number = node < 10 ? "0\(node)" : "\(node)"
        return network.folder.accountKey("node-\(number)")
      }

      /// Sends with the tool; it is to be applied.
      func send(_ arguments: [String], from key: String) throws {
        _ = try tool.succeed(arguments + ["--from", key] + asked)
      }

      /// Sends with the tool what is to fail with a fault.
      func fail(_ arguments: [String], from key: String, with fault: String) throws {
        let result = try tool.run(arguments + ["--from", key] + asked)
        #expect(result.status != 0, "\(arguments)")
        let said = result.output + result.complaints
        #expect(said.contains("[\(fault)]"), "\(arguments): \(said)")
      }

      private var asked: [String] { ["--node", "\(network.addresses[0])"] }

      func election() async throws -> ElectionAnswer {
        try await network.client { try await $0.election() }
      }

      func candidate(_ node: Int) async throws -> CandidateAnswer {
        try await network.client { [account = account(node)] in try await $0.candidate(account) }
      }

      /// Waits until something holds of the last final state.
      func wait<Answer>(
        _ seconds: Double, for what: String, _ read: () async throws -> Answer,
        until holds: (Answer) -> Bool, at location: SourceLocation = #_sourceLocation
      ) async throws {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
          if holds(try await read()) { return }
          try await ContinuousClock().sleep(for: .milliseconds(200))
        }
        Issue.record("\(what): not within \(seconds) s", sourceLocation: location)
        throw CancellationError()
      }

      func status(of node: NodeProcess) async throws -> StatusAnswer {
        let client = NodeClient(node.address)
        do {
          let status = try await client.status()
          await client.close()
          return status
        } catch {
          await client.close()
          throw error
        }
      }

      func wait(
        _ seconds: Double, for what: String, candidate node: Int,
        until holds: (CandidateAnswer) -> Bool, at location: SourceLocation = #_sourceLocation
      ) async throws {
        func read() async throws -> CandidateAnswer { try await candidate(node) }
        try await wait(seconds, for: what, read, until: holds, at: location)
      }

      func wait(
        _ seconds: Double, for what: String, status node: NodeProcess,
        until holds: (StatusAnswer) -> Bool, at location: SourceLocation = #_sourceLocation
      ) async throws {
        func read() async throws -> StatusAnswer { try await status(of: node) }
        try await wait(seconds, for: what, read, until: holds, at: location)
      }

      func voting(in term: UInt64) async throws {
        try await wait(2 * termSeconds, for: "voting in term \(term)", election) {
          $0.term == term && $0.isVoting
        }
      }

      func begun(_ term: UInt64) async throws {
        try await wait(2 * termSeconds, for: "term \(term)", election) { $0.term >= term }
      }

      var termSeconds: Double { Double(ElectionTests.term) / 1_000 }
    }

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
          try await tell(Story(network: network, tool: tool))
        }
      }
    }

    private func tell(_ story: Story) async throws {
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

      // One that is off is jailed, and the first standby has its seat.
      let off = story.network.nodes[1]
      await off.kill()
      try await story.wait(story.termSeconds + 30, for: "jail", candidate: 1) {
        $0.jailedAt != nil && $0.role == "candidate"
      }
      try await story.wait(20, for: "a full set", story.election) {
        $0.members.count == Self.seats && !$0.members.contains(story.account(1))
      }
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

      // The third election, by what stands from before; nodes start again with their later keys.
      try await story.begun(max(term + 2, 3))
      for node in [1, challenger] {
        #expect(try await story.candidate(node).role == "member")
      }
      let restarted = story.network.nodes[challenger]
      #expect(await restarted.stop())
      #expect(!FileManager.default.fileExists(atPath: restarted.home + "/keys/consensus.pem"))
      try restarted.start()
      try #require(await restarted.isUp(within: .seconds(60)))
      try await story.wait(20, for: "its vote", status: restarted) {
        $0.notVotingBecause == nil
      }
      #expect(story.network.nodes.allSatisfy { $0.isRunning })
    }
  }
}
