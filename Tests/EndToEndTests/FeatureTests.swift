import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension LongStoryTests {
  @Suite("Rule changes that a release does not know")
  struct FeatureTests {
    @Test(
      "every node warns of it, and stops before its height with a sentence that says why",
      .timeLimit(.minutes(5)))
    func stops() async throws {
      try await Tool.with { tool in
        try await LiveNetwork.run(change: { $0.termMilliseconds = 40_000 }) { network in
          let story = ElectionStory(network: network, tool: tool, term: 40_000)
          _ = try await network.block(2)
          for node in 0..<4 {
            try story.send(
              ["send", "--to", story.account(node), "1000ecc", "50eco2"], from: story.treasury)
          }
          // Approvals take a few blocks, and then the motion waits for five.
          let height = try await network.height() + 25
          try story.send(
            [
              "motion", "propose", "feature", "later", "--height", "\(height)", "--reason",
              "a test",
            ], from: story.key(of: 0))
          for node in 0..<3 {
            try story.send(["motion", "approve", "0"], from: story.key(of: node))
          }
          try await story.wait(
            30, for: "the activation",
            { try await network.client { try await $0.motion(0) } },
            until: { $0.standing == "executed" })
          for node in network.nodes {
            try await story.wait(90, for: "a node's end", { node.isRunning }, until: { !$0 })
            #expect(node.exitStatus == 2)
            let log = network.log(of: node)
            #expect(log.contains("this node will stop"), "\(log.suffix(2_000))")
            #expect(
              log.contains(
                "The node has stopped: from height \(height) on the chain has the rule change "
                  + "\"later\""), "\(log.suffix(2_000))")
          }
          // What was final stays whole: with the feature's release the node would go on from here.
          _ = try tool.succeed(["audit", "--home", network.nodes[0].home])
          // Started again it waits at its tip, and stops again as soon as it gets the next block.
          for node in network.nodes { try node.start() }
          for node in network.nodes {
            try await story.wait(60, for: "a node's end", { node.isRunning }, until: { !$0 })
          }
        }
      }
    }
  }
}
