import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import Testing

extension EndToEndTests {
  @Suite("eco2 state")
  struct StateToolTests {
    private struct Record: Decodable {
      let name: String
      let key: String
      let exists: Bool
      let value: String?
      let height: UInt64
      let stateRoot: String
      let rootFrom: String
      let proof: String?
    }

    private struct Verification: Decodable {
      struct Finding: Decodable { let text: String }
      let isSound: Bool
      let records: UInt64
      let root: String?
      let certifiedRoot: String?
      let findings: [Finding]
    }

    private static func json<Answer: Decodable>(
      _ arguments: [String], as type: Answer.Type, status: Int32 = 0
    ) throws -> Answer {
      let result = try Program.eco2(arguments + ["--json"])
      #expect(result.status == status, "\(arguments): \(result.output)")
      return try JSONDecoder().decode(type, from: Data(result.output.utf8))
    }

    /// A proof as it was printed, verified here.
    private static func verify(_ record: Record) throws {
      let bytes = try #require(record.proof.flatMap(Hex.decode))
      let root = try #require(Hex.decode(record.stateRoot))
      let key = try #require(Hex.decode(record.key))
      let proof = try CommitmentProof(protobuf: bytes)
      if let value = record.value.flatMap(Hex.decode) {
        try ProofSpec.smt.verifyMembership(proof, root: root, key: key, value: value)
      } else {
        try ProofSpec.smt.verifyNonMembership(proof, root: root, key: key)
      }
      #expect(record.exists == (record.value != nil))
    }

    /// Flips a bit of the state's file, wherever these bytes stand in it.
    private static func flip(_ home: String, at pattern: [UInt8], plus offset: Int) throws {
      let file = URL(fileURLWithPath: home + "/data/state/data.mdb")
      var data = try Data(contentsOf: file)
      var from = data.startIndex
      var found = 0
      while let place = data.range(of: Data(pattern), in: from..<data.endIndex) {
        data[place.lowerBound + offset] ^= 1
        found += 1
        from = place.upperBound
      }
      try #require(found > 0)
      try data.write(to: file)
    }

    @Test(
      "records of a running node are shown and proved, by name, address and bytes",
      .timeLimit(.minutes(2)))
    func running() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(2)
        let node = ["--node", "\(network.addresses[0])"]
        let genesis = network.folder.genesisPath
        let treasury = try network.key("treasury").address
        let names = [
          "account:\(treasury)", treasury, "tip", "0002", "lot:0", "block:1", "activeFactor:DEU",
          "node:\(treasury)", "0002ff",
        ]
        var found: [Record] = []
        for name in names {
          let get = ["state", "get", name, "--proof", "--genesis", genesis] + node
          let record = try Self.json(get, as: Record.self)
          try Self.verify(record)
          #expect(record.rootFrom.hasPrefix("signed by 3 or more of 4"))
          found.append(record)
        }
        #expect(found.map(\.exists) == [true, true, true, true, true, true, true, false, false])
        #expect(found[0].key == found[1].key && found[2].key == found[3].key)
        #expect(found[1].name == names[0] && found[3].name == "tip" && found[8].name == "0002ff")

        let text = try Program.eco2(["state", "get", treasury] + node)
        #expect(text.status == 0 && text.output.contains("sequences.highest"), "\(text.output)")
        #expect(text.output.contains("the node's word") && !text.output.contains("proof (ICS-23"))
        for wrong in ["account:eco2qqq", "lot", "lot:x", "tip:1", "nothing:1", "xyz", ""] {
          #expect(try Program.eco2(["state", "get", wrong] + node).status != 0, "\(wrong)")
        }

        // A node has its home to itself.
        for command in [["stat"], ["get", "tip"], ["verify"], ["reindex"]] {
          let home = network.nodes[0].home
          let refused = try Program.eco2(["state"] + command + ["--home", home])
          #expect(refused.status != 0)
          #expect(refused.output.contains("uses \(home)/data"), "\(refused.output)")
        }
      }
    }

    @Test(
      "a stopped home is counted, verified and reindexed; a flipped byte is found and named",
      .timeLimit(.minutes(2)))
    func stopped() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(2)
        #expect(await network.stop())
        let home = network.nodes[0].home
        let at = ["--home", home]
        let treasury = try network.key("treasury")

        let stat = try Program.eco2(["state", "stat"] + at)
        #expect(stat.status == 0, "\(stat.output)")
        for word in ["accounts", "issuances", "branch", "tree", "segment", "nodeCarbon"] {
          #expect(stat.output.contains(word), "\(stat.output)")
        }
        let whole = try Self.json(["state", "verify"] + at, as: Verification.self)
        #expect(whole.isSound && whole.findings.isEmpty && whole.root != nil)
        // The bar is for a person at a terminal.
        let plain = try Program.eco2(["state", "verify"] + at)
        #expect(!plain.output.contains("verifying"))
        try await Tool.with { tool in
          let command = "\(LiveNetwork.eco2) state verify --home \(home)"
          let seen = try tool.run("/usr/bin/env", ["script", "-qec", command, "/dev/null"])
          #expect(seen.status == 0)
          #expect(seen.output.contains("\(whole.records) of \(whole.records) records"))
        }
        for name in [treasury.address, "lot:1", "lot:999999"] {
          let record = try Self.json(["state", "get", name, "--proof"] + at, as: Record.self)
          try Self.verify(record)
          #expect(record.stateRoot == whole.root)
        }

        try Self.flip(home, at: Array("issuances".utf8), plus: 15)
        let index = try Program.eco2(["state", "verify"] + at)
        #expect(
          index.status != 0 && index.output.contains("index issuances"), "\(index.output)")
        let unknown = try Program.eco2(["state", "reindex", "lost-issuances"] + at)
        #expect(
          unknown.status != 0 && unknown.output.contains("issuances, lots"), "\(unknown.output)")
        let reindexed = try Program.eco2(["state", "reindex"] + at)
        #expect(reindexed.status == 0, "\(reindexed.output)")
        #expect(try Program.eco2(["state", "verify"] + at).status == 0)

        let key = RecordKind.account.keyPrefix + treasury.account.bytes.array
        let path = SHA256.hash(key).hex
        try Self.flip(home, at: key, plus: 36)
        let record = try Self.json(["state", "verify"] + at, as: Verification.self, status: 1)
        #expect(!record.isSound && record.root == nil)
        #expect(record.findings.contains { $0.text.contains("record at path \(path)") })
        for command in [["get", treasury.address], ["reindex"]] {
          let refused = try Program.eco2(["state"] + command + at)
          #expect(refused.status != 0 && refused.output.contains(path))
        }
      }
    }
  }
}
