import ArgumentParser
import LedgerCore
import Wallet

struct KeyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows an account's or key file's public key and addresses.",
    discussion: """
      An account of the keyring is shown without its passphrase, from the keyring's index; --check \
      opens its key file, which is the truth, and puts the index right.

      Examples:
        eco2 key show savings
        eco2 key show savings --check
        eco2 key show mine.pem --json
      """)

  @Argument(help: "The account's name, or a key file.", transform: keyReference)
  var name: KeyReference

  @Flag(help: "Open the key file, and put the keyring's index right.")
  var check = false

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let facts =
      switch name {
      case .file(let path):
        KeyCommand.Facts(
          try KeyAccess.open(path, passphrase, isTest: true).publicKey, file: path)
      case .account(let account): try facts(account)
      }
    try output.show(facts) { facts.text }
  }

  private func facts(_ account: AccountName) throws -> KeyCommand.Facts {
    if check { _ = try KeyAccess.open(name, keyring, passphrase, isTest: false) }
    let keyring = try keyring.open()
    return KeyCommand.Facts(try keyring.entry(account), in: keyring)
  }
}

struct KeyAddressCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "address", abstract: "Prints an account's address, and nothing else.",
    discussion: """
      Examples:
        eco2 key address savings
        eco2 key address play.pem --test
      """)

  @Argument(help: "The account's name, or a key file.", transform: keyReference)
  var name: KeyReference

  @Flag(help: "The address on test networks.")
  var test = false

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let key =
      switch name {
      case .file(let path): try KeyAccess.open(path, passphrase, isTest: true).publicKey
      case .account(let account): try keyring.open().entry(account).publicKey
      }
    let address = AccountID(key).address(network: test ? .test : .main)
    try output.show(["address": address]) { address }
  }
}
