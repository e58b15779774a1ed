import ArgumentParser
import LedgerCore
import Wallet

struct KeyListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the keyring's accounts; asks no passphrase.",
    discussion: """
      Examples:
        eco2 key list
        eco2 key list --test
        eco2 key list --keyring cold --json
      """)

  @Flag(help: "Show addresses of test networks.")
  var test = false

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var output: OutputOptions

  private struct Answer: Encodable {
    let keyring: String
    let accounts: [KeyCommand.Facts]
    /// Key files that the index does not know yet.
    let notIndexed: [String]
    /// Accounts whose key file is gone.
    let missing: [String]
  }

  func run() throws {
    let keyring = try keyring.open()
    let listing = try keyring.listing()
    let answer = Answer(
      keyring: keyring.path,
      accounts: listing.accounts.map { KeyCommand.Facts($0, in: keyring) },
      notIndexed: listing.notIndexed.map(\.description),
      missing: listing.missing.map(\.description))
    try output.show(answer) { text(answer) }
  }

  private func text(_ answer: Answer) -> String {
    var lines: [String] = []
    if answer.accounts.isEmpty {
      lines.append("The keyring \(answer.keyring) has no accounts; make one: eco2 key new NAME")
    } else {
      lines.append(
        Printing.table(
          answer.accounts.map { account in
            [
              account.name ?? "", test ? account.testAddress : account.address,
              account.path ?? "-",
            ]
          }, header: ["account", test ? "address on test networks" : "address", "path"]))
    }
    lines += answer.notIndexed.map {
      "\($0): not in the index yet; enter it: eco2 key show \($0) --check"
    }
    lines += answer.missing.map {
      "\($0): its key file is gone; restore it from a backup, or recover it from its words"
    }
    return lines.joined(separator: "\n")
  }
}
