import Foundation
import LedgerClient
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("The eco2 tool")
  struct ToolTests {
    /// Runs the tool to its end.
    private func eco2(_ arguments: [String]) throws -> (status: Int32, output: String) {
      let process = Process()
      let pipe = Pipe()
      process.executableURL = URL(fileURLWithPath: LiveNetwork.eco2)
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = pipe
      process.standardError = pipe
      try process.run()
      let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }

    @Test(
      "an engine that the environment names and the processor lacks stops every command",
      arguments: ["ECO2_ED25519", "ECO2_SHA256", "ECO2_SHA512"])
    func engines(variable: String) async throws {
      try await Tool.with { tool in
        for name in ["none", ""] {
          let result = try tool.run(
            "/usr/bin/env", ["\(variable)=\(name)", LiveNetwork.eco2, "--help"])
          #expect(result.status != 0)
          #expect(result.complaints.contains("\(variable) names no implementation"))
        }
      }
    }

    @Test(
      "a genesis is made from real credits once, and never over another", .timeLimit(.minutes(1)))
    func genesis() async throws {
      try await LiveNetwork.withFolder { path in
        let arguments = [
          "genesis", "--credits", LiveNetwork.example("credits.csv"), "--factors",
          LiveNetwork.example("factors.csv"), "--nodes", LiveNetwork.example("nodes.csv"),
          "--network", "try", "--test", "--load-accounts", "5", "--out", path,
        ]
        let first = try eco2(arguments)
        #expect(first.status == 0, "\(first.output)")
        #expect(first.output.contains("23 lots, 212269 t CO2e"))
        let folder = try NetworkFolder(opening: path)
        let document = try folder.genesis()
        #expect(document.nodes.count == 24 && document.parameters.elections.seats == 21)
        #expect(document.isTest)
        let second = try eco2(arguments)
        #expect(second.status != 0)
        #expect(second.output.contains("exists already, and nothing is overwritten"))
        #expect(try folder.genesis() == document)
      }
    }

    @Test(
      "a key file is made once, shows its address, and asks for a passphrase unless it is a test's")
    func keys() async throws {
      try await LiveNetwork.withFolder { path in
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let file = path + "/play.pem"
        #expect(try eco2(["key", "new", file]).status != 0)
        #expect(!FileManager.default.fileExists(atPath: file))
        #expect(try eco2(["key", "new", file, "--test"]).status == 0)
        let address = try eco2(["key", "address", file, "--test"])
        #expect(address.status == 0 && address.output.hasPrefix("eco2t1"))
        #expect(try eco2(["key", "new", file, "--test"]).output.contains("never overwritten"))
        #expect(try eco2(["key", "address", file, "--test"]).output == address.output)
      }
    }

    @Test(
      "an audit of a folder with one flipped byte fails and says where", .timeLimit(.minutes(2)))
    func audit() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(2)
        #expect(await network.stop())
        let home = network.nodes[0].home
        let sound = try eco2(["audit", "--home", home])
        #expect(sound.status == 0, "\(sound.output)")
        #expect(sound.output.contains("All identities hold."))

        let folder = home + "/data/log"
        let name = try #require(
          try FileManager.default.contentsOfDirectory(atPath: folder).sorted().first)
        let file = URL(fileURLWithPath: folder + "/" + name)
        var bytes = try Data(contentsOf: file)
        // Inside the first block's frame, wherever the file's preallocated end may be.
        bytes[300] ^= 1
        try bytes.write(to: file)
        let damaged = try eco2(["audit", "--home", home])
        #expect(damaged.status != 0)
        #expect(damaged.output.contains(name), "\(damaged.output)")
        #expect(damaged.output.contains("FAILED") || damaged.output.contains("Error"))
      }
    }

    @Test(
      "send, account, block, status and load do and say what happened", .timeLimit(.minutes(2)))
    func client() async throws {
      try await LiveNetwork.run { network in
        let node = ["--node", "\(network.addresses[0])"]
        let treasury = network.folder.accountKey("treasury")
        let poor = network.folder.path + "/poor.pem"
        #expect(try eco2(["key", "new", poor, "--test"]).status == 0)
        let address = try eco2(["key", "address", poor, "--test"]).output
          .trimmingCharacters(in: .whitespacesAndNewlines)

        let sent = try eco2(
          ["send", "--from", treasury, "--to", address, "12.5eco2", "0.000003ecc"] + node)
        #expect(sent.status == 0 && sent.output.contains("final, at height"), "\(sent.output)")
        let account = try eco2(["account", address, "--json"] + node)
        #expect(account.output.contains("\"eco2\" : \"1250000000\""), "\(account.output)")
        #expect(account.output.contains("\"ecc\" : \"3\""))

        let proven = try eco2(
          ["account", address, "--verify", "--genesis", network.folder.genesisPath] + node)
        #expect(proven.status == 0 && proven.output.contains("proved "), "\(proven.output)")
        #expect(proven.output.contains("12.5 ECO2"))

        // It holds 3 µg: not what it states as its maximum; with a sponsor it needs none.
        let recipient = try network.key("treasury").address
        let back = ["send", "--from", poor, "--to", recipient, "1eco2"]
        let refused = try eco2(back + ["--charge-max", "1ecc"] + node)
        #expect(refused.status != 0 && refused.output.contains("[charge_unpayable]"))
        let sponsored = try eco2(back + ["--sponsor", treasury, "--wait", "accepted"] + node)
        #expect(sponsored.status == 0, "\(sponsored.output)")

        // 11.5 ECO2 are left to it. What it does not hold is not signed unless it insists: then the
        // block charges it, and moves nothing.
        let tooMuch = ["send", "--from", poor, "--to", recipient, "5000eco2"] + node
        for (words, reason) in [
          (["--sponsor", treasury], "insufficient_balance"),
          (["--charge-max", "0.000001ecc"], "insufficient_balance"),
          (["--charge-max", "1ecc"], "charge_unpayable"),
        ] {
          let unsigned = try eco2(tooMuch + words)
          #expect(unsigned.status == 1)
          #expect(unsigned.output.contains("[\(reason)]"), "\(unsigned.output)")
          #expect(unsigned.output.contains("are missing. Nothing was signed"))
        }
        #expect(try await network.client { try await $0.account(address) }.pendingSequence == 1)
        let insisted = try eco2(tooMuch + ["--sponsor", treasury, "--insist"])
        #expect(insisted.status == 1 && insisted.output.contains("final, but not applied"))
        let more = try eco2(
          ["send", "--from", treasury, "--to", recipient, "300000001eco2", "--json"] + node)
        #expect(more.status == 1 && more.output.contains("\"code\" : \"insufficient_balance\""))
        #expect(more.output.contains("ECO2 aside for the fee"), "\(more.output)")

        let load = try eco2(
          ["load", "--home", network.folder.path, "--rate", "30", "--duration", "2s", "--json"])
        #expect(load.status == 0 && load.output.contains("\"final\" : 60"), "\(load.output)")
        let block = try eco2(["block", "1"] + node)
        #expect(block.status == 0 && block.output.contains("covered        yes"))
        let status = try eco2(["status"] + node)
        #expect(status.output.contains("peers       3 of 3 connected"), "\(status.output)")
        let unknown = try eco2(["account", "eco2t1nonsense"] + node)
        #expect(unknown.status != 0 && unknown.output.contains("copy it again"))
      }
    }

    @Test(
      "what cannot be sent is said before anything is signed or paid", .timeLimit(.minutes(1)))
    func wrongSends() async throws {
      try await LiveNetwork.run { network in
        let recipient = try network.key("treasury").address
        for (words, reason) in [
          ([recipient, "1.123456789eco2"], "eco2 with 8 decimals at most"),
          ([recipient, "1"], "`1` is no amount"), ([recipient, "0eco2"], "moves nothing"),
          (["savings", "1eco2"], "eco2 key list"), ([recipient], "followed by no amount"),
          ([String(recipient.dropLast()), "1eco2"], "is no address"),
        ] {
          let sent = try eco2(
            ["send", "--from", network.folder.accountKey("treasury"), "--to"] + words
              + ["--node", "\(network.addresses[0])"])
          #expect(sent.status == 64 && sent.output.contains(reason), "\(sent.output)")
          #expect(!sent.output.contains("Usage: eco2 <subcommand>"))
        }
      }
    }

    @Test("nodes whose testnet command is killed end by themselves", .timeLimit(.minutes(1)))
    func orphans() async throws {
      try await LiveNetwork.withFolder { path in
        let ports = try #require(NetworkPorts.free(nodes: 4))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: LiveNetwork.eco2)
        process.arguments = [
          "testnet", "--nodes", "4", "--block-interval", "1s", "--home", path, "--base-port",
          "\(ports.base)", "--sources",
          LiveNetwork.package.appending(path: "Examples/genesis").path,
        ]
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        let watcher = BlockWatcher((0..<4).map { ports.api($0) }, after: 0)
        let deadline = ContinuousClock.now + .seconds(40)
        let block = await watcher.nextBlock(patience: .seconds(5), until: deadline)
        #expect(block?.height == 1)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        let gone = ContinuousClock.now + .seconds(20)
        var isFree = false
        while !isFree, ContinuousClock.now < gone {
          isFree = (try? ports.requireFree(nodes: 4)) != nil
          if !isFree { try await ContinuousClock().sleep(for: .milliseconds(50)) }
        }
        await watcher.close()
        #expect(isFree, "a node still listens")
      }
    }
  }
}
