import Foundation
import Testing

extension EndToEndTests {
  @Suite("eco2 key")
  struct KeyToolTests {
    @Test("a new account's words recover it, and its key file opens with openssl")
    func newAndRecover() async throws {
      try await Tool.with { tool in
        let made = try tool.succeed(
          ["key", "new", "anna", "--words-file", tool.path("words"), "--yes"])
        let words = try String(contentsOfFile: tool.path("words"), encoding: .utf8)
        #expect(words.split(separator: " ").count == 24)
        let attributes = try FileManager.default.attributesOfItem(atPath: tool.path("words"))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        _ = try tool.succeed(["key", "recover", "again"], input: words)
        _ = try tool.succeed(
          ["key", "recover", "second", "--words-file", tool.path("words"), "--account", "1"])
        #expect(try tool.address("again") == tool.address("anna"))
        #expect(try tool.address("second") != tool.address("anna"))

        let pem = tool.path("keyring/anna.pem")
        let opened = try tool.run(
          "/usr/bin/env",
          ["openssl", "pkey", "-in", pem, "-passin", "env:ECO2_PASSPHRASE", "-pubout"])
        let shown = try tool.succeed(["key", "export", "anna", "--public"])
        #expect(opened.status == 0 && opened.output == shown.output)

        // Other words are another account.
        let other = try tool.succeed(
          ["key", "new", "short", "--words", "12", "--words-file", tool.path("short"), "--yes"])
        let short = try String(contentsOfFile: tool.path("short"), encoding: .utf8)
        #expect(short.split(separator: " ").count == 12)

        // No word is printed but those that are printed of any account: "address" is in the list.
        let labels = Self.words(other.output + other.complaints)
        let printed = Self.words(made.output + made.complaints).subtracting(labels)
        #expect(printed.isDisjoint(with: Self.words(words).subtracting(Self.words(short))))
      }
    }

    private static func words(_ text: String) -> Set<Substring> {
      Set(text.split { !$0.isLetter })
    }

    @Test("words are shown on the terminal, whatever standard output is, and kept nowhere")
    func shownOnce() async throws {
      try await Tool.with { tool in
        let file = tool.path("out.txt")
        let command = "'\(LiveNetwork.eco2)' key new anna --words 12 > '\(file)' 2> '\(file).err'"
        let session = try tool.run(
          "/usr/bin/env", ["script", "-q", "-e", "-c", command, "/dev/null"], input: "yes\n")
        #expect(session.status == 0, "\(session.output) \(session.complaints)")
        let words = session.output.matches(of: /(?:[0-9]+) ([a-z]{3,8})/).map { String($0.1) }
        #expect(words.count == 12, "\(session.output)")
        let sentence = words.joined(separator: " ")
        _ = try tool.succeed(["key", "recover", "again"], input: sentence)
        #expect(try tool.address("again") == tool.address("anna"))
        for name in [file, file + ".err", tool.path("keyring/index.json")] {
          let text = try String(contentsOfFile: name, encoding: .utf8)
          #expect(!words.filter { $0.count > 6 }.contains { text.contains($0) }, "\(name)")
          #expect(!text.contains(words.prefix(2).joined(separator: " ")), "\(name)")
        }
      }
    }

    @Test("wrong words are named, and make no account")
    func wrongWords() async throws {
      try await Tool.with { tool in
        let zeros = String(repeating: "abandon ", count: 11)
        let unknown = try tool.run(["key", "recover", "x"], input: zeros + "abuot")
        #expect(unknown.status != 0)
        #expect(unknown.complaints.contains("Word 12, `abuot`, is not on the list"))
        #expect(unknown.complaints.contains("Perhaps: about"))
        let checksum = try tool.run(["key", "recover", "x"], input: zeros + "above")
        #expect(checksum.status != 0)
        #expect(checksum.complaints.contains("word 12, `above` (perhaps `about`)"))
        let count = try tool.run(["key", "recover", "x"], input: zeros)
        #expect(count.status != 0 && count.complaints.contains("There are 11 words"))
        #expect(try tool.succeed(["key", "list"]).output.contains("has no accounts"))
        let right = try tool.succeed(["key", "recover", "x", "--json"], input: zeros + "about")
        #expect(right.output.contains("m/44'/1701015346'/0'"))
      }
    }

