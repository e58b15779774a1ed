import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension LongStoryTests {
  /// The whole way of an ER Node that is not in genesis.
  @Suite("A newcomer")
  struct NewcomerTests {
    private static let term: UInt64 = 60_000

    @Test(
      "a node that genesis does not name registers, is elected, signs blocks, and moves",
      .timeLimit(.minutes(6)))
    func joins() async throws {
      try await Tool.with { tool in
        try await LiveNetwork.run(change: { $0.termMilliseconds = Self.term }) { network in
          let story = ElectionStory(network: network, tool: tool, term: Self.term)
          try tool.makeAccount("north")
          let account = try tool.address("north")
          let ports = try #require(NetworkPorts.free(nodes: 2, fullNodes: 0))
          let home = network.folder.path + "/north"
          let made = try tool.succeed([
            "node", "init", "--candidate", "--account", account, "--genesis",
            network.folder.genesisPath, "--home", home, "--listen", "\(ports.listen(0))", "--api",
            "\(ports.api(0))", "--json",
          ])
          let keys = try JSONDecoder().decode(
            [String: String].self, from: Data(made.output.utf8))
          let node = NodeProcess(
            executable: LiveNetwork.eco2, home: home, address: ports.api(0))
          do {
            try await tell(story, node, account, keys: keys, ports: ports)
          } catch {
            print(network.log(of: node).suffix(4_000))
            await node.kill()
            throw error
          }
          #expect(await node.stop())
        }
      }
    }

    private func tell(
      _ story: ElectionStory, _ node: NodeProcess, _ account: String, keys: [String: String],
      ports: NetworkPorts
    ) async throws {
      let transportKey = try #require(keys["transportKey"])
      func registration(_ endpoint: NodeAddress) -> [String] {
        story.registration(
          name: "North", transportKey: transportKey, endpoint: "\(endpoint)",
          consensusKey: node.home + "/keys/consensus.pem", reserve: "300000ecc")
      }
      _ = try await story.network.block(2)
      try story.send(
        ["send", "--to", account, "11000eco2", "320000ecc"], from: story.treasury)
      try story.send(registration(ports.listen(0)), from: "north")
      // The others learn of it from the chain: its settings, and theirs, were written before.
      try node.start()
      try #require(await node.isUp(within: .seconds(60)), "\(story.network.log(of: node))")
      try await story.wait(30, for: "its peers", status: node) { $0.peersConnected == 4 }
      // It is at the tip, and votes bring it in.
      try await story.voting(in: 0)
      try story.send(
        ["vote", "place", "700eco2", "--lock", "--for", account], from: story.treasury)
      try await story.begun(1)
      try await story.wait(
        15, for: "its seat",
        { try await story.network.client { try await $0.candidate(account) } },
        until: { $0.role == "member" })
      try await story.wait(
        30, for: "a block of its own",
        { try await story.network.client { try await $0.block($0.status().height) } },
        until: { $0.author == account })
      let index = try #require(try await story.election().members.firstIndex(of: account))
      try await story.wait(
        15, for: "its signature",
        { try await story.network.client { try await $0.block($0.status().height) } },
        until: { $0.signers.contains(index) })

      // It moves: the others dial, or are dialled from, where the chain says it is now.
      #expect(await node.stop())
      var update = registration(ports.listen(1))
      update[1] = "update"
      let key = try #require(update.firstIndex(of: "--consensus-key"))
      update.removeSubrange(key..<key + 4)
      try story.send(update, from: "north")
      try node.start(["--set", "peers.listen=\(ports.listen(1))"])
      try #require(await node.isUp(within: .seconds(60)))
      try await story.wait(30, for: "its peers, at its new place", status: node) {
        $0.peersConnected == 4
      }
      try await story.wait(30, for: "its vote", status: node) { $0.notVotingBecause == nil }
    }
  }
}
