import ArgumentParser
import LedgerCore
import Wallet

struct KeyExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Writes an account's key, or its public key, as PEM.",
    discussion: """
      The private key is written as PKCS#8, mode 0600, under the same passphrase unless another is \
      given; `openssl pkey` opens it. The public key goes to standard output unless --out is given.

      Examples:
        eco2 key export savings --out backup.pem
        eco2 key export savings --out backup.pem --new-passphrase-file other.txt
        eco2 key export savings --public
        eco2 key export play --out play.pem --unencrypted
      """)

  @Argument(help: "The account's name, or a key file.", transform: keyReference)
  var name: KeyReference

  @Flag(name: .customLong("public"), help: "The public key only; asks no passphrase.")
  var isPublic = false

  @Flag(help: "Write the private key without encryption: whoever reads the file has the account.")
  var unencrypted = false

  @Option(help: "The file to make; an existing one is never touched.")
  var out: String?

  @Option(help: "File whose first line is the passphrase of the file to make.")
  var newPassphraseFile: String?

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard isPublic || out != nil else {
      throw ValidationError("Say where to: --out FILE. (A private key is not printed.)")
    }
    guard !(isPublic && unencrypted), !(newPassphraseFile != nil && (isPublic || unencrypted))
    else {
      throw ValidationError("--public, --unencrypted and --new-passphrase-file exclude each other.")
    }
  }

  func run() throws {
    if isPublic {
      try exportPublic()
    } else if let out {
      try exportPrivate(to: out)
    }
  }

  private func exportPublic() throws {
    let key =
      switch name {
      case .file(let path): try KeyAccess.open(path, passphrase, isTest: true).publicKey
      case .account(let account): try keyring.open().entry(account).publicKey
      }
    guard let out else {
      struct Answer: Encodable {
        let publicKey: String
        let pem: String
      }
      // The text ends its last line itself.
      let text = String(key.pem.dropLast())
      return try output.show(Answer(publicKey: key.hex, pem: key.pem)) { text }
    }
    try WholeFile.create(out, Array(key.pem.utf8), mode: 0o644)
    let facts = KeyCommand.Facts(key, file: out)
    try output.show(facts) { facts.text }
  }

  private func exportPrivate(to out: String) throws {
    // Asked for once, because the new file has the same.
    var secret = try passphrase.passphrase(prompt: "Passphrase: ")
    defer { KeyFile.erase(&secret) }
    let key: SigningKey
    switch name {
    case .account(let account): key = try keyring.open().open(account, passphrase: secret)
    case .file(let path):
      var seed = try KeyFile.read(path: path, passphrase: secret)
      defer { KeyFile.erase(&seed) }
      guard let opened = SigningKey(seed: seed) else { throw KeyFileError.notAKeyFile(path: path) }
      key = opened
    }
    var chosen = try newPassphraseFile.map(PassphraseOptions.firstLine) ?? secret
    defer { KeyFile.erase(&chosen) }
    if unencrypted {
      Printing.complain(
        "Warning: \(out) is not encrypted. Whoever reads it has the account; delete it after use.")
    }
    try KeyAccess.write(key, to: out, passphrase: unencrypted ? nil : chosen)
    let facts = KeyCommand.Facts(key.publicKey, file: out)
    try output.show(facts) { facts.text }
  }
}
