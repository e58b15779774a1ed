import ArgumentParser
import Foundation
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeRuntime
import RegistryFiles

struct TestnetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "testnet",
    abstract: "Runs a whole network on this machine, each ER Node its own process.",
    discussion: """
      Makes keys and a genesis from real credits, starts the nodes, prints one line a block and a \
      summary. Ctrl-C stops everything in order; a second Ctrl-C does not wait for transactions \
      under way. Fails when something accepted was lost, roots differ or a block is missing.

      While it runs, credits of onboarding.csv come on chain: the custodian files requests, three \
      of five registrars approve, a part is put into the reserve for ECC, and a tonne is retired. \
      The run goes on until that is done. With --faults or --outage it is left out.

      With --home the network stays: its nodes can be audited, and the same command goes on with it.

      Examples:
        eco2 testnet --nodes 4 --block-interval 2s --load 50 --duration 60s
        eco2 testnet --nodes 21 --block-interval 1s --load 100 --duration 5m --faults kill
        eco2 testnet --nodes 21 --block-interval 1s --load 50 --outage 7
        eco2 testnet --nodes 4 --home net
        eco2 testnet --nodes 4 --full-nodes 2 --block-interval 2s --load 20
        eco2 testnet --nodes 24 --er-nodes 21 --block-interval 1s --term 60s
      """)

  @Option(help: "How many nodes that can be ER Nodes, 4 to 24 with the example's node list.")
  var nodes = 4

  @Option(
    help: """
      How many of them are ER Nodes at a time; the first of the list begin, the others are \
      candidates. All of them, up to 21, when left out.
      """)
  var erNodes: Int?

  @Option(
    help: """
      From election to election, such as 60s; 30d when left out. The voting window and all other \
      times of elections are scaled with it.
      """)
  var term: Span?

  @Option(
    help: """
      How many full nodes beside them: they follow, verify, serve and relay without a vote. Every \
      second one follows the full node before it.
      """)
  var fullNodes = 0

  @Option(help: "The block interval, such as 10s or 500ms.")
  var blockInterval = Span(milliseconds: 10_000)

  @Option(help: "Transfers a second; none when left out.")
  var load: Double?

  @Option(help: "How long to run, from when all nodes are up; until Ctrl-C when left out.")
  var duration: Span?

  @Option(help: "The network's folder; a temporary one, removed at the end, when left out.")
  var home: String?

  @Option(
    help: """
      Disturb nodes: kill (SIGKILL, back after 1 to 10 s), pause (SIGSTOP for longer than a view), \
      restart, several with commas, or all. At most half of f are away at once; each must be at \
      the tip 20 s after its return.
      """)
  var faults: FaultKinds?

  @Option(help: "How long from one fault to the next.")
  var faultsEvery = Span(milliseconds: 20_000)

  @Option(
    help: """
      Kill so many nodes and see: with f dead blocks go on for a round, with more there is none, \
      and after one's return there is soon. Ends the run.
      """)
  var outage: Int?

  @Option(help: "How long to look that there is no block without a quorum.")
  var standstill = Span(milliseconds: 30_000)

  @Option(help: "Draws which nodes, which faults and how long: the same seed, the same draws.")
  var faultSeed: UInt64 = 1

  @Option(help: "APIs listen on this port + 1 and up, peers on + 101 and up.")
  var basePort = 8_100

  @Option(
    help: """
      A folder with credits.csv, factors.csv and nodes.csv, and onboarding.csv where credits shall \
      come on chain; Examples/genesis otherwise.
      """)
  var sources: String?

  @Option(help: "Funded accounts the load is sent from.")
  var loadAccounts = 1_000

  @Flag(inversion: .prefixedNo, help: "Bring credits on chain while the network runs.")
  var onboarding = true

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (Limits.validatorsMin...Limits.validatorsMax).contains(nodes) else {
      throw ValidationError(
        "--nodes must lie between \(Limits.validatorsMin) and \(Limits.validatorsMax).")
    }
    if let erNodes {
      guard (Limits.validatorsMin...nodes).contains(erNodes) else {
        throw ValidationError(
          "--er-nodes must lie between \(Limits.validatorsMin) and --nodes, \(nodes).")
      }
    }
    if let term {
      guard term.milliseconds >= 30 * blockInterval.milliseconds else {
        throw ValidationError("--term must be 30 block intervals or more.")
      }
    }
    let intervals = RulesLimits.intervalMillisecondsMin...RulesLimits.intervalMillisecondsMax
    guard intervals.contains(blockInterval.milliseconds) else {
      throw ValidationError("--block-interval must lie between 100ms and 10m.")
    }
    guard (0...NetworkFolder.fullNodesMax).contains(fullNodes) else {
      throw ValidationError("--full-nodes must lie between 0 and \(NetworkFolder.fullNodesMax).")
    }
    guard (0...65_000).contains(basePort) else {
      throw ValidationError("--base-port must lie between 0 and 65000.")
    }
    if let load, !(0...1_000_000).contains(load) {
      throw ValidationError("--load must lie between 0 and 1,000,000.")
    }
    guard faultsEvery.milliseconds >= 1_000 else {
      throw ValidationError("--faults-every must be a second or more.")
    }
    if let outage {
      guard (1..<nodes).contains(outage) else {
        throw ValidationError("--outage must leave one of \(nodes) nodes alive.")
      }
      guard faults == nil, duration == nil else {
        throw ValidationError("--outage runs by itself: leave out --faults and --duration.")
      }
    }
    guard (2...RulesLimits.allocationsMax - 1).contains(loadAccounts) else {
      throw ValidationError(
        "--load-accounts must lie between 2 and \(RulesLimits.allocationsMax - 1).")
    }
  }

  func run() async throws {
    let signals = StopSignals()
    let temporary = home == nil ? try Self.temporaryFolder() : nil
    defer { if let temporary { try? FileManager.default.removeItem(atPath: temporary) } }
    let path = home ?? temporary ?? ""
    let isResumed = FileManager.default.fileExists(atPath: path + "/network.json")
    let folder = try isResumed ? resume(path) : make(path)
    let printer = RunPrinter(folder.description, json: output.json)
    let run = TestnetRun(
      RunPlan(
        folder: folder, executable: Self.executable, isResumed: isResumed, loadRate: load,
        duration: duration?.duration,
        faults: faults.map {
          NodeFaults($0.kinds, every: faultsEvery.duration, seed: faultSeed)
        },
        outage: outage.map {
          Outage(nodes: $0, standstill: standstill.duration, seed: faultSeed)
        },
        onboarding: isResumed ? nil : try credits())
    ) { printer.show($0) }
    let stopper = Task {
      while !Task.isCancelled {
        await signals.wait()
        await run.stop()
      }
    }
    defer { stopper.cancel() }
    let summary = try await run.run()
    let retired =
      summary.carbon.tonnesRetired == 0
      ? [] : (try? RetiredSerials.read(home: folder.home(0).path)) ?? []
    printer.show(summary, retired: retired)
    if !summary.passed { throw ExitCode.failure }
  }

  /// The credits to be brought on chain; none while nodes are disturbed, nor without a file.
  private func credits() throws -> OnboardingCredits? {
    guard onboarding, faults == nil, outage == nil else { return nil }
    let file = try (sources ?? Self.exampleFolder()) + "/onboarding.csv"
    guard FileManager.default.fileExists(atPath: file) else { return nil }
    return try OnboardingCredits(
      file: file, registry: .goldStandard,
      time: UInt64(Date.now.timeIntervalSince1970 * 1_000))
  }

  private func make(_ path: String) throws -> NetworkFolder {
    let source = try sources ?? Self.exampleFolder()
    let ports = NetworkPorts(base: basePort)
    try ports.requireFree(nodes: nodes, fullNodes: fullNodes)
    var maker = NetworkMaker(
      credits: source + "/credits.csv", registry: .goldStandard, factors: source + "/factors.csv",
      nodes: source + "/nodes.csv", nodeCount: nodes, network: "local-testnet",
      intervalMilliseconds: blockInterval.milliseconds, ports: ports,
      loadAccounts: loadAccounts,
      startMilliseconds: UInt64(2_000 + 250 * nodes))
    maker.seats = erNodes
    maker.termMilliseconds = term?.milliseconds
    let made = try maker.make(
      at: path, keysPath: path + "/keys", passphrase: nil,
      now: UInt64(Date.now.timeIntervalSince1970 * 1_000))
    if !output.json {
      let tonnes = made.document.lots.reduce(0) { $0 + $1.tonnes }
      Printing.line(
        "Made a test network (no claim) of \(nodes) ER Nodes from \(source):\n"
          + "\(made.document.lots.count) lots of credits, \(tonnes) t CO2e; chain "
          + "\(made.document.chainID.hex.prefix(16))…; a block every \(blockInterval)")
    }
    return try made.folder.withFullNodes(fullNodes, ports: ports)
  }

  private func resume(_ path: String) throws -> NetworkFolder {
    let opened = try NetworkFolder(opening: path)
    guard opened.description.nodes.count == nodes else {
      throw ValidationError(
        "The network in \(path) has \(opened.description.nodes.count) nodes, not \(nodes); say "
          + "--nodes \(opened.description.nodes.count), or name another folder.")
    }
    let folder = try opened.withFullNodes(fullNodes, ports: opened.ports())
    try folder.requireFreePorts()
    if !output.json {
      let interval = Span(milliseconds: folder.description.intervalMilliseconds)
      Printing.line("Going on with the network in \(path); a block every \(interval)")
    }
    return folder
  }

  private static func temporaryFolder() throws -> String {
    let path =
      FileManager.default.temporaryDirectory.path + "/eco2-testnet-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    return path
  }

  /// This very executable.
  private static var executable: String {
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
  }

  /// `Examples/genesis` of the package: below the working folder, or above the executable.
  private static func exampleFolder() throws -> String {
    var folders = [FileManager.default.currentDirectoryPath]
    var parent = URL(fileURLWithPath: executable)
    while parent.path != "/", folders.count < 16 {
      parent = parent.deletingLastPathComponent()
      folders.append(parent.path)
    }
    for folder in folders {
      let path = folder + "/Examples/genesis"
      if FileManager.default.fileExists(atPath: path + "/credits.csv") { return path }
    }
    throw ValidationError(
      "Examples/genesis of the package is not found from here; name a folder with credits.csv, "
        + "factors.csv and nodes.csv: --sources FOLDER.")
  }
}
