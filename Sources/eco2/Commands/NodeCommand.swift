import ArgumentParser
import Foundation
import Logging
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
      """)

  @Option(help: "The node's home folder.")
  var home: String

  @Option(
    help: ArgumentHelp(
      "A setting that overrides node.toml and the environment; may be repeated.",
      valueName: "section.name=value"))
  var set: [String] = []

  @Option(
    help: "trace, debug, info, notice, warning, error or critical.",
    transform: { text in
      guard let level = Logger.Level(rawValue: text) else {
        throw ValidationError("`\(text)` is no log level.")
      }
      return level
    })
  var logLevel = Logger.Level.notice

  @Flag(help: "Stop when standard input ends and on SIGTERM only: for tools that start nodes.")
  var untilStdinCloses = false

  func run() async throws {
    let home = NodeHome(home)
    let settings = try home.loadConfiguration(
      environment: ProcessInfo.processInfo.environment, overrides: set)
    var logger = Logger(label: "eco2") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = logLevel
    // The tool that started it, not the terminal, says when it ends.
    let stops = StopSignals(
      untilStdinCloses ? [SIGTERM] : StopSignals.usual, alsoStdin: untilStdinCloses)
    if untilStdinCloses { signal(SIGINT, SIG_IGN) }
    let node = try await Node(
      home: home, configuration: settings.configuration, logger: logger)
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
