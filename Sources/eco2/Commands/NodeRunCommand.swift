import ArgumentParser
import Foundation
import NodeRuntime

struct NodeRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Runs a node from its home folder; `run` may be left out.",
    discussion: """
      The home holds genesis.bcs, node.toml and keys/; `eco2 genesis`, `eco2 testnet` and, for a \
      full node, `eco2 node init` make one. \
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

  @Flag(
    help: """
      The home was moved or restored, and no other of it will ever run: needed once when a start \
      says that it looks like a copy.
      """)
  var moved = false

  @Option(
    help: ArgumentHelp(
      "Start paused, for so long at most: see `eco2 node pause`.", valueName: "span"))
  var pausedFor: Span?

  @Flag(help: "Stop when standard input ends and on SIGTERM only: for tools that start nodes.")
  var untilStdinCloses = false

  @Flag(
    help: ArgumentHelp(
      "For tests: vote on beside another process with the same key. Only debug builds do.",
      visibility: .hidden))
  var twin = false

  func validate() throws {
    if let pausedFor { _ = try NodePauseCommand.seconds(pausedFor) }
  }

  func run() async throws {
    var settings = settings
    if let logLevel { settings.set.append("log.level=\(logLevel)") }
    let configuration = try settings.read().configuration
    // The tool that started it, not the terminal, says when it ends.
    let stops = StopSignals(
      untilStdinCloses ? [SIGTERM] : StopSignals.usual, alsoStdin: untilStdinCloses)
    if untilStdinCloses { signal(SIGINT, SIG_IGN) }
    let node = try await Node(
      home: settings.nodeHome, configuration: configuration, isMoved: moved,
      pausedSeconds: try pausedFor.map(NodePauseCommand.seconds), isTwin: twin,
      logs: .standardError(configuration.log))
    let manager = ServiceManager(environment: ProcessInfo.processInfo.environment)
    manager.ready()
    let fault = await withTaskGroup(of: String?.self) { group in
      group.addTask { await node.waitForFault() }
      if manager.watchdogPause != nil {
        group.addTask {
          await Self.showLife(of: node, to: manager)
          return nil
        }
      }
      group.addTask {
        await stops.wait()
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
    manager.stopping()
    await node.stop()
    if let fault {
      Printing.complain("The node has stopped: \(fault)")
      throw ExitCode(2)
    }
  }

  /// Tells systemd that the node is alive, as long as its replica's thread answers; returns when
  /// cancelled.
  private static func showLife(of node: Node, to manager: ServiceManager) async {
    guard let pause = manager.watchdogPause else { return }
    while !Task.isCancelled {
      if let standing = await node.standing() {
        manager.alive(
          "height \(standing.height), \(standing.mode)"
            + (standing.isVoting ? "" : ", not voting")
            + (standing.pausedUntil == nil ? "" : ", paused"))
      }
      try? await Task.sleep(for: pause)
    }
  }
}
