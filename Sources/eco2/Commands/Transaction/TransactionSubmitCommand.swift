import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers
import Wallet

struct TransactionSubmitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit", abstract: "Submits a signed transaction file to a node.",
    discussion: """
      Submitting the same file twice does nothing twice: a sequence is used once.

      Examples:
        eco2 transaction submit pay.json
        eco2 transaction submit pay.json --node 127.0.0.1:8105 --wait accepted
      """)

  @Argument(help: "The transaction file.")
  var file: String

  @Option(help: "Return when it is accepted (it will be in a block) or final (it is).")
  var wait = SubmissionWait.final

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let file = try NamedTransactionFile(file).file
    let transaction = try file.transaction()
    let client = NodeClient(node.node)
    let status = try await client.status()
    guard status.chain == file.chain.hex else {
      throw ValidationError(
        "The file is for the chain \(file.chain.hex), the node at \(node.node) is of "
          + "\(status.chain) (\(status.network)).")
    }
    let answer = try await client.submit(
      [transaction.bytes], wait: wait == .final ? .final : .accepted)
    await client.close()
    guard let first = answer.transactions.first else {
      throw ClientError.malformedAnswer("it says nothing of the transaction")
    }
    try output.show(first) { SubmissionReport.text(first) }
    if !wait.isReached(by: first) { throw ExitCode.failure }
  }
}
