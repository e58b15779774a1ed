import Foundation
import LedgerCore
import LocalNetwork
import NodeAnswers

/// Prints a running network: one line a block under a header row, other events between them, and a
/// summary; or the same as one JSON object a line.
final class RunPrinter: Sendable {
  private let json: Bool
  private let folder: NetworkDescription
  private let isTerminal: Bool

  init(_ folder: NetworkDescription, json: Bool) {
    self.json = json
    self.folder = folder
    isTerminal = isatty(STDOUT_FILENO) == 1
  }

  private static let columns: [(title: String, width: Int)] = [
    ("height", 7), ("view", 4), ("transactions", 12), ("certificate", 11), ("footprint", 10),
    ("charged", 10), ("covered", 7), ("roots", 7), ("nodes up", 8),
  ]

  func show(_ event: RunEvent) {
    if json { return showJSON(event) }
    switch event {
    case .starting(let ready, let count):
      if isTerminal { overwrite("Starting: \(ready) of \(count) nodes are up") }
    case .ready(let seconds):
      if isTerminal { overwrite("") }
      Printing.line(
        "\(population) are up after \(Printing.seconds(seconds)); APIs at "
          + "\(folder.nodes.first?.api ?? "-") … \(folder.all.last?.api ?? "-")\n")
      Printing.line(Self.row(Self.columns.map(\.title)))
    case .block(let block): Printing.line(Self.row(cells(block)))
    case .fault(let fault):
      let role = fault.isPrimary ? ", the primary of height \(fault.height ?? 0)" : ""
      note("\(name(fault.node))\(role): \(Self.past(fault.kind))")
    case .returned(let node): note("\(name(node)): goes on")
    case .caughtUp(let node, let height, let seconds):
      note("\(name(node)): at the tip, height \(height), after \(Printing.seconds(seconds))")
    case .died(let node, let status): note("\(name(node)): ENDED BY ITSELF, status \(status)")
    case .registry(let event): note(RegistryText.sentence(event))
    case .draining(let open): note("no more is sent; waiting for the end of \(open) transactions")
    case .stoppingNodes: note("stopping the nodes")
    }
  }

  private static func past(_ kind: NodeFaults.Kind) -> String {
    switch kind {
    case .kill: "killed"
    case .pause: "paused"
    case .restart: "restarted"
    }
  }

  private func note(_ text: String) { Printing.line("    · " + text) }

  private func overwrite(_ text: String) {
    print("\r\u{1B}[K" + text, terminator: "")
    fflush(nil)
  }

  private func name(_ node: Int) -> String {
    "\(folder.all[node].home) (\(folder.all[node].name))"
  }

  /// How many nodes there are.
  private var population: String {
    let full = folder.fullNodes?.count ?? 0
    let members = "\(folder.nodes.count) ER Nodes"
    return full == 0 ? members : members + " and \(full) full \(full == 1 ? "node" : "nodes")"
  }

  private static func row(_ cells: [String]) -> String {
    zip(cells, columns).map { cell, column in
      String(repeating: " ", count: max(0, column.width - cell.count)) + cell
    }.joined(separator: "  ")
  }

  private func cells(_ watched: WatchedBlock) -> [String] {
    let block = watched.block
    return [
      "\(watched.height)", "\(block.view)", "\(block.transactions)",
      watched.slowestCertificateMilliseconds.map { "\($0) ms" } ?? "-",
      Printing.mass(block.statement.footprint), Printing.mass(Self.charged(block.statement)),
      block.statement.covered ? "yes" : "NO", watched.rootsEqual ? "equal" : "DIFFER",
      "\(watched.nodesAnswering)/\(folder.all.count)",
    ]
  }

  /// What ER Nodes and transactions were charged: dues taken and operation charges.
  private static func charged(_ statement: StatementAnswer) -> String {
    let parts = [statement.paid, statement.coveredByFund, statement.operationCharges]
    return "\(parts.reduce(UInt128(0)) { $0 &+ (UInt128($1) ?? 0) })"
  }

  // MARK: JSON

  private struct BlockLine: Encodable {
    let event = "block"
    let height: UInt64
    let view: UInt64
    let transactions: Int
    let applied: Int
    let certificateMilliseconds: UInt64?
    let footprint: String
    let charged: String
    let covered: Bool
    let rootsEqual: Bool
    let nodesUp: Int
    let hash: String
    let stateRoot: String
    let statement: StatementAnswer

    init(_ watched: WatchedBlock) {
      let block = watched.block
      height = watched.height
      view = block.view
      transactions = block.transactions
      applied = block.applied
      certificateMilliseconds = watched.slowestCertificateMilliseconds
      footprint = block.statement.footprint
      charged = RunPrinter.charged(block.statement)
      covered = block.statement.covered
      rootsEqual = watched.rootsEqual
      nodesUp = watched.nodesAnswering
      hash = block.hash
      stateRoot = block.stateRoot
      statement = block.statement
    }
  }

  private struct NodeLine: Encodable {
    let event: String
    let node: String
    var isPrimary: Bool?
    var height: UInt64?
    var seconds: Double?
    var status: Int32?
  }

