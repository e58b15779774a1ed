import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct CandidateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "candidate",
    abstract: "ER Nodes, and those who want to be: who stands, with what.",
    discussion: """
      Examples:
        eco2 candidate list
        eco2 candidate show eco2t1qqq…
        eco2 candidate election
        eco2 candidate resign --from node-account
      """,
    subcommands: [
      CandidateListCommand.self, CandidateShowCommand.self, CandidateElectionCommand.self,
      CandidateRegisterCommand.self, CandidateUpdateCommand.self, CandidateChangeKeyCommand.self,
      CandidateResignCommand.self, CandidateCollectCommand.self, CandidateReleaseCommand.self,
    ])
}

struct CandidateListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists candidates, the most votes first.",
    discussion: """
      Example:
        eco2 candidate list --limit 42
      """)

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let candidates = try await listing.list(from: node) { $0.candidates(pageSize: $1) }
    try output.show(candidates) {
      candidates.table(
        ["name", "votes", "is", "next term", "missed", "bond", "region", "account"],
        none: "There is no candidate."
      ) {
        [
          $0.name, Printing.eco2($0.votes), DelegationText.role($0), $0.isReady ? "ready" : "-",
          $0.missedBlocks.map { "\($0)" } ?? "-", Printing.eco2($0.bond), $0.profile.region,
          $0.account,
        ]
      }
    }
  }
}

struct CandidateShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a candidate, and who votes for it.",
    discussion: """
      Example:
        eco2 candidate show eco2t1qqq… --limit 10
      """)

  @Argument(help: "The candidate's address.")
  var address: String

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  private struct Shown: Encodable {
    let candidate: CandidateAnswer
    let votes: [StakeAnswer]
  }

  func run() async throws {
    let shown = try await node.withLedger { ledger in
      let account = try DelegationText.account(address, ledger)
      let candidate = try await ledger.candidate(account)
      var votes: [StakeAnswer] = []
      for try await stake in ledger.supporters(of: account) {
        guard votes.count < listing.limit else { break }
        votes.append(stake)
      }
      return Shown(candidate: candidate, votes: votes)
    }
    try output.show(shown) {
      Printing.facts(DelegationText.facts(shown.candidate))
        + (shown.votes.isEmpty
          ? ""
          : "\n"
            + Printing.table(
              shown.votes.map {
                [Printing.eco2($0.amount), Printing.eco2($0.earned), $0.voter]
              },
              header: ["votes", "earned", "voter"]))
    }
  }
}

struct CandidateElectionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "election", abstract: "Shows the present term, and when the next election is.",
    discussion: """
      Example:
        eco2 candidate election --json
      """)

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let election = try await node.withLedger { try await $0.election() }
    try output.show(election) { Printing.facts(DelegationText.facts(election)) }
  }
}
