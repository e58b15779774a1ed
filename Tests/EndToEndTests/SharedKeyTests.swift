import Audit
import Foundation
import LedgerClient
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
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
      "a copy that is started beside its running original does not vote, and nobody offends",
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
          for next in height + 1...height + 12 {
            _ = try await network.block(next)
            guard let status = try? await status(copy.address) else { continue }
            answers += 1
            #expect(status.notVotingBecause != nil, "\(network.log(of: copy))")
          }
          #expect(answers > 5, "\(network.log(of: copy))")
          let offences = try await network.client { try await $0.offences().items }
          #expect(offences.isEmpty)
        } catch {
          await copy.kill()
          throw error
        }
        #expect(await copy.stop())
      }
    }
  }
}
