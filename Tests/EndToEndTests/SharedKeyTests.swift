import Audit
import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension LongStoryTests {
  @Suite("Two processes with one key")
  struct SharedKeyTests {
    private func status(_ address: NodeAddress) async throws -> StatusAnswer {
      let client = NodeClient(address)
      do {
        let status = try await client.status()
        await client.close()
        return status
      } catch {
        await client.close()
        throw error
      }
    }

    @Test("a second process in one home is refused, and says why", .timeLimit(.minutes(1)))
    func oneHome() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(1)
        let second = try await BackgroundTool.run([
          "node", "--home", network.nodes[2].home, "--set", "api.listen=127.0.0.1:0",
        ])
        #expect(second.status != 0)
        #expect(second.output.contains("another process"), "\(second.output)")
        #expect(network.nodes[2].isRunning)
      }
    }

    @Test(
      "a copy that is started beside its running original waits, or one of the two stops voting",
      .timeLimit(.minutes(3)))
    func copy() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(3)
        let original = network.nodes[3]
        let home = network.folder.path + "/copy"
        try FileManager.default.createDirectory(
          atPath: home + "/keys", withIntermediateDirectories: true)
        for name in [
          "genesis.bcs", "node.toml", "keys/consensus.pem", "keys/transport.pem", "keys/watermark",
          "keys/watermark.made", "keys/home",
        ] {
          try FileManager.default.copyItem(
            atPath: original.home + "/" + name, toPath: home + "/" + name)
        }
        let ports = try #require(NetworkPorts.free(nodes: 1, fullNodes: 0))
        let copy = NodeProcess(executable: LiveNetwork.eco2, home: home, address: ports.api(0))
        try copy.start([
          "--moved", "--set", "api.listen=\(ports.api(0))", "--set",
          "peers.listen=\(ports.listen(0))",
        ])
        do {
          // Peers keep one connection for an account: the two take it from each other, and the copy
          // may never reach the tip.
          let height = try await network.height()
          var answers = 0
          var (isVoting, hasVoted) = (false, false)
          for next in height + 1...height + 12 {
            _ = try await network.block(next)
            guard let status = try? await status(copy.address) else { continue }
            answers += 1
            isVoting = status.notVotingBecause == nil
            hasVoted = hasVoted || isVoting
          }
          #expect(answers > 5, "\(network.log(of: copy))")
          // Where the copy kept the connections for three blocks, so that those carried none of the
          // original's votes, it voted: then the two may have contradicted each other, and whoever
          // sees the other's vote stops.
          for _ in 0..<20 where isVoting {
            isVoting = try await status(original.address).notVotingBecause == nil
            _ = try await network.block(try await network.height() + 1)
          }
          #expect(!isVoting, "\(network.log(of: copy))")
          let offences = try await network.client { try await $0.offences().items }
          #expect(hasVoted || offences.isEmpty)
        } catch {
          await copy.kill()
          throw error
        }
        #expect(await copy.stop())
      }
    }

    /// A node that starts with less than its key has signed says so, waits, and votes again; nobody
    /// holds anything against it.
    private func comesBack(_ network: LiveNetwork, _ node: NodeProcess, saying words: String)
      async throws
    {
      try node.start()
      try #require(await node.isUp(within: .seconds(60)), "\(network.log(of: node))")
      let height = try await network.height()
      for next in height + 1...height + 9 { _ = try await network.block(next) }
      let log = network.log(of: node)
      #expect(log.contains(words), "\(log)")
      #expect(!log.contains("another process votes"), "\(log)")
      #expect(try await status(node.address).notVotingBecause == nil, "\(log)")
      let signers = try await network.client { client in
        var signers: Set<Int> = []
        for height in height + 4...height + 9 {
          signers.formUnion(try await client.block(height).signers)
        }
        return signers
      }
      #expect(signers.count == 4)
      let offences = try await network.client { try await $0.offences().items }
      #expect(offences.isEmpty)
    }

    @Test(
      "a node given back the data and watermark of earlier waits until its later votes are past",
      .timeLimit(.minutes(3)))
    func restoredBackup() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(2)
        let node = network.nodes[3]
        #expect(await node.stop())
        // keys/home stays: with a copy of it the fence would refuse the home.
        let restored = ["data", "keys/watermark"]
        let backup = network.folder.path + "/backup"
        try FileManager.default.createDirectory(
          atPath: backup + "/keys", withIntermediateDirectories: true)
        for name in restored {
          try FileManager.default.copyItem(
            atPath: node.home + "/" + name, toPath: backup + "/" + name)
        }
        try node.start()
        try #require(await node.isUp(within: .seconds(60)))
        _ = try await network.block(try await network.height() + 4)
        await node.kill()
        for name in restored {
          try FileManager.default.removeItem(atPath: node.home + "/" + name)
          try FileManager.default.moveItem(
            atPath: backup + "/" + name, toPath: node.home + "/" + name)
        }
        try await comesBack(network, node, saying: "above its vote log")
      }
    }

    @Test(
      "a node that has lost what its key has signed waits three heights, and votes again",
      .timeLimit(.minutes(3)))
    func lostWatermark() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(3)
        let node = network.nodes[3]
        await node.kill()
        try FileManager.default.removeItem(atPath: node.home + "/keys/watermark")
        try await comesBack(network, node, saying: "the vote log is missing")
      }
    }
  }
}
