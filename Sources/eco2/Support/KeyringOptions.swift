import ArgumentParser
import Foundation
import LedgerCore
import Wallet

/// `--keyring`, wherever an account is named.
struct KeyringOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The keyring's folder; otherwise ECO2_KEYRING, otherwise ~/.eco2/keyring.",
      valueName: "folder"))
  var keyring: String?

  /// Opens the keyring, or makes its folder.
  func open() throws -> Keyring {
    let environment = ProcessInfo.processInfo.environment
    let named = keyring ?? environment["ECO2_KEYRING"] ?? ""
    let home = environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
    return try Keyring(path: named.isEmpty ? home + "/.eco2/keyring" : named)
  }
}

/// A key as commands name it: an account of the keyring, or a key file.
enum KeyReference: Equatable {
  case account(AccountName)
  /// Whatever has a dot or a slash, which no account's name has.
  case file(String)
}

/// Parses a key's name for an option of the type.
func keyReference(_ text: String) throws -> KeyReference {
  if text.contains(".") || text.contains("/") { return .file(text) }
  return .account(try accountName(text))
}

/// Parses an account's name for an option of the type.
func accountName(_ text: String) throws -> AccountName {
  guard let name = AccountName(text) else {
    throw ValidationError(
      "`\(text)` is no account's name: \(AccountName.rule). A key file is told by a dot or slash "
        + "in its name, such as ./mine.")
  }
  return name
}

/// Somebody whose public key is enough.
enum Holder {
  /// Reads an address, a public key in hexadecimal, an account of the keyring, or a key file that
  /// `passphrase` opens.
  static func publicKey(
    _ text: String, _ keyring: KeyringOptions, _ passphrase: PassphraseOptions
  ) throws -> PublicKey {
    for network in NetworkKind.allCases where text.hasPrefix(network.addressPrefix + "1") {
      return PublicKey(try AccountID(address: text, network: network).bytes)
    }
    if text.utf8.count == 64, let key = PublicKey(hex: text) { return key }
    switch try keyReference(text) {
    case .account(let name): return try keyring.open().entry(name).publicKey
    case .file(let path):
      return try KeyAccess.open(path, passphrase, isTest: true).publicKey
    }
  }
}

/// The passphrase that belongs to words, beside them; most people have none.
struct WordsPassphraseOptions: ParsableArguments {
  @Flag(help: "Ask for the passphrase that belongs to the words (BIP-39), beside them.")
  var wordsPassphrase = false

  @Option(help: "File whose first line is the passphrase that belongs to the words.")
  var wordsPassphraseFile: String?

  /// Empty when neither is given. It is a string, which nothing can overwrite.
  func read(isNew: Bool) throws -> String {
    if let wordsPassphraseFile {
      return String(decoding: try PassphraseOptions.firstLine(wordsPassphraseFile), as: UTF8.self)
    }
    guard wordsPassphrase else { return "" }
    guard let first = Terminal.secret("Passphrase of the words: ") else {
      throw ValidationError("Nobody is here to ask; give --words-passphrase-file.")
    }
    guard !isNew || Terminal.secret("The same again: ") == first else {
      throw ValidationError("The two differ; nothing was made.")
    }
    guard let text = String(validating: first, as: UTF8.self) else {
      throw ValidationError("The passphrase of words must be UTF-8 text.")
    }
    return text
  }
}
