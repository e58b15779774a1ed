import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import LoadTest
import LocalNetwork
import NodeAnswers

struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how many single requests a node of a test network answers.",
    discussion: """
      First GET /v1/status, then POST /v1/transactions with one signed transfer each, over \
      kept-alive connections from this program's one thread. Afterwards it waits until all \
      transfers the node took are final, and counts each in the blocks. Fails when one is not \
      there exactly once, or a connection broke.

      A node excepts its own machine from the shares by address: so the run needs no setting. From \
      another machine, an operator sets api.requests-per-second-max and \
      api.submissions-per-second-max to 0 for the run.

      Example:
        eco2 bench --home net --connections 32 --duration 8s
      """)

  @Option(help: "The test network's folder.")
  var home: String

  @Option(
    help: "The node to ask, host:port; the network's first when left out.", transform: nodeAddress)
  var node: NodeAddress?

  @Option(help: "Connections, each with one request at a time.")
  var connections = 32

  @Option(help: "How long each of the two runs lasts at most.")
  var duration = Span(milliseconds: 8_000)

  @Option(help: "Transfers to sign beforehand: when all are sent, the run is over.")
  var transactions = 60_000

  @Option(help: "How long to wait for the last transfer to be final.")
  var patience = Span(milliseconds: 180_000)

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...1_000).contains(connections) else {
      throw ValidationError("--connections must lie between 1 and 1,000.")
    }
    guard (1...1_000_000).contains(transactions) else {
      throw ValidationError("--transactions must lie between 1 and 1,000,000.")
    }
  }

  func run() async throws {
    let folder = try NetworkFolder(opening: home)
    guard let asked = node ?? folder.nodes.first else {
      throw ValidationError("The network in \(home) has no nodes.")
    }
    guard let chain = ChainID(hex: folder.description.chain) else {
      throw ValidationError("The network in \(home) names no chain.")
    }
    let bench = APIBench(
      APIBench.Plan(
        node: asked, others: folder.nodes.filter { $0 != asked },
        accounts: try folder.loadAccounts(), chain: chain, connections: connections,
        milliseconds: duration.milliseconds, transactions: transactions,
        patience: patience.duration))
    let report = try await bench.run { step in
      if !output.json { Printing.complain(BenchText.sentence(step)) }
    }
    try output.show(report) { BenchText.table(report) }
    if !report.isSound { throw ExitCode.failure }
  }
}

/// A report in words.
enum BenchText {
  static func sentence(_ step: APIBench.Step) -> String {
    switch step {
    case .askingStatus: "Asking for the status"
    case .signing: "Signing"
    case .submitting: "Submitting"
    case .following: "Waiting until all are final"
    case .counting: "Counting them in the blocks"
    }
  }

  static func table(_ report: APIBenchReport) -> String {
    let rows = [
      row("GET /v1/status", report.status), row("POST /v1/transactions", report.submissions),
    ]
    let table = Printing.table(
      rows, header: ["request", "a second", "p50", "p99", "CPU s / 1,000", "others'", "answers"])
    let finality = report.finality
    var text =
      "\(table)\n\(report.nodes) ER Nodes, a block every "
      + "\(Span(milliseconds: report.intervalMilliseconds)), "
      + "\(report.status.connections) connections\nof \(finality.taken) taken: \(finality.once) "
      + "final exactly once, \(finality.severalTimes) more often, \(finality.lost) lost; "
      + "\(finality.applied) applied; all final after \(Printing.seconds(finality.seconds))"
    let broken = report.status.broken + report.submissions.broken
    if broken > 0 { text += "\n\(broken) requests had no answer" }
    if finality.refusedButExecuted > 0 {
      text += "\n\(finality.refusedButExecuted) were refused and executed all the same"
    }
    return text
  }

  private static func row(_ name: String, _ report: RequestReport) -> [String] {
    func fixed(_ value: Double, _ digits: Int) -> String {
      value.formatted(.number.precision(.fractionLength(digits)))
    }
    let answers = report.answers.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    return [
      name, fixed(report.perSecond, 0), fixed(report.latencyMilliseconds.p50, 2) + " ms",
      fixed(report.latencyMilliseconds.p99, 2) + " ms",
      fixed(report.nodeCPUSecondsPerThousand, 4),
      fixed(report.otherNodesCPUSecondsPerThousand, 4), answers.joined(separator: ", "),
    ]
  }
}
