import Audit
import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  /// Homes on disks of some MiB, which fill up for real.
  @Suite(
    "Full disks",
    .enabled(if: SmallDisk.isPossible, "SKIPPED: mounting a small tmpfs needs root"))
  struct FullDiskTests {
    /// Puts a node's home on a small disk, its log beside it, and has it go on to the last 64 MiB.
    private func small(_ node: NodeProcess, kibibytes: Int) throws -> SmallDisk {
      let log = node.home + ".log"
      try Data().write(to: URL(fileURLWithPath: log))
      try FileManager.default.createSymbolicLink(
        atPath: node.logPath, withDestinationPath: log)
      let settings = node.home + "/node.toml"
      let text = try String(contentsOfFile: settings, encoding: .utf8)
      let lowered = text.replacing("# free-disk-min-mib = 512", with: "free-disk-min-mib = 64")
      try #require(lowered != text)
      try Data(lowered.utf8).write(to: URL(fileURLWithPath: settings))
      return try SmallDisk(at: node.home, kibibytes: kibibytes)
    }

    private func hasEnded(_ node: NodeProcess) async throws -> Bool {
      let clock = ContinuousClock()
      let deadline = clock.now + .seconds(30)
      while node.isRunning, clock.now < deadline { try await clock.sleep(for: .milliseconds(20)) }
      return !node.isRunning
    }

    private func waitForHeight(_ height: UInt64, of node: NodeProcess) async throws {
      let client = NodeClient(node.address)
      let clock = ContinuousClock()
      let deadline = clock.now + .seconds(30)
      var now: UInt64 = 0
      while now < height, clock.now < deadline {
        now = (try? await client.status().height) ?? now
        try await clock.sleep(for: .milliseconds(50))
      }
      await client.close()
      #expect(now >= height)
    }

    @Test(
      "nodes on a disk that fills up stop and say why; with room again they are back, all whole",
      .timeLimit(.minutes(2)))
    func running() async throws {
      try await LiveNetwork.withFolder { path in
        let network = try LiveNetwork.make(at: path, fullNodes: 1)
        let nodes = [network.nodes[3], network.nodes[4]]
        let disks = try nodes.map { try small($0, kibibytes: 200 << 10) }
        do {
          try await network.start()
          _ = try await network.block(2)
          for disk in disks { try disk.fill() }
          for node in nodes {
            #expect(try await hasEnded(node))
            #expect(node.exitStatus == 2)
            let log = network.log(of: node)
            #expect(
              log.contains(
                "0 MiB are free for \(node.home)/data, below store.free-disk-min-mib = 64: make "
                  + "room and start again, nothing is lost"), "\(log)")
            #expect(try FolderAudit.run(home: node.home).findings.isEmpty)
          }
          // Three of four go on.
          let height = try await network.height()
          try await waitForHeight(height + 2, of: network.nodes[0])
          for disk in disks { disk.empty() }
          for node in nodes {
            try node.start()
            #expect(await node.isUp(within: .seconds(30)), "\(network.log(of: node))")
          }
          let block = try await network.block(height + 4)
          #expect(block.rootsEqual && block.nodesWithBlock == 5)
        } catch {
          await network.killAll()
          throw error
        }
        #expect(await network.stop())
        for node in nodes { #expect(try FolderAudit.run(home: node.home).findings.isEmpty) }
      }
    }

    @Test(
      "a full node that finds no room for state, log or history ends there, and goes on with more",
      .timeLimit(.minutes(2)))
    func starting() async throws {
      try await LiveNetwork.withFolder { path in
        let network = try LiveNetwork.make(at: path, fullNodes: 1)
        let full = network.nodes[4]
        let disk = try small(full, kibibytes: 4 << 10)
        do {
          for node in network.nodes[..<4] { try node.start() }
          try await waitForHeight(2, of: network.nodes[0])
          // State takes 16 MiB at first, the log 64, the history 16, which it asks for when it
          // starts with blocks in its log.
          for (mebibytes, status, message) in [
            (4, Int32(1), "no room on the disk for \(full.home)/data/state"),
            (20, 2, "the node stops: no room on the disk for \(full.home)/data/log/"),
            (90, 2, "MiB are free for \(full.home)/data, below store.free-disk-min-mib = 64"),
            (90, 2, "caught up: no room on the disk for \(full.home)/data/history"),
          ] {
            try disk.grow(to: mebibytes << 10)
            try full.start()
            #expect(try await hasEnded(full))
            #expect(full.exitStatus == status)
            let log = network.log(of: full)
            #expect(log.contains(message), "\(mebibytes) MiB: \(log)")
          }
          try disk.grow(to: 240 << 10)
          try full.start()
          #expect(await full.isUp(within: .seconds(30)), "\(network.log(of: full))")
          let height = try await network.height()
          let block = try await network.block(height + 1)
          #expect(block.rootsEqual && block.nodesWithBlock == 5)
        } catch {
          await network.killAll()
          throw error
        }
        #expect(await network.stop())
        #expect(try FolderAudit.run(home: full.home).findings.isEmpty)
      }
    }

    @Test("a key, and a home, that find no room leave nothing half made, and what is there whole")
    func keys() async throws {
      try await Tool.with { tool in
        let genesis = tool.path("genesis.bcs")
        let network = try LiveNetwork.make(at: tool.path("net"))
        try FileManager.default.copyItem(
          atPath: network.nodes[0].home + "/genesis.bcs", toPath: genesis)
        let disk = try SmallDisk(at: tool.path("keyring"), kibibytes: 256)
        func new(_ name: String, _ words: String) throws -> Tool.Result {
          try tool.run(["key", "new", name, "--words-file", tool.path(words), "--yes"])
        }
        #expect(try new("first", "words-1").status == 0)
        let listed = try tool.succeed(["key", "list"]).output
        let files = try FileManager.default.contentsOfDirectory(atPath: disk.path).sorted()
        try disk.fill()
        let refused = try new("second", "words-2")
        #expect(refused.status == 1)
        #expect(refused.complaints.contains("No space left on device"), "\(refused)")
        let home = disk.path + "/full"
        let initialise = ["node", "init", "--full", "--genesis", genesis, "--home", home]
        let unmade = try tool.run(initialise)
        #expect(unmade.status == 1)
        #expect(unmade.complaints.contains("No space left on device.\n"), "\(unmade)")
        #expect(try tool.succeed(["key", "list"]).output == listed)
        disk.empty()
        let left = try FileManager.default.subpathsOfDirectory(atPath: disk.path).sorted()
        #expect(left.filter { $0 != "full" } == files)
        #expect(try new("second", "words-3").status == 0)
        #expect(try tool.run(initialise).status == 0)
      }
    }
  }
}
