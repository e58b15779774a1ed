import ArgumentParser
import Foundation
import NodeRuntime

struct ConfigCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "config", abstract: "Checks and shows a node's settings.",
    discussion: """
      A node's settings are in node.toml in its home. The variable ECO2_SECTION_NAME overrides the \
      file, and --set section.name=value overrides both.

      Examples:
        eco2 config check --home net/node-00
        eco2 config show --home net/node-00
      """,
    subcommands: [Check.self, Show.self, Reference.self])

  struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Checks the settings of a home: everything wrong with them is listed.",
      discussion: """
        The exit status is 0 when a node would take them and 1 when it would not, with --json too. \
        `eco2 doctor` checks keys, disk, clock and peers as well.

        Examples:
          eco2 config check --home net/node-00
          eco2 config check --home net/node-00 --json
          ECO2_API_LISTEN=0.0.0.0:8101 eco2 config check --home net/node-00
        """)

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let file = settings.nodeHome.configuration
      let verdict: ConfigurationVerdict
      do throws(NodeStartError) {
        let read = try settings.read()
        verdict = ConfigurationVerdict(
          file: file, settings: read.entries.count { $0.source != .builtIn })
      } catch {
        guard output.json, case .badConfiguration(let faults) = error else { throw error }
        verdict = ConfigurationVerdict(file: file, faults: faults)
      }
      try output.show(verdict) { "\(file) is good: \(verdict.settings ?? 0) settings are set." }
      guard verdict.isGood else { throw ExitCode.failure }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Shows the settings in force, and where each comes from.",
      discussion: """
        Secrets are never settings, so there are none in the output.

        Examples:
          eco2 config show --home net/node-00
          eco2 config show --home net/node-00 --set log.level=debug --json
        """)

    @OptionGroup var settings: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let read = try settings.read()
      let report = read.report(file: settings.nodeHome.configuration)
      try output.show(report) {
        let rows = read.entries.map { [$0.setting.path, $0.value, $0.source.description] }
        let peers = report.peers.map { [$0.address, $0.account ?? "full node", $0.transportKey] }
        let table = Printing.table(rows, header: ["setting", "value", "from"])
        guard !peers.isEmpty else { return table }
        return table + "\n\n"
          + Printing.table(peers, header: ["known node", "account", "transport key"])
      }
    }
  }

  struct Reference: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints the table of all settings in Markdown, as in the documentation.")

    func run() { Printing.line(String(Setting.reference.dropLast())) }
  }
}

/// A home's settings with what overrides them.
struct SettingsOptions: ParsableArguments {
  @Option(help: "The node's home folder.")
  var home: String

  @Option(
    help: ArgumentHelp(
      "A setting that overrides node.toml and the environment; may be repeated.",
      valueName: "section.name=value"))
  var set: [String] = []

  var nodeHome: NodeHome { NodeHome(home) }

  /// Reads them; what is wrong is printed, and the exit status is 1.
  func read() throws(NodeStartError) -> EffectiveConfiguration {
    try nodeHome.loadConfiguration(
      environment: ProcessInfo.processInfo.environment, overrides: set)
  }
}

/// What `eco2 config check --json` says of a home's settings.
private struct ConfigurationVerdict: Encodable {
  struct Fault: Encodable {
    /// `node.toml:LINE:COLUMN`, a variable or a flag.
    let place: String
    let reason: String
  }

  let file: String
  let isGood: Bool
  /// How many are set anywhere; absent where some are wrong.
  var settings: Int?
  /// Everything that is wrong, in the order in which it stands.
  var faults: [Fault] = []

  init(file: String, settings: Int) {
    self.file = file
    isGood = true
    self.settings = settings
  }

  init(file: String, faults: ConfigurationFaults) {
    self.file = file
    isGood = false
    self.faults = faults.faults.map { Fault(place: "\($0.origin)", reason: $0.reason) }
  }
}
