import ArgumentParser
import LedgerCore
import NodeRuntime

/// The command-line tool: one file per command, parsing and printing only.
@main
struct ECO2: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eco2",
    abstract: "ECO2 Ledger: the emissions-trading blockchain whose every block is carbon neutral.",
    discussion: """
      A first look:
        eco2 testnet --nodes 4 --block-interval 2s --load 50 --duration 60s
        eco2 status --node 127.0.0.1:8101
        eco2 block latest --node 127.0.0.1:8101
      """,
    version: NodeRelease.version,
    subcommands: [
      KeyCommand.self, TransactionCommand.self, GenesisCommand.self, NodeCommand.self,
      ConfigCommand.self, DoctorCommand.self, TestnetCommand.self, SendCommand.self,
      StatusCommand.self, BlockCommand.self, AccountCommand.self, WatchCommand.self,
      EvidenceCommand.self, LoadCommand.self, TopCommand.self, BenchCommand.self, AuditCommand.self,
      StateCommand.self, CreditsCommand.self, CarbonCommand.self,
      CandidateCommand.self, VoteCommand.self, RewardsCommand.self, MotionCommand.self,
      HistoryCommand.self,
      SimulateCommand.self, TwinsCommand.self,
    ])

  /// Runs a command. An error's text goes through `Printing`: nodes and files have a part in it.
  static func main() async {
    var isRunning = false
    do {
      // An engine that the environment names and the processor lacks stops every command.
      _ = try EngineChoice.current()
      var command = try await asyncParseAsRoot()
      isRunning = true
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      let code = exitCode(for: error)
      // What a command meets while it runs says what to do; the usage would be that of `eco2`.
      let met = isRunning ? error as? ValidationError : nil
      let text = met.map { "Error: \($0.message)" } ?? fullMessage(for: error)
      if code.isSuccess || text.isEmpty { exit(withError: error) }
      Printing.complain(text)
      exit(withError: code)
    }
  }
}
