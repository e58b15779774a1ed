import ArgumentParser
import LedgerClient
import LedgerCore
import LoadTest
import LocalNetwork
import NodeAnswers

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Sends transfers at a rate and follows each to its end.",
    discussion: """
      The accounts are those that `eco2 genesis --test` and `eco2 testnet --home` fund. Sending \
      does not wait for answers: what a slow network cannot take shows as latency and refusals. \
      Fails when something accepted was lost.

      Examples:
        eco2 load --home net --rate 200 --duration 60s
        eco2 load --home net --node 127.0.0.1:8101 --rate 50 --duration 5m --json
      """)

  @Option(help: "The test network's folder.")
  var home: String

  @Option(
    help: "Ask these nodes only, host:port; all of the network when left out.",
    transform: nodeAddress)
  var node: [NodeAddress] = []

  @Option(help: "Transfers a second.")
  var rate = 100.0

  @Option(help: "How long to send; until Ctrl-C when left out.")
  var duration: Span?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard rate > 0, rate <= 1_000_000 else {
      throw ValidationError("--rate must lie between 0 and 1,000,000.")
    }
  }

  func run() async throws {
    let folder = try NetworkFolder(opening: home)
    let nodes = node.isEmpty ? folder.nodes : node
    guard let first = nodes.first else {
      throw ValidationError("\(home) names no node; give one with --node.")
    }
    let client = NodeClient(first)
    let status = try await client.status()
    await client.close()
    guard let chain = ChainID(hex: status.chain), status.chain == folder.description.chain else {
      throw ValidationError("The node at \(first) is of another chain than \(home).")
    }
    let generator = LoadGenerator(
      LoadGenerator.Plan(
        nodes: nodes, accounts: try folder.loadAccounts(), chain: chain, rate: rate,
        duration: duration?.duration, estimate: status.transferEstimate))
    let signals = StopSignals()
    let stopper = Task {
      await signals.wait()
      await generator.stop()
      await signals.wait()
      await generator.stop(patience: .zero)
    }
    defer { stopper.cancel() }
    let report = try await generator.run()
    try output.show(report) { Printing.facts(LoadText.facts(report)) }
    if !report.isSound { throw ExitCode.failure }
  }
}

/// A load report in words.
enum LoadText {
  static func facts(_ report: LoadReport) -> [(String, String)] {
    let latency = report.latencyMilliseconds
    func seconds(_ milliseconds: Double) -> String { Printing.seconds(milliseconds / 1_000) }
    var facts = [
      (
        "transactions",
        "\(report.offered) offered, \(report.accepted) accepted, \(report.final) final, "
          + "\(report.lost) lost"
      ),
      (
        "latency to final",
        "median \(seconds(latency.p50)), 90 % \(seconds(latency.p90)), 99 % "
          + "\(seconds(latency.p99)), worst \(seconds(latency.max))"
      ),
    ]
    if report.applied < report.final {
      facts.append(("not applied", "\(report.final - report.applied) of the final ones"))
    }
    if !report.refused.isEmpty {
      let codes = report.refused.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
      facts.append(("refused", codes.joined(separator: ", ")))
    }
    if report.expired > 0 { facts.append(("expired", "\(report.expired)")) }
    if report.unanswered > 0 {
      facts.append(
        ("sent again", "\(report.unanswered), whose node was down before it answered"))
    }
    if report.open > 0 { facts.append(("fate unknown", "\(report.open)")) }
    return facts
  }
}
