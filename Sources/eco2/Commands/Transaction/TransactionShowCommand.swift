import ArgumentParser
import LedgerCore
import Wallet

struct TransactionShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what a transaction file says, checked against its bytes.",
    discussion: """
      Examples:
        eco2 transaction show pay.json
        eco2 transaction show pay.json --json
      """)

  @Argument(help: "The transaction file.")
  var file: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let report = TransactionReport(try NamedTransactionFile(file).file)
    try output.show(report) { report.text }
  }
}

struct TransactionMergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Gathers the signatures of copies of one transaction file.",
    discussion: """
      When several have signed copies side by side, instead of one after another.

      Examples:
        eco2 transaction merge pay.json pay-anna.json pay-otto.json
      """)

  @Argument(help: "The file that takes the signatures.")
  var file: String

  @Argument(help: "Signed copies of it.")
  var copies: [String]

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !copies.isEmpty else { throw ValidationError("Name the signed copies.") }
  }

  func run() throws {
    var named = try NamedTransactionFile(file)
    for copy in copies { try named.file.merge(NamedTransactionFile(copy).file) }
    try named.write(to: nil)
    let report = TransactionReport(named.file)
    try output.show(report) { report.text }
  }
}
