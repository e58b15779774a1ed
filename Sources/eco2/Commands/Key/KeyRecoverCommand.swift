import ArgumentParser
import Foundation
import LedgerCore
import Wallet

struct KeyRecoverCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recover", abstract: "Recovers an account from its words.",
    discussion: """
      The words are asked for one by one, without echo, and checked as they come; or they are read \
      from standard input or a file. The same words have many accounts, by number.

      Examples:
        eco2 key recover savings
        eco2 key recover savings-1 --account 1
        eco2 key recover till --words-file words.txt --passphrase-file secret.txt
      """)

  @Argument(help: "The account's name in the keyring.", transform: accountName)
  var name: AccountName

  @Option(help: "Read the words from this file.")
  var wordsFile: String?

  @Option(help: "How many words are asked for on the terminal: 12, 15, 18, 21 or 24.")
  var words = 24

  @Option(help: "Which account of the words, from 0.")
  var account: UInt32 = 0

  @OptionGroup var wordsPassphrase: WordsPassphraseOptions

  @Flag(help: "Replace the key of this name, which is gone then.")
  var force = false

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard Mnemonic.wordCounts.contains(words) else {
      throw ValidationError("--words is 12, 15, 18, 21 or 24.")
    }
    guard account <= WalletLimits.indexMax else {
      throw ValidationError("--account is at most \(WalletLimits.indexMax).")
    }
  }

  func run() throws {
    let keyring = try keyring.open()
    if !force, FileManager.default.fileExists(atPath: keyring.keyFile(name)) {
      throw KeyringError.accountExists(name, path: keyring.path)
    }
    let mnemonic = try readWords()
    let extra = try wordsPassphrase.read(isNew: false)
    let key = try mnemonic.account(account, passphrase: extra)
    var secret = try passphrase.newPassphrase()
    defer { KeyFile.erase(&secret) }
    try keyring.add(
      name, key, passphrase: secret, path: DerivationPath(account: account), replacing: force)
    let facts = KeyCommand.Facts(try keyring.entry(name), in: keyring)
    try output.show(facts) { facts.text }
  }

  private func readWords() throws -> Mnemonic {
    if let wordsFile {
      return try Self.mnemonic(
        WholeFile.read(wordsFile, bytesMax: WalletLimits.sentenceBytesMax))
    }
    guard Terminal.isInteractive else {
      return try Self.mnemonic(
        WholeFile.readStandardInput(bytesMax: WalletLimits.sentenceBytesMax))
    }
    return try Mnemonic(sentence: ask().joined(separator: " "))
  }

  /// Asks for the words; each line may hold one or several. One that is not on the list is asked
  /// for again.
  private func ask() throws -> [String] {
    var found: [String] = []
    while found.count < words {
      guard let line = Terminal.secret("Word \(found.count + 1) of \(words): ") else {
        throw ValidationError("Nobody is here to ask for the words.")
      }
      guard let text = String(validating: line, as: UTF8.self), !text.isEmpty else { continue }
      for word in text.split(whereSeparator: \.isWhitespace) {
        do throws(MnemonicError) {
          try Mnemonic.requireWord(String(word), position: found.count + 1)
        } catch {
          Printing.complain("\(error) Go on from this word.")
          break
        }
        found.append(String(word))
      }
    }
    return found
  }

  private static func mnemonic(_ bytes: [UInt8]) throws -> Mnemonic {
    var bytes = bytes
    defer { KeyFile.erase(&bytes) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ValidationError("The words are not UTF-8 text.")
    }
    return try Mnemonic(sentence: text)
  }
}