  private struct SummaryLine: Encodable {
    let event = "summary"
    let passed: Bool
    let summary: RunSummary
    let retired: [String]
  }

  private func showJSON(_ event: RunEvent) {
    func home(_ node: Int) -> String { folder.all[node].home }
    switch event {
    case .block(let block): printJSON(BlockLine(block))
    case .fault(let fault):
      printJSON(
        NodeLine(
          event: Self.past(fault.kind), node: home(fault.node), isPrimary: fault.isPrimary,
          height: fault.height))
    case .returned(let node): printJSON(NodeLine(event: "returned", node: home(node)))
    case .caughtUp(let node, let height, let seconds):
      printJSON(
        NodeLine(event: "caught-up", node: home(node), height: height, seconds: seconds))
    case .died(let node, let status):
      printJSON(NodeLine(event: "died", node: home(node), status: status))
    case .registry(let event): printJSON(RegistryLine(event))
    case .starting, .ready, .draining, .stoppingNodes: break
    }
  }

  private func printJSON(_ value: some Encodable) {
    if let line = try? Printing.jsonLine(value) { Printing.line(line) }
  }

  // MARK: Summary

  /// - Parameter retired: the serials of retired tonnes, a text a range.
  func show(_ summary: RunSummary, retired: [String]) {
    if json {
      return printJSON(SummaryLine(passed: summary.passed, summary: summary, retired: retired))
    }
    Printing.line("\n" + Printing.facts(Self.facts(summary, retired)))
    if !summary.cost.stages.isEmpty {
      let stages = summary.cost.stages.map { "\($0.stage) \(Int($0.microseconds.rounded()))" }
      Printing.line("  by stage: " + stages.joined(separator: ", "))
    }
    Printing.line("")
    for problem in summary.problems { Printing.line("FAILED: \(problem)") }
    if summary.passed {
      Printing.line("Passed: nothing accepted was lost, and all roots are equal.")
    }
  }

  private static func facts(_ summary: RunSummary, _ retired: [String]) -> [(String, String)] {
    var facts = [
      (
        "blocks",
        "\(summary.blocks) final, heights \(summary.firstHeight)–\(summary.lastHeight); "
          + "\(summary.viewChanges) decided in a later view, \(summary.missedSlots) slots missed"
      ),
      (
        "certificate",
        "median \(summary.certificates.medianMilliseconds) ms, worst "
          + "\(summary.certificates.worstMilliseconds) ms after the slot's start, slowest node"
      ),
    ]
    if let load = summary.load { facts += LoadText.facts(load) }
    if let registry = summary.registry { facts += RegistryText.facts(registry) }
    if !summary.faults.isEmpty { facts.append(("faults", Self.faults(summary))) }
    if let outage = summary.outage { facts.append(("outage", Self.text(outage))) }
    facts += [
      (
        "carbon",
        "footprint \(Printing.mass(summary.carbon.footprint)), consumed "
          + "\(Printing.mass(summary.carbon.consumed)), "
          + (summary.carbon.blocksNotCovered == 0
            ? "every block covered" : "\(summary.carbon.blocksNotCovered) blocks NOT COVERED")
      ),
      (
        "retired",
        "\(summary.carbon.tonnesRetired) t"
          + (retired.isEmpty ? "" : ": " + retired.joined(separator: "; "))
      ),
      (
        "roots",
        summary.rootsEqual
          ? "equal on all \(summary.nodes) nodes"
            + (summary.fullNodes > 0 ? ", \(summary.fullNodes) of them full nodes" : "")
          : "NOT EQUAL"
      ),
    ]
    if !summary.cost.stages.isEmpty {
      facts.append(
        (
          "CPU",
          "\(Int(summary.cost.process.rounded())) µs per final transaction and node, all told"
        ))
    }
    return facts
  }

  private static func faults(_ summary: RunSummary) -> String {
    let kinds = NodeFaults.Kind.allCases.compactMap { kind in
      summary.faults[kind.rawValue].map { "\($0) \(past(kind))" }
    }
    let worst = summary.catchUpSeconds.max().map(Printing.seconds) ?? "-"
    return kinds.joined(separator: ", ") + ", \(summary.faultsOfPrimaries) of them the primary; "
      + "\(summary.catchUpSeconds.count) back at the tip, the slowest after \(worst)"
  }

  private static func text(_ outage: RunSummary.Outage) -> String {
    var text =
      "\(outage.nodes) nodes; with f dead \(outage.blocksWithQuorum) blocks, at most "
      + "\(outage.viewChangesMost) view changes in a row (dead in a row: "
      + "\(outage.deadInARowMost))"
    if let seconds = outage.standstillSeconds, let blocks = outage.blocksWithoutQuorum {
      text += "; with all dead \(blocks) blocks in \(Printing.seconds(seconds))"
    }
    if let seconds = outage.secondsToProgress, let limit = outage.secondsToProgressMax {
      text +=
        "; a block \(Printing.seconds(seconds)) after the first's return (timeouts of f + 1 views: "
        + "\(Printing.seconds(limit)))"
    }
    return text
  }
}
