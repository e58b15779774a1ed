import ArgumentParser

struct CarbonCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "carbon",
    abstract: "What blocks used, who paid for it, and what operations are charged.",
    discussion: """
      Examples:
        eco2 carbon report --from 1 --to 8640
        eco2 carbon report --format svg > day.svg
        eco2 carbon indicators
        eco2 carbon estimate retire-lot
      """,
    subcommands: [
      CarbonReportCommand.self, CarbonIndicatorsCommand.self, CarbonEstimateCommand.self,
    ])
}
