import ArgumentParser
import LedgerClient
import NodeAnswers

struct EvidenceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evidence",
    abstract: "Lists the offences of ER Nodes that the chain has recorded.",
    discussion: """
      An offence is proven by two things that one consensus key has signed: contradicting votes, \
      or a bundle with a badly signed transaction. Nodes report what they see by themselves; the \
      chain keeps each offender once for its votes and once for its bundles.

      Examples:
        eco2 evidence
        eco2 evidence --limit 5 --json
      """)

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let offences = try await listing.list(from: node) { $0.offences(pageSize: $1) }
    try output.show(offences) {
      offences.table(
        ["no.", "block", "offence", "height", "view", "offender", "reporter"],
        none: "The chain has recorded no offence."
      ) {
        [
          "\($0.number)", "\($0.recordedAt)", $0.offence, "\($0.height)", "\($0.view)",
          $0.offender, $0.reporter,
        ]
      }
    }
  }
}
