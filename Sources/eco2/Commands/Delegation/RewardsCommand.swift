import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct RewardsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rewards", abstract: "What votes have earned: two fifths of their node's rewards.",
    discussion: """
      Examples:
        eco2 rewards show eco2t1ppp…
        eco2 rewards claim --from savings
      """,
    subcommands: [RewardsShowCommand.self, RewardsClaimCommand.self])
}

struct RewardsShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Lists what an account's votes have earned.",
    discussion: """
      Example:
        eco2 rewards show eco2t1ppp…
      """)

  @Argument(help: "The voter's address.")
  var address: String

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let stakes = try await node.withLedger { ledger in
      var stakes: [StakeAnswer] = []
      for try await stake in ledger.votes(of: try DelegationText.account(address, ledger)) {
        guard stakes.count < listing.limit else { break }
        stakes.append(stake)
      }
      return stakes
    }
    try output.show(stakes) {
      stakes.isEmpty ? "The account votes for nobody." : DelegationText.table(stakes)
    }
  }
}

struct RewardsClaimCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "claim", abstract: "Takes what the sender's votes have earned.",
    discussion: """
      Without --of from all candidates for whom the sender's votes have earned something, at most \
      64 at a time.

      Examples:
        eco2 rewards claim --from savings
        eco2 rewards claim --of eco2t1qqq… --from savings
      """)

  @Option(help: "Only from votes for this candidate.")
  var of: String?

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in
      if let of { return draft.claimRewards(from: try DelegationText.account(of, ledger)) }
      var draft = draft
      var count = 0
      for try await stake in ledger.votes(of: draft.sender) where stake.earned != "0" {
        guard count < Limits.operationsMax else { break }
        draft = draft.claimRewards(from: try DelegationText.account(stake.candidate, ledger))
        count += 1
      }
      guard count > 0 else {
        throw ValidationError("The sender's votes have not earned anything yet.")
      }
      return draft
    }
  }
}
