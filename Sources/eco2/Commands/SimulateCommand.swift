import ArgumentParser
import Foundation
import LedgerCore
import NodeRuntime
import Simulation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Runs whole networks of real replicas in one thread, each on a seed.",
    discussion: """
      Links, processes, clocks and disks fail in thirty ways, and in half of the seeds up to f \
      nodes are Byzantine; after every event agreement, certificates, votes, supply and carbon \
      are checked. Then the network heals, and every honest node must make progress. A seed \
      gives the same run everywhere.

      Examples:
        eco2 simulate --seed 8
        eco2 simulate --seeds 100 --nodes 21
        eco2 simulate --seed 8 --trace --until 4500
        eco2 simulate --seeds 100 --nodes 7 --byzantine 2 --strategy twins
      """)

  @Option(help: "How many seeds to run, from the first on; one that fails does not stop them.")
  var seeds: UInt64 = 1

  @Option(help: "The first seed.")
  var seed: UInt64 = 1

  @Option(help: "Nodes of each network, 4…64; otherwise the seed says, of 4…31.")
  var nodes: Int?

  @Option(help: "Full nodes beside them, 0…16; otherwise the seed says: none, or one to three.")
  var fullNodes: Int?

  @Option(help: "Heights to decide while things go wrong.")
  var heights: UInt64 = 40

  @Flag(help: "Nothing goes wrong.")
  var healthy = false

  @Option(
    help: """
      How validator sets change: none; elected: by elections every few blocks, with candidates \
      that vote, resign, are jailed and released, and keys for each term. Otherwise the seed \
      says: elected in one of four that have faults.
      """,
    transform: Self.setChanges)
  var sets: SetChanges?

  @Option(
    help: """
      Byzantine nodes of each network, 0…64; otherwise the seed says: none, or one to f. More than \
      f of a network whose size --nodes says break what is checked.
      """)
  var byzantine: Int?

  @Option(
    help: ArgumentHelp(
      """
      What Byzantine nodes do; repeatable; otherwise the seed says. One of \
      \(ByzantineKind.allCases.map(\.rawValue).joined(separator: ", ")).
      """,
      valueName: "name"),
    transform: Self.kind)
  var strategy: [ByzantineKind] = []

  @Option(help: "Seeds run at a time; all cores otherwise.")
  var jobs: Int?

  @Flag(help: "Print what happens, one line each.")
  var trace = false

  @Option(help: "Stop after this event.")
  var until: UInt64?

  @OptionGroup var output: OutputOptions

  private static func kind(_ name: String) throws -> ByzantineKind {
    guard let kind = ByzantineKind(rawValue: name) else {
      throw ValidationError("\(name) is no strategy: see --help.")
    }
    return kind
  }

  private static func setChanges(_ name: String) throws -> SetChanges {
    guard let changes = SetChanges(rawValue: name) else {
      throw ValidationError("Sets change in one of these ways: none, keys, drawn.")
    }
    return changes
  }

  func validate() throws {
    guard seeds > 0, !seed.addingReportingOverflow(seeds).overflow else {
      throw ValidationError("There must be one seed or more, and none above \(UInt64.max).")
    }
    guard nodes.map((Limits.validatorsMin...Limits.validatorsMax).contains) ?? true else {
      throw ValidationError(
        "A network has \(Limits.validatorsMin) to \(Limits.validatorsMax) nodes.")
    }
    guard fullNodes.map((0...16).contains) ?? true else {
      throw ValidationError("A network has 0 to 16 full nodes.")
    }
    guard byzantine.map((0...(nodes ?? Limits.validatorsMax)).contains) ?? true else {
      throw ValidationError("A network has no more Byzantine nodes than nodes.")
    }
    guard (1...100_000).contains(heights) else {
      throw ValidationError("Heights must be 1 to 100000.")
    }
    guard jobs.map((1...1_024).contains) ?? true else {
      throw ValidationError("Jobs must be 1 to 1024.")
    }
    guard !trace || (!output.json && seeds == 1) else {
      throw ValidationError("--trace shows one seed, to people.")
    }
  }

  func run() throws {
    var options = SimulationOptions(
      nodes: nodes, fullNodes: fullNodes, heights: heights, hasFaults: !healthy,
      byzantine: byzantine, byzantineKinds: strategy.isEmpty ? nil : strategy)
    options.lastEvent = until
    options.setChanges = sets
    if trace { options.trace = { @Sendable text in Printing.line(text) } }
    let program = try Program()
    let isAlone = seeds == 1
    let runs = SeedRuns(first: seed, count: seeds, options: options)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let outcome = try runs.run(jobs: Int(min(seeds, UInt64(jobs ?? cores))))
    if output.json {
      Printing.line(
        try Printing.json(
          Result(program: program, summary: outcome.summary, reports: outcome.shown)))
    } else {
      for report in outcome.shown { Printing.line(text(report)) }
      if !isAlone { Printing.line(text(outcome.summary)) }
      Printing.line("by eco2 \(program.version), whose SHA-256 begins \(program.digest)")
    }
    guard outcome.summary.failed.isEmpty, !outcome.isInterrupted else { throw ExitCode.failure }
  }

  private struct Result: Encodable {
    let program: Program
    let summary: SimulationSummary
    /// The run, of one seed; of many, those that broke an invariant.
    let reports: [SimulationReport]
  }

  /// Which program a run was made by.
  private struct Program: Encodable {
    let version = NodeRelease.version
    /// The first 16 digits of the binary's SHA-256.
    let digest: String

    init() throws {
      let url = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
      digest = String(SHA256.hash([UInt8](try Data(contentsOf: url))).hex.prefix(16))
    }
  }

  private func text(_ report: SimulationReport) -> String {
    let faults = report.faults.map { "\($0.kind.rawValue) \($0.count)" }.joined(separator: ", ")
    let facts = Printing.facts([
      (
        "seed \(report.seed)",
        "\(report.nodes) nodes and \(report.fullNodes) full, " + text(report.byzantine)
      ),
      (
        "  heights",
        "\(report.heights), \(report.viewChanges) decided in a later view, "
          + "\(report.turnsHandedOver) turns handed over"
      ),
      ("  events", "\(report.events) in \(report.simulatedMilliseconds) ms"),
      (
        "  sets",
        Self.text(report.sets) + ", \(report.membersMin) to \(report.membersMax) members"
      ),
      ("  faults", faults.isEmpty ? "none" : faults),
      (
        "  nodes",
        "\(report.crashes) crashes, \(report.disksSetBack) disks set back, "
          + "\(report.startsRefused) starts refused, \(report.writesLost) writes lost, "
          + "\(report.keysStopped) keys stopped"
      ),
      (
        "  frames",
        "\(report.framesSent), \(report.framesLost) lost, \(report.framesHeld) held, "
          + "\(report.framesReplayed) old ones again"
      ),
      (
        "  transactions",
        "\(report.transactionsFinal) of \(report.transactionsSubmitted) final, "
          + "\(report.transactionsRelayed) by way of full nodes"
      ),
      ("  progress", "after \(timeouts(report.livenessPermille)) without faults"),
      ("  event log", report.logHash),
    ])
    let violations = report.violations.map { violation in
      "  BROKEN \(violation.invariant.rawValue), event \(violation.event) at "
        + "\(violation.milliseconds) ms, nodes \(violation.nodes): \(violation.detail)"
    }
    let again = violations.isEmpty ? [] : ["  again: \(again(report))"]
    return ([facts] + violations + again).joined(separator: "\n")
  }

  /// The command that repeats a run.
  private func again(_ report: SimulationReport) -> String {
    let kinds = strategy.map { " --strategy \($0.rawValue)" }.joined()
    return "eco2 simulate --seed \(report.seed) --nodes \(report.nodes) --full-nodes "
      + "\(report.fullNodes) --heights \(heights)\(healthy ? " --healthy" : "")"
      + "\(sets.map { " --sets \($0.rawValue)" } ?? "") --byzantine "
      + "\(report.byzantine.count)\(kinds) --trace"
  }

  private func text(_ members: [ByzantineMember]) -> String {
    guard !members.isEmpty else { return "none Byzantine" }
    let list = members.map { member in
      let twin = member.twin.map { "/\($0)" } ?? ""
      return "\(member.node)\(twin) "
        + member.strategies.map(\.rawValue).joined(separator: "+")
    }
    return "\(members.count) Byzantine: " + list.joined(separator: ", ")
  }

  private func text(_ summary: SimulationSummary) -> String {
    let faults = summary.faults.map { "\($0.kind.rawValue) \($0.count)" }.joined(separator: ", ")
    let hours = Self.hundredths(summary.simulatedMilliseconds / 36_000)
    let failed = summary.failed.prefix(20).map { "\($0)" }.joined(separator: ", ")
    let more = summary.failed.count > 20 ? ", …" : ""
    return Printing.facts([
      (
        "seeds",
        "\(summary.seeds), from \(seed) on"
          + (summary.seeds < seeds ? "; interrupted: \(seeds - summary.seeds) did not run" : "")
      ),
      ("failed", summary.failed.isEmpty ? "none" : "\(summary.failed.count): \(failed)\(more)"),
      ("simulated", "\(hours) hours, \(summary.events) events"),
      ("blocks", "\(summary.blocks), \(summary.viewChanges) decided in a later view"),
      ("faults", faults.isEmpty ? "none" : faults),
      ("Byzantine", byzantine(summary)),
      (
        "sets",
        Self.text(summary.sets) + " in \(summary.seedsWithChanges) seeds"
      ),
      (
        "nodes",
        "\(summary.crashes) crashes, \(summary.disksSetBack) disks set back, "
          + "\(summary.startsRefused) starts refused, \(summary.keysStopped) keys stopped"
      ),
      (
        "frames",
        "\(summary.framesSent), \(summary.framesLost) lost, "
          + "\(summary.framesReplayed) old ones again"
      ),
      ("transactions", "\(summary.transactionsFinal) final"),
      (
        "progress",
        "after \(timeouts(summary.livenessPermille)) without faults at the latest"
          + (summary.livenessSeed.map { ", seed \($0)" } ?? "")
      ),
    ])
  }

  private static func text(_ sets: SetCounts) -> String {
    guard sets.changes > 0 else { return "no changes" }
    return "\(sets.changes) changes: \(sets.grown) to more members, \(sets.shrunk) to fewer, "
      + "\(sets.replaced) to all others, \(sets.renewedKeys) with other keys; "
      + "\(sets.primariesLost) took a primary's seat; \(sets.winnersDownMax) winners down at most, "
      + "\(sets.candidatesMax) candidates"
  }

  private func byzantine(_ summary: SimulationSummary) -> String {
    let kinds = summary.strategies.map { "\($0.strategy.rawValue) \($0.count)" }
    guard !kinds.isEmpty else { return "none" }
    return "\(summary.byzantineMembers) nodes in \(summary.seedsWithByzantine) seeds: "
      + kinds.joined(separator: ", ")
  }

  private func timeouts(_ permille: UInt64) -> String {
    "\(Self.hundredths(permille / 10)) view timeouts"
  }

  private static func hundredths(_ number: UInt64) -> String {
    "\(number / 100).\(number % 100 < 10 ? "0" : "")\(number % 100)"
  }
}
