import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("Peers that do not belong")
  struct HostilePeerTests {
    /// A copy of the last node's home, changed; it has no data of its own.
    private func impostor(
      of network: LiveNetwork, at path: String, change: (String) throws -> Void
    ) throws -> NodeProcess {
      let files = FileManager.default
      try files.createDirectory(atPath: path, withIntermediateDirectories: true)
      for name in ["genesis.bcs", "node.toml", "keys"] {
        try files.copyItem(atPath: network.nodes[3].home + "/" + name, toPath: path + "/" + name)
      }
      for name in ["watermark", "watermark.made", "home"] {
        try? files.removeItem(atPath: path + "/keys/" + name)
      }
      try change(path)
      return NodeProcess(
        executable: LiveNetwork.eco2, home: path, address: network.nodes[3].address)
    }

    /// Puts the impostor in the place of the last node: the others must refuse it, and go on.
    private func check(
      _ change: (LiveNetwork, String) throws -> Void, refusal: String
    ) async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(1)
        #expect(await network.nodes[3].stop())
        let path = network.folder.path + "/impostor"
        let hostile = try impostor(of: network, at: path) { try change(network, $0) }
        try hostile.start()
        let clock = ContinuousClock()
        let deadline = clock.now + .seconds(30)
        var isRefused = false
        while !isRefused, clock.now < deadline {
          isRefused = network.nodes[..<3].contains { network.log(of: $0).contains(refusal) }
          if !isRefused { try await clock.sleep(for: .milliseconds(100)) }
        }
        #expect(isRefused, "\(network.log(of: network.nodes[0]))")
        let height = try await network.height()
        let watcher = BlockWatcher(Array(network.addresses[..<3]), after: height + 1)
        let next = await watcher.nextBlock(patience: .seconds(10), until: clock.now + .seconds(30))
        await watcher.close()
        #expect(next?.rootsEqual == true && next?.nodesWithBlock == 3)
        let peers = try await network.client { try await $0.status().peersConnected }
        #expect(peers == 2)
        await hostile.kill()

        try network.nodes[3].start()
        #expect(await network.nodes[3].isUp(within: .seconds(30)))
        let all = try await network.block(height + 4)
        #expect(all.rootsEqual && all.nodesWithBlock == 4)
      }
    }

    @Test("a peer with an unknown key is refused by name, and the network goes on")
    func unknownKey() async throws {
      try await check(
        { _, home in
          try FileManager.default.removeItem(atPath: home + "/keys/transport.pem")
          try KeyFile.write(
            seed: [UInt8](repeating: 77, count: 32), passphrase: [],
            to: home + "/keys/transport.pem", allowUnencrypted: true)
        }, refusal: "the transport key \(try SigningKey.of(77).publicKey)")
    }

    @Test("a peer with another genesis is refused by name, and the network goes on")
    func otherGenesis() async throws {
      try await check(
        { network, home in
          var document = network.made.document
          document.genesisTime += document.interval
          try Data(document.bcs).write(to: URL(fileURLWithPath: home + "/genesis.bcs"))
        }, refusal: "is on another chain, of genesis")
    }
  }
}
