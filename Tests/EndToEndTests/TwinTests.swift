import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension LongStoryTests {
  /// A validator whose key votes in two processes. Nodes keep themselves from it (decision 0050):
  /// so the twins are told to, which only debug builds do (0075).
  @Suite("A twin with a copied key")
  struct TwinTests {
    private static let term: UInt64 = 90_000

    /// Everything in a home but its log and its lock's holder.
    private func copy(_ original: NodeProcess, to home: String) throws {
      let files = FileManager.default
      try files.createDirectory(atPath: home, withIntermediateDirectories: true)
      for name in ["genesis.bcs", "node.toml", "keys", "data"] {
        try files.copyItem(atPath: original.home + "/" + name, toPath: home + "/" + name)
      }
    }

    #if DEBUG
      @Test(
        "a twin is found, costs its validator 5 % of the bond, and excludes it for ever",
        .timeLimit(.minutes(6)))
      func found() async throws {
        try await Tool.with { tool in
          try await LiveNetwork.run(
            nodes: 5,
            change: {
              $0.seats = 4
              $0.termMilliseconds = Self.term
            }
          ) { network in
            let story = ElectionStory(network: network, tool: tool, term: Self.term)
            // Of all but the node that is asked, the one that dials the others: both twins reach
            // them then.
            let nodes = network.made.document.nodes
            let twin = try #require((1..<4).min { nodes[$0].account < nodes[$1].account })
            _ = try await network.block(3)
            let original = network.nodes[twin]
            #expect(await original.stop())
            let home = network.folder.path + "/twin"
            try copy(original, to: home)
            let ports = try #require(NetworkPorts.free(nodes: 1, fullNodes: 0))
            let second = NodeProcess(
              executable: LiveNetwork.eco2, home: home, address: ports.api(0))
            try original.start(["--twin"])
            try second.start([
              "--twin", "--set", "api.listen=\(ports.api(0))", "--set",
              "peers.listen=\(ports.listen(0))",
            ])
            do {
              try await judge(story, twin)
            } catch {
              await second.kill()
              throw error
            }
            await second.kill()
          }
        }
      }
    #endif

    /// What becomes of the twins' validator.
    private func judge(_ story: ElectionStory, _ twin: Int) async throws {
      let account = story.account(twin)
      let before = try await story.candidate(twin)
      try await story.wait(
        150, for: "the record of an offence",
        {
          // Something to put into blocks: the twins' proposals differ the sooner.
          try story.send(["send", "--to", account, "1ecc"], from: story.treasury)
          return try await story.network.client { try await $0.offences().items }
        }, until: { !$0.isEmpty })
      let offences = try await story.network.client { try await $0.offences().items }
      #expect(offences.allSatisfy { $0.offender == account && $0.offence != "bad-bundle" })
      #expect(offences.allSatisfy { $0.reporter != account })
      try await story.wait(30, for: "its seat's loss", candidate: twin) {
        $0.role == "candidate" && $0.leftAt != nil
      }
      let after = try await story.candidate(twin)
      #expect(after.standing == "excluded")
      let bond = try #require(UInt128(before.bond))
      #expect(UInt128(after.bond) == bond - bond / 20)
      let members = try await story.election().members
      #expect(members.count == 4 && members.contains(story.account(4)))

      // For ever: no votes, no second registration, no release, no place in the next set. The tool
      // knows it, and so does the chain.
      try story.send(["vote", "lock", "500eco2"], from: story.treasury)
      let key = story.key(of: twin)
      try story.send(["send", "--to", account, "2000ecc", "20eco2"], from: story.treasury)
      try await story.voting(in: try await story.election().term)
      for insist in [[], ["--insist"]] {
        try story.fail(
          ["vote", "place", "400eco2", "--for", account] + insist, from: story.treasury,
          with: "candidate_not_standing")
        try story.fail(
          ["candidate", "release"] + insist, from: key, with: "candidate_not_standing")
      }
      try story.fail(
        story.registration(of: twin, reserve: "1000ecc"), from: key, with: "already_candidate")
      let term = try await story.election().term
      try await story.begun(term + 1)
      let elected = try await story.election()
      #expect(!elected.members.contains(account) && !elected.standbys.contains(account))
      // One offence is punished once, whatever both go on to sign.
      #expect(try await story.candidate(twin).bond == after.bond)
    }
  }
}
