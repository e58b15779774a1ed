import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Shows an account's balances and keys.",
    discussion: """
      Examples:
        eco2 account eco2t1qqq…
        eco2 account eco2t1qqq… --json
      """)

  @Argument(help: "The account's address.")
  var address: String

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = NodeClient(node.node)
    let account = try await client.account(address)
    await client.close()
    try output.show(account) { text(account) }
  }

  private func text(_ account: AccountAnswer) -> String {
    func tokens(_ token: Token, _ units: String) -> String {
      UInt128(units).map { "\(token.format(Amount($0))) \(token.symbol)" } ?? units
    }
    return Printing.facts([
      ("address", account.address),
      ("at height", "\(account.height)" + (account.exists ? "" : " (nothing has reached it yet)")),
      ("ECO2", tokens(.eco2, account.eco2)),
      ("ECC", tokens(.ecc, account.ecc)),
      ("sequence", "\(account.sequence)"),
      ("authority", "\(account.threshold) of \(account.keys.count) keys"),
    ])
  }
}
