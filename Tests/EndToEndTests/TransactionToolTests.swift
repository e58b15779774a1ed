import Foundation
import LocalNetwork
import Testing

extension EndToEndTests {
  @Suite("eco2 transaction")
  struct TransactionToolTests {
    private let chain = String(repeating: "ab", count: 32)

    private func offline(_ tool: Tool, from: String) -> [String] {
      [
        "transaction", "build", "--offline", "--network", "test", "--chain", chain, "--sequence",
        "7", "--valid-until", "900", "--charge-max", "0.01ecc", "--fee-max", "0.1eco2", "--from",
        from,
      ]
    }

    @Test("a transaction is built and signed without any node, and shows what it does")
    func withoutNode() async throws {
      try await Tool.with { tool in
        try tool.makeAccount("anna")
        try tool.makeAccount("otto")
        let otto = try tool.address("otto")
        let file = tool.path("pay.json")
        let missing = try tool.run([
          "transaction", "build", "--offline", "--from", "anna", "--transfer", "\(otto):1:ECO2",
        ])
        #expect(missing.status != 0)
        #expect(missing.complaints.contains("Offline, also give --network, --chain, --sequence"))
        _ = try tool.succeed(
          offline(tool, from: "anna") + ["--transfer", "\(otto):12.5:ECO2", "--out", file])
        let unsigned = try tool.succeed(["transaction", "show", file])
        #expect(unsigned.output.contains("send 12.5 ECO2 to \(otto)"))
        #expect(unsigned.output.contains("has not signed yet"))

        let unasked = try tool.run(["transaction", "sign", file, "--key", "anna"])
        #expect(unasked.status != 0 && unasked.complaints.contains("say --yes"))
        let signed = try tool.succeed(["transaction", "sign", file, "--key", "anna", "--yes"])
        #expect(signed.complaints.contains("send 12.5 ECO2 to \(otto)"))
        let shown = try tool.succeed(["transaction", "show", file, "--json"])
        #expect(shown.output.contains("\"isSigned\" : true"))
        let sponsor = ["transaction", "sign", file, "--key", "otto", "--as-sponsor", "--yes"]
        #expect(try tool.run(sponsor).complaints.contains("names no sponsor"))
        let unreachable = try tool.run(["transaction", "submit", file, "--node", "127.0.0.1:1"])
        #expect(unreachable.status != 0 && unreachable.complaints.contains("127.0.0.1:1"))
      }
    }

    @Test("a file whose contents were changed is neither shown, signed nor submitted")
    func changedContents() async throws {
      try await Tool.with { tool in
        try tool.makeAccount("anna")
        let file = tool.path("pay.json")
        let to = try tool.address("anna")
        _ = try tool.succeed(
          offline(tool, from: "anna") + ["--transfer", "\(to):9:ECC", "--out", file])
        let text = try String(contentsOfFile: file, encoding: .utf8)
        try text.replacing("\"9000000\"", with: "\"1000000\"")
          .write(toFile: file, atomically: true, encoding: .utf8)
        for command in [["show"], ["sign", "--key", "anna", "--yes"], ["submit"]] {
          let result = try tool.run(["transaction"] + command + [file])
          #expect(result.status != 0)
          #expect(
            result.complaints.contains("contents.operations[0].amount"), "\(result.complaints)")
        }
      }
    }

    @Test("a file says nothing to the terminal, and twice the same nothing at all")
    func hostileFile() async throws {
      try await Tool.with { tool in
        try tool.makeAccount("anna")
        let file = tool.path("pay.json")
        let to = try tool.address("anna")
        _ = try tool.succeed(
          offline(tool, from: "anna") + ["--transfer", "\(to):9:ECC", "--out", file])
        let text = try String(contentsOfFile: file, encoding: .utf8)
        func show(_ addition: String) throws -> Tool.Result {
          try ("{" + addition + text.dropFirst())
            .write(toFile: file, atomically: true, encoding: .utf8)
          return try tool.run(["transaction", "show", file])
        }
        let acting = try show("\"\\u001b[2J\\u202e\": 1,")
        #expect(acting.status != 0)
        #expect(acting.complaints.contains("\\u001b[2J\\u202e"), "\(acting.complaints)")
        #expect(!acting.complaints.contains("\u{1B}") && !acting.complaints.contains("\u{202E}"))
        let double = try show("\"b\\u006fdy\": \"00\",")
        #expect(double.status != 0)
        #expect(double.complaints.contains("the name `body` stands twice"), "\(double.complaints)")
      }
    }

