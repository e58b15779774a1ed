import ArgumentParser

struct CreditsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits",
    abstract: "Carbon credits: what a registry's export holds.",
    discussion: """
      Example:
        eco2 credits import issuances.csv --registry gold-standard --dry-run
      """,
    subcommands: [CreditsImportCommand.self])
}
