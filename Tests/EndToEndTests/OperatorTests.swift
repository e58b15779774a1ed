import Foundation
import LedgerCore
import LocalNetwork
import Testing

extension EndToEndTests {
  @Suite("What an operator is told")
  struct OperatorTests {
    @Test("the doctor finds a running node well, and a stopped one with its limits too low")
    func doctor() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(2)
        let home = network.nodes[1].home
        let well = try Program.eco2(["doctor", "--home", home])
        // The machine's clock may be kept by nobody, and its disk busy with other tests.
        let problems = well.output.split(separator: "\n").filter {
          $0.hasPrefix("problem") && !$0.contains("a durable write takes")
        }
        #expect(problems.isEmpty, "\(well.output)")
        for words in [
          "3 of 3 known nodes are reached and show their key", "3 of 3 peers are connected",
          "the watermark is held by the node's process", "is held by the node (process",
          "ms old",
        ] {
          #expect(well.output.contains(words), "\(words) in \(well.output)")
        }
        let asked = try Program.eco2(["doctor", "--node", "\(network.addresses[2])", "--json"])
        #expect(asked.status < 2 && asked.output.contains("\"verdict\" : \"ok\""))
        #expect(network.nodes[1].isRunning)

        #expect(await network.nodes[1].stop())
        let limited = try Program.eco2(
          ["doctor", "--home", home], limits: "ulimit -n 300; ulimit -v 8388608")
        #expect(limited.status == 2)
        #expect(limited.output.contains("this shell may open 300 files"), "\(limited.output)")
        #expect(limited.output.contains("this shell has 8 GiB of address space"))
        #expect(limited.output.contains("the watermark is there, and free"))
        try network.nodes[1].start()
        #expect(await network.nodes[1].isUp(within: .seconds(30)))
        #expect(await network.stop())
      }
    }

    @Test("settings are checked and shown, and a node does not start with what is wrong")
    func settings() async throws {
      try await LiveNetwork.withFolder { path in
        let home = try LiveNetwork.make(at: path).nodes[0].home
        #expect(try Program.eco2(["config", "check", "--home", home]).status == 0)
        let shown = try Program.eco2(
          ["config", "show", "--home", home, "--json", "--set", "log.level=debug"],
          environment: ["ECO2_API_HEADERS_MAX": "77"])
        #expect(shown.status == 0 && shown.output.contains("\"value\" : \"77\""))
        #expect(shown.output.contains("\"variable\" : \"ECO2_API_HEADERS_MAX\""))
        let arguments = ["--home", home, "--set", "api.listn=x"]
        let checked = try Program.eco2(
          ["config", "check"] + arguments, environment: ["ECO2_STORE_HISTORY": "2"])
        let started = try Program.eco2(
          ["node"] + arguments, environment: ["ECO2_STORE_HISTORY": "2"])
        for (status, output) in [checked, started] {
          #expect(status == 1)
          #expect(output.contains("did you mean api.listen?"), "\(output)")
          #expect(output.contains("variable ECO2_STORE_HISTORY: store.history must be true or"))
        }
        let good = try Program.eco2(["config", "check", "--home", home, "--json"])
        #expect(good.status == 0 && good.output.contains("\"isGood\" : true"))
        let bad = try Program.eco2(["config", "check", "--json"] + arguments)
        #expect(bad.status == 1 && bad.output.contains("\"isGood\" : false"), "\(bad.output)")
        #expect(bad.output.contains("\"place\" : \"--set api.listn=x\""), "\(bad.output)")
      }
    }

    @Test("a disk that is fuller than the settings allow stops a node cleanly")
    func disk() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(1)
        let node = network.nodes[3]
        #expect(await node.stop())
        let stopped = try Program.eco2(
          [
            "node", "--home", node.home, "--set", "store.free-disk-min-mib=16777216", "--set",
            "store.free-disk-warn-mib=16777216",
          ])
        #expect(stopped.status == 2)
        #expect(stopped.output.contains("below store.free-disk-min-mib"), "\(stopped.output)")
        #expect(stopped.output.contains("notice node: stopped"))
        try node.start()
        #expect(await node.isUp(within: .seconds(30)))
        #expect(await network.stop())
      }
    }

    @Test("passphrases, keys and seeds stand in no log, no error and no report")
    func secrets() async throws {
      let passphrase = "correct-horse-battery-staple"
      try await LiveNetwork.withFolder { path in
        let network = try LiveNetwork.make(at: path)
        let home = network.nodes[0].home
        var secrets = [passphrase]
        for name in ["consensus", "transport"] {
          let file = home + "/keys/\(name).pem"
          let seed = try KeyFile.read(path: file, passphrase: [], allowUnencrypted: true)
          let pem = try String(contentsOfFile: file, encoding: .utf8)
          try FileManager.default.removeItem(atPath: file)
          try KeyFile.write(seed: seed, passphrase: Array(passphrase.utf8), to: file)
          let encrypted = try String(contentsOfFile: file, encoding: .utf8)
          secrets += [Hex.encode(seed), Data(seed).base64EncodedString(), "\(seed)"]
          secrets += (pem + encrypted).split(separator: "\n").map(String.init)
            .filter { !$0.hasPrefix("-----") && $0.count > 20 }
        }
        let settings = home + "/node.toml"
        let text = try String(contentsOfFile: settings, encoding: .utf8)
        try text.replacing("# level = \"notice\"", with: "level = \"trace\"").write(
          toFile: settings, atomically: true, encoding: .utf8)
        var told = ""
        let file = home + "/keys/passphrase"
        for line in [nil, "wrong-\(passphrase)\n", "\(passphrase)\n"] {
          if let line {
            #expect(
              FileManager.default.createFile(
                atPath: file, contents: Data(line.utf8), attributes: [.posixPermissions: 0o600]))
          }
          if line != "\(passphrase)\n" {
            let refused = try Program.eco2(["node", "--home", home])
            #expect(refused.status != 0)
            told += refused.output
          }
          told += try Program.eco2(["doctor", "--home", home, "--json"]).output
        }
        do {
          try await network.start()
          _ = try await network.block(3)
          told += try Program.eco2(
            ["config", "show", "--home", home], environment: ["ECO2_PASSPHRASE": passphrase]
          ).output
          told += try Program.eco2(["doctor", "--home", home]).output
          #expect(await network.stop())
        } catch {
          await network.killAll()
          throw error
        }
        let log = network.log(of: network.nodes[0])
        #expect(log.contains(" info ") && log.contains(" debug "), "\(log.prefix(2_000))")
        for secret in secrets {
          #expect(!(told + log).contains(secret), "a secret of \(secret.count) characters")
        }
        #expect(secrets.count >= 9)
      }
    }
  }
}