    @Test("many transfers come from a file, and signatures of copies are gathered")
    func listsAndCopies() async throws {
      try await Tool.with { tool in
        for name in ["anna", "otto", "ines"] { try tool.makeAccount(name) }
        let (otto, ines) = (try tool.address("otto"), try tool.address("ines"))
        try "address,amount,token\n\(otto),1,ECO2\n\(ines),2,ECC\n"
          .write(toFile: tool.path("wages.csv"), atomically: true, encoding: .utf8)
        let build =
          offline(tool, from: try tool.address("anna")) + [
            "--sponsor", otto, "--transfers", tool.path("wages.csv"), "--out",
          ]
        let file = tool.path("wages.json")
        _ = try tool.succeed(build + [file])
        _ = try tool.succeed([
          "transaction", "sign", file, "--key", "anna", "--yes", "--out", tool.path("a.json"),
        ])
        _ = try tool.succeed([
          "transaction", "sign", file, "--key", "otto", "--as-sponsor", "--yes", "--out",
          tool.path("b.json"),
        ])
        let merged = try tool.succeed([
          "transaction", "merge", file, tool.path("a.json"), tool.path("b.json"), "--json",
        ])
        #expect(merged.output.contains("\"isSigned\" : true"))
        // Somebody else's key may sign: for an account whose keys on the chain hold it.
        let note = try tool.succeed(["transaction", "sign", file, "--key", "ines", "--yes"])
        #expect(note.complaints.contains("not the first key of the sender"))
        try "\(otto),1,DOLLAR\n"
          .write(toFile: tool.path("wages.csv"), atomically: true, encoding: .utf8)
        let wrong = try tool.run(build + [tool.path("x.json")])
        #expect(wrong.status != 0 && wrong.complaints.contains("entry 1: `DOLLAR` is no token"))
      }
    }

    @Test(
      "built by a node, signed by recovered, sponsoring and several keys, it is final",
      .timeLimit(.minutes(2)))
    func onNetwork() async throws {
      try await LiveNetwork.run { network in
        try await Tool.with { tool in
          let node = ["--node", "\(network.addresses[0])"]
          let treasury = network.folder.accountKey("treasury")
          for name in ["anna", "otto"] { try tool.makeAccount(name) }
          let (anna, otto) = (try tool.address("anna"), try tool.address("otto"))
          let file = tool.path("pay.json")
          func build(_ arguments: [String]) throws {
            try? FileManager.default.removeItem(atPath: file)
            _ = try tool.succeed(["transaction", "build", "--out", file] + arguments + node)
          }
          func sign(_ key: String, _ more: String...) throws {
            _ = try tool.succeed(["transaction", "sign", file, "--key", key, "--yes"] + more)
          }
          func submit() throws -> Tool.Result {
            try tool.run(["transaction", "submit", file] + node)
          }

          // Many operations, of a key file.
          let sender = try network.key("treasury").address
          try build([
            "--from", sender, "--transfer", "\(anna):50:ECO2", "--transfer", "\(anna):2:ECC",
            "--transfer", "\(otto):50:ECO2", "--transfer", "\(otto):2:ECC",
          ])
          try sign(treasury)
          let first = try submit()
          #expect(first.output.contains("final, at height"), "\(first)")
          // Submitted again it does not happen again.
          #expect(try submit().output.contains("final, at height"))

          // Anna's account: from now on two of two keys.
          let keys = try ["anna", "otto"].map { name in
            let shown = try tool.succeed(["key", "show", name, "--json"]).output
            return try #require(shown.firstMatch(of: /"publicKey" : "([0-9a-f]{64})"/)?.1)
          }
          try build(["--from", "anna", "--set-authority", "2:\(keys[0]),\(keys[1])"])
          try sign("anna")
          let change = try submit()
          #expect(change.output.contains("final, at height"), "\(change)")

          try build(["--from", "anna", "--transfer", "\(otto):1:ECO2", "--sponsor", "otto"])
          try sign("anna")
          try sign("otto", "--as-sponsor")
          let tooFew = try submit()
          #expect(tooFew.status != 0, "one of two keys must not do: \(tooFew)")
          try sign("otto")
          let both = try submit()
          #expect(both.output.contains("final, at height"), "\(both)")

          let sent = try tool.run(["send", "--from", "otto", "--to", anna, "1eco2"] + node)
          #expect(sent.output.contains("final, at height"), "\(sent)")
        }
      }
    }
  }
}
