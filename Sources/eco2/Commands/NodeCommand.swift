import ArgumentParser
import Foundation
import NodeRuntime

struct NodeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "node", abstract: "Runs an ER Node from its home folder.",
    discussion: """
      The home holds genesis.bcs, node.toml and keys/; `eco2 genesis` and `eco2 testnet` make one. \
      SIGTERM or Ctrl-C stops the node cleanly; a second start goes on where it was.

      Examples:
        eco2 node --home net/node-00
        eco2 node --home net/node-00 --log-level debug
        eco2 node --home net/node-00 --set api.listen=0.0.0.0:8101 --set log.format=json
        ECO2_LOG_LEVELS=peers=debug,api=warning eco2 node --home net/node-00

      `eco2 config show` lists all settings; `eco2 doctor` finds what keeps a node from running \
      well.
      """)

  @OptionGroup var settings: SettingsOptions

  @Option(
    help: "trace, debug, info, notice, warning, error or critical: --set log.level.")
  var logLevel: String?

  @Flag(help: "Stop when standard input ends and on SIGTERM only: for tools that start nodes.")
  var untilStdinCloses = false

  func run() async throws {
    var settings = settings
    if let logLevel { settings.set.append("log.level=\(logLevel)") }
    let configuration = try settings.read().configuration
    // The tool that started it, not the terminal, says when it ends.
    let stops = StopSignals(
      untilStdinCloses ? [SIGTERM] : StopSignals.usual, alsoStdin: untilStdinCloses)
    if untilStdinCloses { signal(SIGINT, SIG_IGN) }
    let node = try await Node(
      home: settings.nodeHome, configuration: configuration, logs: .standardError(configuration.log)
    )
    let fault = await withTaskGroup(of: String?.self) { group in
      group.addTask { await node.waitForFault() }
      group.addTask {
        await stops.wait()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    await node.stop()
    if let fault {
      Printing.complain("The node has stopped: \(fault)")
      throw ExitCode(2)
    }
  }
}