    @Test(
      "words go to nobody's pipe, keys are not replaced by chance, passphrases are no arguments")
    func care() async throws {
      try await Tool.with { tool in
        let unseen = try tool.run(
          "/usr/bin/env", ["setsid", "--wait", LiveNetwork.eco2, "key", "new", "anna", "--yes"])
        #expect(unseen.status != 0)
        #expect(unseen.complaints.contains("no terminal to show the words on"))
        try tool.makeAccount("anna")
        let before = try tool.address("anna")
        let again = ["key", "new", "anna", "--words-file", tool.path("other"), "--yes"]
        let kept = try tool.run(again)
        #expect(kept.status != 0 && kept.complaints.contains("has an account anna"))
        #expect(!FileManager.default.fileExists(atPath: tool.path("other")))
        #expect(try tool.address("anna") == before)
        _ = try tool.succeed(again + ["--force"])
        #expect(try tool.address("anna") != before)
        #expect(try tool.run(again + ["--passphrase", "x"]).status != 0)
        for name in ["Anna", "-x", "a b", "eco21qqqq"] {
          #expect(try tool.run(["key", "show", "--", name]).status != 0, "\(name)")
        }
      }
    }

    @Test("listing asks no passphrase, and a lost index comes back as keys are opened")
    func listing() async throws {
      try await Tool.with { tool in
        try tool.makeAccount("anna")
        let quiet = ["-u", "ECO2_PASSPHRASE", LiveNetwork.eco2, "key", "list", "--test"]
        let listed = try tool.run("/usr/bin/env", quiet)
        #expect(listed.status == 0)
        #expect(try listed.output.contains(tool.address("anna")))
        try FileManager.default.removeItem(atPath: tool.path("keyring/index.json"))
        let lost = try tool.run("/usr/bin/env", quiet)
        #expect(lost.output.contains("anna: not in the index yet"))
        _ = try tool.succeed(["key", "show", "anna", "--check"])
        #expect(try tool.succeed(["key", "list", "--json"]).output.contains("\"anna\""))
      }
    }

    @Test("an exported key is encrypted unless that is asked for, and is the same key")
    func exporting() async throws {
      try await Tool.with { tool in
        try tool.makeAccount("anna")
        let address = try tool.address("anna")
        let copy = tool.path("copy.pem")
        _ = try tool.succeed(["key", "export", "anna", "--out", copy])
        let text = try String(contentsOfFile: copy, encoding: .utf8)
        #expect(text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----"))
        #expect(try tool.succeed(["key", "address", copy, "--test"]).line == address)
        #expect(try tool.run(["key", "export", "anna", "--out", copy]).status != 0)
        #expect(try tool.run(["key", "export", "anna"]).status != 0)

        let plain = tool.path("plain.pem")
        let warned = try tool.succeed(
          ["key", "export", "anna", "--out", plain, "--unencrypted"])
        #expect(warned.complaints.contains("Warning"))
        let opened = try tool.run("/usr/bin/env", ["openssl", "pkey", "-in", plain, "-pubout"])
        #expect(try opened.output == tool.succeed(["key", "export", "anna", "--public"]).output)

        let other = tool.path("other.pem")
        try Data("another one\n".utf8).write(to: URL(fileURLWithPath: tool.path("secret")))
        _ = try tool.succeed([
          "key", "export", "anna", "--out", other, "--new-passphrase-file", tool.path("secret"),
        ])
        #expect(try tool.run(["key", "show", other]).status != 0)
        _ = try tool.succeed(["key", "show", other, "--passphrase-file", tool.path("secret")])
      }
    }

    @Test("what is signed verifies for the signer, these bytes and this chain, and for no others")
    func messages() async throws {
      try await Tool.with { tool in
        try tool.makeAccount("anna")
        try tool.makeAccount("otto")
        let signature = try tool.succeed(["key", "sign", "anna", "--text", "grün"]).line
        let check = ["--text", "grün", "--signature", signature]
        let signers = [
          "anna", try tool.address("anna"), try tool.succeed(["key", "address", "anna"]).line,
        ]
        for signer in signers { _ = try tool.succeed(["key", "verify", signer] + check) }
        _ = try tool.succeed(
          ["key", "verify", "anna", "--file", "-", "--signature", signature], input: "grün")
        let chain = String(repeating: "ab", count: 32)
        let others = [
          ["key", "verify", "otto"] + check,
          ["key", "verify", "anna", "--text", "gruen", "--signature", signature],
          ["key", "verify", "anna", "--chain", chain] + check,
        ]
        for arguments in others {
          let result = try tool.run(arguments)
          #expect(result.status == 1 && result.output.hasPrefix("NOT valid"))
        }
        let bound = try tool.succeed(
          ["key", "sign", "anna", "--text", "grün", "--chain", chain]
        ).line
        _ = try tool.succeed([
          "key", "verify", "anna", "--text", "grün", "--chain", chain, "--signature", bound,
        ])
      }
    }
  }
}
