import ArgumentParser
import LedgerCore
import Wallet

struct KeyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Makes, keeps and uses account keys.",
    discussion: """
      Accounts have names in a keyring: a folder of encrypted key files (PKCS#8 PEM with PBES2 and \
      scrypt, mode 0600), each of which `openssl pkey` opens. A new account comes with 24 words: \
      written on paper they are the backup of the key. Whatever has a dot or a slash in its name \
      is a key file outside of the keyring.

      Examples:
        eco2 key new savings
        eco2 key recover savings
        eco2 key list
        eco2 key show savings
        eco2 key export savings --public
        eco2 key sign savings --text "I run node seven."
        eco2 key new play.pem --test
      """,
    subcommands: [
      KeyNewCommand.self, KeyRecoverCommand.self, KeyListCommand.self, KeyShowCommand.self,
      KeyAddressCommand.self, KeyExportCommand.self, KeySignCommand.self, KeyVerifyCommand.self,
    ])

  /// What is shown of a key; never its secret.
  struct Facts: Encodable {
    var name: String?
    var file: String?
    let publicKey: String
    let address: String
    let testAddress: String
    /// Where it lies below its words' seed.
    var path: String?

    init(_ key: PublicKey) {
      let account = AccountID(key)
      publicKey = key.hex
      address = account.address(network: .main)
      testAddress = account.address(network: .test)
    }

    init(_ key: PublicKey, file: String) {
      self.init(key)
      self.file = file
    }

    init(_ entry: KeyringEntry, in keyring: Keyring) {
      self.init(entry.publicKey, file: keyring.keyFile(entry.name))
      name = entry.name.description
      path = entry.path?.description
    }

    var text: String {
      var facts: [(String, String)] = []
      if let name { facts.append(("account", name)) }
      if let file { facts.append(("key file", file)) }
      facts += [
        ("public key", publicKey), ("address", address), ("on test networks", testAddress),
      ]
      if let path { facts.append(("path", path)) }
      return Printing.facts(facts)
    }
  }
}
