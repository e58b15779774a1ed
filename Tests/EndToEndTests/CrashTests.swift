import Audit
import Foundation
import LedgerClient
import LoadTest
import LocalNetwork
import NodeAnswers
import Synchronization
import Testing

extension EndToEndTests {
  @Suite("Nodes that stop and come back")
  struct CrashTests {
    @Test(
      "nodes killed under load, the primary too, lose nothing accepted and end with equal roots",
      .timeLimit(.minutes(3)))
    func killed() async throws {
      try await LiveNetwork.withFolder { path in
        let network = try LiveNetwork.make(at: path)
        let heights = Mutex<[UInt64]>([])
        let run = TestnetRun(
          RunPlan(
            folder: network.folder, executable: LiveNetwork.eco2, loadRate: 40,
            duration: .seconds(16),
            faults: NodeFaults([.kill], every: .seconds(3), awaySeconds: 1...2))
        ) { event in
          if case .block(let block) = event { heights.withLock { $0.append(block.height) } }
        }
        let summary = try await run.run()
        #expect(summary.problems == [])
        let kills = summary.faults["kill"] ?? 0
        #expect(kills >= 2 && summary.faultsOfPrimaries >= 1)
        #expect(summary.catchUpSeconds.count == kills)
        #expect(summary.rootsEqual)
        #expect(summary.carbon.blocksNotCovered == 0)
        let load = try #require(summary.load)
        #expect(load.lost == 0 && load.open == 0 && load.expired == 0)
        #expect(load.accepted == load.offered && load.final == load.offered)
        #expect(load.applied == load.final)
        #expect(heights.withLock { $0 } == Array(1...summary.lastHeight))
        for node in network.nodes {
          #expect(try FolderAudit.run(home: node.home).findings.isEmpty)
        }
      }
    }

    @Test(
      "with f nodes dead blocks go on, with more there is none, and after a return there soon is",
      .timeLimit(.minutes(3)))
    func outage() async throws {
      try await LiveNetwork.withFolder { path in
        let network = try LiveNetwork.make(at: path)
        let run = TestnetRun(
          RunPlan(
            folder: network.folder, executable: LiveNetwork.eco2, loadRate: 20,
            outage: Outage(nodes: 2, standstill: .seconds(4)))
        ) { _ in }
        let summary = try await run.run()
        #expect(summary.problems == [])
        let outage = try #require(summary.outage)
        #expect(outage.blocksWithQuorum >= 4)
        #expect(outage.viewChangesMost <= outage.deadInARowMost)
        // One node, last of a round and first of the next.
        #expect(outage.deadInARowMost <= 2)
        #expect(outage.blocksWithoutQuorum == 0)
        #expect(try #require(outage.secondsToProgress) <= #require(outage.secondsToProgressMax))
        #expect(summary.catchUpSeconds.count == 2)
        #expect(summary.load?.lost == 0 && summary.load?.open == 0)
      }
    }

    @Test(
      "nodes paused for longer than a view, and restarted, are back at the tip and lose nothing",
      .timeLimit(.minutes(3)))
    func disturbed() async throws {
      try await LiveNetwork.withFolder { path in
        let network = try LiveNetwork.make(at: path)
        let run = TestnetRun(
          RunPlan(
            folder: network.folder, executable: LiveNetwork.eco2, loadRate: 20,
            duration: .seconds(20), faults: NodeFaults([.pause, .restart], every: .seconds(4)))
        ) { _ in }
        let summary = try await run.run()
        #expect(summary.problems == [])
        #expect(summary.faults.values.reduce(0, +) >= 2)
        #expect(summary.load?.lost == 0 && summary.load?.open == 0)
      }
    }

    @Test(
      "a network stopped with SIGTERM ends cleanly, and a second start goes on from its height",
      .timeLimit(.minutes(2)))
    func restarted() async throws {
      try await LiveNetwork.run { network in
        let before = try await network.block(2)
        #expect(await network.stop())
        let stopped = try FolderAudit.run(home: network.nodes[0].home)
        #expect(stopped.findings.isEmpty)
        let height = try #require(stopped.lastBlock)
        #expect(height >= 2)

        try await network.start()
        let again = try await network.block(2)
        #expect(again.block.hash == before.block.hash)
        #expect(again.block.stateRoot == before.block.stateRoot)
        #expect(again.block.statement == before.block.statement)
        let next = try await network.block(height + 2)
        #expect(next.rootsEqual && next.nodesWithBlock == 4)
        #expect(await network.stop())
      }
    }
  }
}
