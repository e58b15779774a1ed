import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension LongStoryTests {
  @Suite("Nodes that are paused, stopped and moved")
  struct PauseTests {
    /// What `eco2 node pause --json` prints, as far as needed.
    private struct Standing: Decodable {
      struct Turn: Decodable {
        var height: UInt64
        var time: UInt64
      }
      var now: UInt64
      var height: UInt64
      var pausedUntil: UInt64?
      var turnsHandedOver: UInt64
      var leadsNow: Bool
      var turns: [Turn]
    }

    private func standing(_ arguments: [String], of node: NodeProcess) async throws -> Standing {
      let ran = try await BackgroundTool.run(
        ["node"] + arguments + ["--home", node.home, "--json"])
      try #require(ran.status == 0, "\(ran.output)")
      return try JSONDecoder().decode(Standing.self, from: Data(ran.output.utf8))
    }

    @Test(
      "a node paused before its turn is stopped, started and resumed: no view's time is waited for",
      .timeLimit(.minutes(3)))
    func pause() async throws {
      // The interval, and a view's time.
      let timeout: UInt64 = 2_000
      try await LiveNetwork.run(interval: 2_000) { network in
        async let load = BackgroundTool.run([
          "load", "--home", network.folder.path, "--rate", "10", "--duration", "40s", "--json",
        ])
        let node = network.nodes[2]
        let first = try await standing(["pause"], of: node)
        #expect(first.pausedUntil != nil)
        var now = first
        let patience = ContinuousClock.now + .seconds(40)
        while now.turnsHandedOver == 0, ContinuousClock.now < patience {
          try await ContinuousClock().sleep(for: .milliseconds(300))
          now = try await standing(["pause"], of: node)
        }
        #expect(now.turnsHandedOver >= 1)

        let free = try await standing(["pause", "--wait", "--window", "6s"], of: node)
        #expect(!free.leadsNow)
        let turn = try #require(free.turns.first)
        #expect(turn.height > free.height + 1)
        #expect(await node.stop())
        try node.start()
        #expect(await node.isUp(within: .seconds(30)), "\(network.log(of: node))")
        // The pause ended with the process.
        let back = try await standing(["resume"], of: node)
        #expect(back.pausedUntil == nil && back.turnsHandedOver == 0)
        _ = try await network.block(turn.height + 1)

        let heights = (first.height + 1)...(turn.height + 1)
        let blocks = try await network.client { client in
          var blocks: [BlockAnswer] = []
          for height in heights { blocks += [try await client.block(height)] }
          return blocks
        }
        #expect(blocks.count == heights.count)
        #expect(blocks.contains { $0.view == 1 })
        for block in blocks {
          let waited = try #require(block.certifiedAfterMilliseconds)
          #expect(waited < timeout, "height \(block.height), view \(block.view)")
        }
        // A primary that was waited for would have cost its slot: the next one takes a later.
        for (block, next) in zip(blocks, blocks.dropFirst()) {
          #expect(next.timestamp == block.timestamp + timeout, "height \(next.height)")
        }
        let loaded = try await load
        #expect(loaded.status == 0, "\(loaded.output)")
        #expect(loaded.output.contains("\"lost\" : 0"), "\(loaded.output)")
      }
    }

    @Test(
      "a copied home does not start; a validator moves with retire, and its old home never starts",
      .timeLimit(.minutes(2)))
    func move() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(2)
        let old = network.nodes[1]
        #expect(await old.stop())
        let copy = network.folder.path + "/copy"
        try FileManager.default.copyItem(atPath: old.home, toPath: copy)
        let copied = try await BackgroundTool.run(["node", "--home", copy])
        #expect(copied.status != 0 && copied.output.contains("--moved"), "\(copied.output)")

        let new = network.folder.path + "/new"
        let retired = try await BackgroundTool.run([
          "node", "retire", "--home", old.home, "--to", new,
        ])
        #expect(retired.status == 0, "\(retired.output)")
        try FileManager.default.moveItem(atPath: old.home + "/data", toPath: new + "/data")
        let again = try await BackgroundTool.run(["node", "--home", old.home, "--moved"])
        #expect(again.status != 0 && again.output.contains("given up"), "\(again.output)")

        let moved = NodeProcess(
          executable: LiveNetwork.eco2, home: new, address: network.addresses[1])
        try moved.start()
        #expect(await moved.isUp(within: .seconds(30)), "\(network.log(of: moved))")
        let height = try await network.height()
        let block = try await network.block(height + 5)
        #expect(block.rootsEqual && block.nodesWithBlock == 4)
        // It votes: member 1 or any other may miss a certificate, but not all of five.
        let signers = try await network.client { client in
          var signers: Set<Int> = []
          for height in height + 1...height + 5 {
            signers.formUnion(try await client.block(height).signers)
          }
          return signers
        }
        #expect(signers.count == 4)
        #expect(await moved.stop())
      }
    }
  }
}
