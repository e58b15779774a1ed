import ArgumentParser

struct CreditsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits",
    abstract: "Carbon credits: lots on chain, requests to the registrars, registries' exports.",
    discussion: """
      Examples:
        eco2 credits lots --state tradable
        eco2 credits serial GS1-1-TR-GS1363-12-2020-20912-17-17
        eco2 credits retire 23:1-1 --from savings
        eco2 credits export --format csv > units.csv
        eco2 credits import issuances.csv --registry gold-standard --dry-run
      """,
    groupedSubcommands: [
      CommandGroup(
        name: "Reading",
        subcommands: [
          CreditsLotsCommand.self, CreditsLotCommand.self, CreditsSerialCommand.self,
          CreditsRetirementsCommand.self, CreditsRequestsCommand.self, CreditsRequestCommand.self,
          CreditsCustodiansCommand.self, CreditsObligationsCommand.self,
          CreditsExportCommand.self,
        ]),
      CommandGroup(
        name: "Owner",
        subcommands: [
          CreditsTransferCommand.self, CreditsSplitCommand.self, CreditsDepositCommand.self,
          CreditsRetireCommand.self, CreditsCancelCommand.self, CreditsReleaseCommand.self,
        ]),
      CommandGroup(
        name: "Custodian and registrar",
        subcommands: [
          CreditsImportCommand.self, CreditsApproveCommand.self, CreditsRejectCommand.self,
          CreditsWithdrawCommand.self,
        ]),
    ])
}
