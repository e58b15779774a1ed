import ArgumentParser
import LedgerCore

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Makes and shows account keys.",
    discussion: """
      A key file is PKCS#8 PEM, encrypted with PBES2/scrypt, mode 0600; `openssl pkey` opens it.

      Examples:
        eco2 key new mine.pem
        eco2 key new play.pem --test
        eco2 key show mine.pem
        eco2 key address play.pem --test
      """,
    subcommands: [New.self, Show.self, Address.self])

  /// What is shown of a key; never its secret.
  struct Facts: Encodable {
    let file: String
    let publicKey: String
    let address: String
    let testAddress: String

    init(_ key: SigningKey, file: String) {
      let account = AccountID(key.publicKey)
      self.file = file
      publicKey = key.publicKey.hex
      address = account.address(network: .main)
      testAddress = account.address(network: .test)
    }

    var text: String {
      Printing.facts([
        ("key file", file), ("public key", publicKey), ("address", address),
        ("on test networks", testAddress),
      ])
    }
  }

  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new key file; an existing file is never touched.")

    @Argument(help: "The file to make.")
    var file: String

    @Flag(help: "Leave it unencrypted: for test networks, whose keys guard nothing.")
    var test = false

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let key = try SigningKey.generate()
      let secret = test ? nil : try passphrase.newPassphrase()
      try KeyAccess.write(key, to: file, passphrase: secret)
      let facts = Facts(key, file: file)
      try output.show(facts) { facts.text }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows a key file's public key and addresses.")

    @Argument(help: "The key file.")
    var file: String

    @OptionGroup var passphrase: PassphraseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let facts = Facts(try KeyAccess.open(file, passphrase, isTest: true), file: file)
      try output.show(facts) { facts.text }
    }
  }

  struct Address: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the address of a key file, and nothing else.")

    @Argument(help: "The key file.")
    var file: String

    @Flag(help: "The address on test networks.")
    var test = false

    @OptionGroup var passphrase: PassphraseOptions

    func run() throws {
      let key = try KeyAccess.open(file, passphrase, isTest: true)
      Printing.line(AccountID(key.publicKey).address(network: test ? .test : .main))
    }
  }
}
