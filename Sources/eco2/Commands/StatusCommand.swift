import ArgumentParser
import LedgerClient
import NodeAnswers

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Where a node stands.",
    discussion: """
      Several nodes are shown in a table, each with its own word.

      Examples:
        eco2 status
        eco2 status --node 127.0.0.1:8105 --json
        eco2 status --node 127.0.0.1:8101 --node 127.0.0.1:8102
      """)

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard node.nodes.count > 1 else {
      let status = try await node.withLedger { try await $0.status() }
      return try output.show(status) { text(status) }
    }
    let statuses = try await node.withLedger { await $0.statuses() }
    try output.show(statuses.map { try? $0.get() }) { table(statuses) }
  }

  /// One line a node.
  private func table(_ statuses: [Result<StatusAnswer, ClientError>]) -> String {
    let rows = zip(node.nodes, statuses).map { address, status in
      switch status {
      case .success(let status):
        [
          "\(address)", status.name, "\(status.height)", status.mode,
          "\(status.peersConnected) of \(status.peersKnown)", "\(status.pendingTransactions)",
        ]
      case .failure: ["\(address)", "-", "-", "no answer", "-", "-"]
      }
    }
    return Printing.table(
      rows, header: ["node", "name", "height", "mode", "peers", "pending"])
  }

  private func text(_ status: StatusAnswer) -> String {
    let perTransaction = status.stages.map { stage in
      let share =
        status.transactionsFinal == 0
        ? "-" : "\(stage.microseconds / status.transactionsFinal)"
      return [stage.stage, "\(stage.microseconds)", share]
    }
    let isFull = status.role == "full"
    var facts = [
      ("network", status.network + (status.isTest ? " (test, no claim)" : "")),
      ("chain", status.chain),
      ("node", (status.name.isEmpty ? "" : "\(status.name)  ") + status.node),
      ("role", isFull ? "full node" : "ER Node"),
      ("height", "\(status.height), view \(status.view) of the next"),
      (
        "mode",
        status.mode
          + (status.notVotingBecause.map { ", \(isFull ? "" : "not voting: ")\($0)" } ?? "")
      ),
    ]
    if !isFull {
      facts.append(
        (
          "turns",
          status.pausedUntil.map {
            "paused: handed over until \(Printing.time(milliseconds: $0))"
          } ?? "as they come"
        ))
    }
    facts += [
      ("block", status.block),
      ("state root", status.stateRoot),
      ("peers", "\(status.peersConnected) of \(status.peersKnown) connected"),
      ("followers", "\(status.followers)"),
      ("pending", "\(status.pendingTransactions) transactions"),
      ("unflushed", "\(status.unflushedBlocks) blocks"),
      ("final", "\(status.transactionsFinal) transactions since start"),
      (
        "a transfer",
        "\(Printing.mass(status.transferEstimate.charge)) CO2e, "
          + Printing.eco2(status.transferEstimate.fee)
      ),
    ]
    if let engines = status.engines {
      facts.append(
        (
          "engines",
          "Ed25519 \(engines.ed25519), SHA-256 \(engines.sha256), SHA-512 \(engines.sha512)"
        ))
    }
    return Printing.facts(facts) + "\n\n"
      + Printing.table(
        perTransaction, header: ["stage", "CPU-µs", "per final transaction"])
  }
}
