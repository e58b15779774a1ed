import ArgumentParser
import Foundation
import LedgerCore
import Wallet

struct KeyNewCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Makes a new account, or a key file.",
    discussion: """
      An account of the keyring comes with words that recover it anywhere. They are shown once, on \
      the terminal only, or written to a new file of mode 0600. A key file outside of the keyring \
      has no words: a copy of the file is its backup.

      Examples:
        eco2 key new savings
        eco2 key new savings --words 12 --words-passphrase
        eco2 key new till --passphrase-file secret.txt --words-file words.txt --yes
        eco2 key new mine.pem
        eco2 key new play.pem --test
      """)

  @Argument(help: "The account's name, or the key file to make.", transform: keyReference)
  var name: KeyReference

  @Option(help: "How many words, 12 or 24.")
  var words = 24

  @Option(help: "Write the words to this new file, mode 0600, instead of showing them.")
  var wordsFile: String?

  @Option(help: "Which account of the words, from 0.")
  var account: UInt32 = 0

  @OptionGroup var wordsPassphrase: WordsPassphraseOptions

  @Flag(help: "Replace the key of this name, which is gone then.")
  var force = false

  @Flag(help: "Do not ask whether the words are written down.")
  var yes = false

  @Flag(help: "Leave a key file unencrypted: for test networks, whose keys guard nothing.")
  var test = false

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard words == 12 || words == 24 else { throw ValidationError("--words is 12 or 24.") }
    guard account <= WalletLimits.indexMax else {
      throw ValidationError("--account is at most \(WalletLimits.indexMax).")
    }
    if case .account = name {
      if test {
        throw ValidationError(
          "Accounts of the keyring are always encrypted; --test is for key files.")
      }
    } else if wordsFile != nil || force {
      throw ValidationError("A key file has no words, and is never overwritten.")
    }
  }

  func run() throws {
    switch name {
    case .file(let path): try makeFile(path)
    case .account(let name): try makeAccount(name)
    }
  }

  private func makeFile(_ path: String) throws {
    let key = try SigningKey.generate()
    var secret = test ? [] : try passphrase.newPassphrase()
    defer { KeyFile.erase(&secret) }
    try KeyAccess.write(key, to: path, passphrase: test ? nil : secret)
    let facts = KeyCommand.Facts(key.publicKey, file: path)
    try output.show(facts) { facts.text }
  }

  private func makeAccount(_ name: AccountName) throws {
    let keyring = try keyring.open()
    if !force, FileManager.default.fileExists(atPath: keyring.keyFile(name)) {
      throw KeyringError.accountExists(name, path: keyring.path)
    }
    let mnemonic = try Mnemonic.generate(wordCount: words)
    let extra = try wordsPassphrase.read(isNew: true)
    let key = try mnemonic.account(account, passphrase: extra)
    var secret = try passphrase.newPassphrase()
    defer { KeyFile.erase(&secret) }
    try hand(over: mnemonic)
    try keyring.add(
      name, key, passphrase: secret, path: DerivationPath(account: account), replacing: force)
    let facts = KeyCommand.Facts(try keyring.entry(name), in: keyring)
    try output.show(facts) { facts.text }
  }

  /// Shows the words once, or writes them. They go to the terminal itself: standard output may be a
  /// file, a pipe or a log.
  private func hand(over mnemonic: borrowing Mnemonic) throws {
    if let wordsFile {
      var bytes = Array((mnemonic.sentence + "\n").utf8)
      defer { KeyFile.erase(&bytes) }
      try WholeFile.create(wordsFile, bytes, mode: 0o600)
      Printing.complain("The words are in \(wordsFile): whoever reads them has the account.")
      return
    }
    let list = mnemonic.words.enumerated().map { position, word in
      let number = position < 9 ? " \(position + 1)" : "\(position + 1)"
      return "  \(number) \(word.padding(toLength: 10, withPad: " ", startingAt: 0))"
    }
    let rows = stride(from: 0, to: list.count, by: 4).map { list[$0..<$0 + 4].joined() }
    let text =
      "\nThe words of this account, shown this once. Write them on paper, in order. Whoever has\n"
      + "them has the account; without them and without the key file it is lost.\n\n"
      + rows.joined(separator: "\n") + "\n\n"
    guard Terminal.show(text) else {
      throw ValidationError("There is no terminal to show the words on; give --words-file FILE.")
    }
    try Terminal.confirm("Are they written down?", isGiven: yes)
  }
}
