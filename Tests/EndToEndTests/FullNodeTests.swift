import Audit
import Foundation
import LedgerClient
import LedgerCore
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  /// Node 4 follows nodes 0 and 1; node 5 follows node 4.
  @Suite("Full nodes")
  struct FullNodeTests {
    private func ask<Answer: Sendable>(
      _ node: NodeProcess, _ body: (NodeClient) async throws -> Answer
    ) async throws -> Answer {
      let client = NodeClient(node.address)
      do {
        let answer = try await body(client)
        await client.close()
        return answer
      } catch {
        await client.close()
        throw error
      }
    }

    /// Sends a transfer to one node only and waits.
    private func send(
      _ sequence: UInt64, through node: NodeProcess, of network: LiveNetwork,
      wait: NodeClient.Wait
    ) async throws -> TransactionAnswer {
      let transaction = try Draft(
        network.chain, from: try network.key("treasury"), sequence: sequence, validUntil: 500,
        .send(.eco2, 1_000_000, to: try .of(1))
      ).signed()
      let answer = try await ask(node) { try await $0.submit([transaction.bytes], wait: wait) }
      return try #require(answer.transactions.first)
    }

    @Test(
      "what only the far full node is sent becomes final; it is killed, comes back and has it all",
      .timeLimit(.minutes(3)))
    func relayAndRestart() async throws {
      try await LiveNetwork.run(fullNodes: 2) { network in
        let far = network.nodes[5]
        let status = try await ask(far) { try await $0.status() }
        #expect(status.role == "full")
        #expect(status.mode == "following")
        #expect(status.notVotingBecause?.contains("full node") == true)
        #expect(try await ask(network.nodes[4]) { try await $0.status().followers } == 1)

        let accepted = try await send(1, through: far, of: network, wait: .accepted)
        #expect([.accepted, .final].contains(accepted.status))
        // Of acceptance it has another node's word, and says whose: that of the one it follows.
        let near = try await ask(network.nodes[4]) { try await $0.status().node }
        if accepted.status == .accepted { #expect(accepted.accordingTo == near) }
        let ended = try await send(1, through: far, of: network, wait: .final)
        #expect(ended.status == .final && ended.applied == true)
        #expect(ended.accordingTo == nil)

        await far.kill()
        let height = try await network.height()
        _ = try await ask(network.nodes[4]) { client in
          try await waitForHeight(height + 3, on: client)
        }
        try far.start()
        #expect(await far.isUp(within: .seconds(30)))
        let all = try await network.block(height + 4)
        #expect(all.rootsEqual && all.nodesWithBlock == 6)
        let again = try await send(2, through: far, of: network, wait: .final)
        #expect(again.applied == true)
        #expect(await network.stop())
        for node in network.nodes[4...] {
          let report = try FolderAudit.run(home: node.home)
          #expect(report.findings.isEmpty)
          #expect(report.transactions == 2)
        }
      }
    }

    private func waitForHeight(_ height: UInt64, on client: NodeClient) async throws -> UInt64 {
      let clock = ContinuousClock()
      let deadline = clock.now + .seconds(60)
      while clock.now < deadline {
        let now = try await client.status().height
        if now >= height { return now }
        try await clock.sleep(for: .milliseconds(100))
      }
      return try #require(nil as UInt64?, "height \(height) did not come")
    }

    @Test(
      "an ER Node that is down, the one followed first, stops no full node",
      .timeLimit(.minutes(2)))
    func memberDown() async throws {
      try await LiveNetwork.run(fullNodes: 2) { network in
        _ = try await network.block(1)
        await network.nodes[0].kill()
        let ended = try await send(1, through: network.nodes[5], of: network, wait: .final)
        #expect(ended.applied == true)
        let height = try #require(ended.height)
        for node in network.nodes[1...] {
          let block = try await ask(node) { client in
            _ = try await waitForHeight(height, on: client)
            return try await client.block(height)
          }
          let other = try await ask(network.nodes[5]) { try await $0.block(height) }
          #expect(block.hash == other.hash && block.stateRoot == other.stateRoot)
        }
      }
    }
  }
}
