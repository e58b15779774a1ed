import ArgumentParser
import LedgerCore
import Simulation

struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Runs whole networks of real replicas in one thread, each on a seed.",
    discussion: """
      Links lose, delay and double frames, disks lose what is not synced, nodes crash and clocks \
      are off; after every event agreement, certificates, votes, supply and carbon are checked. \
      Then the network heals, and every node must make progress. A seed gives the same run \
      everywhere.

      Examples:
        eco2 simulate --seeds 100
        eco2 simulate --seed 8 --trace
        eco2 simulate --seeds 20 --nodes 21 --heights 40 --json
      """)

  @Option(help: "How many seeds to run, one after the other.")
  var seeds: UInt64 = 1

  @Option(help: "The first seed.")
  var seed: UInt64 = 1

  @Option(help: "Nodes of each network, 4…64; otherwise the seed says, mostly 4…7, seldom 21.")
  var nodes: Int?

  @Option(help: "Full nodes beside them, 0…16; otherwise the seed says: none, or one to three.")
  var fullNodes: Int?

  @Option(help: "Heights to decide while things go wrong.")
  var heights: UInt64 = 40

  @Flag(help: "Nothing goes wrong.")
  var healthy = false

  @Flag(help: "Print what happens, one line each.")
  var trace = false

  @OptionGroup var output: OutputOptions

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
    guard (1...100_000).contains(heights) else {
      throw ValidationError("Heights must be 1 to 100000.")
    }
    guard !trace || !output.json else {
      throw ValidationError("Choose --trace, for people, or --json, for programs.")
    }
  }

  func run() throws {
    var options = SimulationOptions(
      nodes: nodes, fullNodes: fullNodes, heights: heights, hasFaults: !healthy)
    if trace { options.trace = { @Sendable text in Printing.line(text) } }
    var reports: [SimulationReport] = []
    for seed in seed..<seed + seeds {
      let report = try Simulator.run(seed: seed, options: options)
      reports.append(report)
      if !output.json { Printing.line(text(report)) }
    }
    if output.json { Printing.line(try Printing.json(reports)) }
    let broken = reports.filter { !$0.violations.isEmpty }
    guard let first = broken.first else { return }
    if !output.json {
      Printing.complain(
        """
        \(broken.count) of \(reports.count) runs broke an invariant. See what happened with
          eco2 simulate --seed \(first.seed) --nodes \(first.nodes) \
            --full-nodes \(first.fullNodes) --heights \(heights) --trace
        """)
    }
    throw ExitCode.failure
  }

  private func text(_ report: SimulationReport) -> String {
    let line =
      "seed \(report.seed): \(report.nodes) nodes and \(report.fullNodes) full, "
      + "\(report.heights) heights, "
      + "\(report.viewChanges) decided in a later view, \(report.turnsHandedOver) turns "
      + "handed over, \(report.crashes) crashes, "
      + "\(report.framesLost) of \(report.framesSent) frames lost, "
      + "\(report.transactionsFinal) of \(report.transactionsSubmitted) transactions final "
      + "(\(report.transactionsRelayed) by way of full nodes), "
      + "log \(report.logHash.prefix(16))"
    let violations = report.violations.map { violation in
      "  BROKEN \(violation.invariant.rawValue), event \(violation.event) at "
        + "\(violation.milliseconds) ms, nodes \(violation.nodes): \(violation.detail)"
    }
    return ([line] + violations).joined(separator: "\n")
  }
}
