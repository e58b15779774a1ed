import ArgumentParser
import LedgerClient
import NodeAnswers

struct BlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "Shows a final block and its carbon statement.",
    discussion: """
      Examples:
        eco2 block latest
        eco2 block 42 --json
      """)

  @Argument(help: "A height, or `latest`.")
  var height = "latest"

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard height == "latest" || UInt64(height) != nil else {
      throw ValidationError("The height must be a number or `latest`.")
    }
  }

  func run() async throws {
    let block = try await node.withLedger { try await $0.block(UInt64(height)) }
    try output.show(block) { text(block) }
  }

  private func text(_ block: BlockAnswer) -> String {
    let statement = block.statement
    return Printing.facts([
      ("height", "\(block.height), decided in view \(block.view)"),
      ("hash", block.hash),
      ("parent", block.parent),
      ("time", Printing.time(milliseconds: block.timestamp)),
      ("author", block.author),
      (
        "transactions",
        "\(block.transactions) in \(block.bundles) bundles: \(block.applied) applied, "
          + "\(block.failed) failed, \(block.skipped) skipped"
      ),
      ("state root", block.stateRoot),
      ("certificate", "\(block.signers.count) COMMITs"),
      (
        "certified",
        block.certifiedAfterMilliseconds.map { "\($0) ms after the slot's start" } ?? "-"
      ),
      ("", ""),
      ("footprint", Printing.mass(statement.footprint) + " CO2e of all ER Nodes"),
      (
        "due",
        "\(Printing.mass(statement.due)) = paid \(Printing.mass(statement.paid)) + fund "
          + "\(Printing.mass(statement.coveredByFund)) + arrears "
          + Printing.mass(statement.arrears)
      ),
      (
        "fund, on top",
        "\(Printing.mass(statement.fundOverhead)) of \(Printing.mass(statement.overheadDue))"
      ),
      ("charged", Printing.mass(statement.operationCharges)),
      (
        "since block 1",
        "footprint \(Printing.mass(statement.footprintCumulative)) with overhead and operations, "
          + "consumed \(Printing.mass(statement.consumedCumulative)), retired "
          + "\(statement.tonnesRetiredCumulative) t"
      ),
      ("covered", statement.covered ? "yes" : "NOT COVERED"),
    ])
  }
}
