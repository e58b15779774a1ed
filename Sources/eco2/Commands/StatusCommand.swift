import ArgumentParser
import LedgerClient
import NodeAnswers

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Where a node stands.",
    discussion: """
      Examples:
        eco2 status
        eco2 status --node 127.0.0.1:8105 --json
      """)

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let client = NodeClient(node.node)
    let status = try await client.status()
    await client.close()
    try output.show(status) { text(status) }
  }

  private func text(_ status: StatusAnswer) -> String {
    let perTransaction = status.stages.map { stage in
      let share =
        status.transactionsFinal == 0
        ? "-" : "\(stage.microseconds / status.transactionsFinal)"
      return [stage.stage, "\(stage.microseconds)", share]
    }
    return Printing.facts([
      ("network", status.network + (status.isTest ? " (test, no claim)" : "")),
      ("chain", status.chain),
      ("node", "\(status.name)  \(status.node)"),
      ("height", "\(status.height), view \(status.view) of the next"),
      ("mode", status.mode + (status.notVotingBecause.map { ", not voting: \($0)" } ?? "")),
      (
        "turns",
        status.pausedUntil.map {
          "paused: handed over until \(Printing.time(milliseconds: $0))"
        } ?? "as they come"
      ),
      ("block", status.block),
      ("state root", status.stateRoot),
      ("peers", "\(status.peersConnected) of \(status.peersKnown) connected"),
      ("pending", "\(status.pendingTransactions) transactions"),
      ("unflushed", "\(status.unflushedBlocks) blocks"),
      ("final", "\(status.transactionsFinal) transactions since start"),
      (
        "a transfer",
        "\(Printing.mass(status.transferEstimate.charge)) CO2e, "
          + Printing.eco2(status.transferEstimate.fee)
      ),
    ]) + "\n\n"
      + Printing.table(
        perTransaction, header: ["stage", "CPU-µs", "per final transaction"])
  }
}
