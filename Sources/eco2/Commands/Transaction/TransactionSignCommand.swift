import ArgumentParser
import LedgerCore
import Wallet

struct TransactionSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Signs a transaction file; asks no node.",
    discussion: """
      Shows what is signed, and asks. The file must say what its bytes do. Several sign one after \
      another, or each a copy (eco2 transaction merge).

      Examples:
        eco2 transaction sign pay.json --key savings
        eco2 transaction sign pay.json --key cold.pem --out signed.json
        eco2 transaction sign pay.json --key company --as-sponsor --yes
      """)

  @Argument(help: "The transaction file.")
  var file: String

  @Option(help: "Whose key: an account of the keyring, or a key file.", transform: keyReference)
  var key: KeyReference

  @Flag(help: "Sign as the sponsor, who pays, instead of as the sender.")
  var asSponsor = false

  @Option(help: "The file to make; without it the signature goes into the file itself.")
  var out: String?

  @Flag(help: "Do not ask.")
  var yes = false

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var named = try NamedTransactionFile(file)
    Printing.complain("To be signed:\n\n\(TransactionReport(named.file).text)\n")
    try Terminal.confirm("Sign this?", isGiven: yes)
    let signer = try KeyAccess.open(
      key, keyring, passphrase, isTest: named.file.network == .test)
    try named.file.sign(signer, asSponsor: asSponsor)
    try named.write(to: out)
    let account = asSponsor ? named.file.body.sponsor : named.file.body.sender
    if account != AccountID(signer.publicKey) {
      Printing.complain(
        "Note: this is not the first key of the \(asSponsor ? "sponsor" : "sender"). It counts "
          + "only if that account's keys on the chain hold it.")
    }
    let report = TransactionReport(named.file)
    try output.show(report) {
      "Signed with the key \(signer.publicKey.hex); the file is \(out ?? file)."
    }
  }
}
