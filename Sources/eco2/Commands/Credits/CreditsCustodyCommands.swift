import ArgumentParser
import LedgerClient
import NodeAnswers

struct CreditsRetirementsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retirements", abstract: "Lists retired serials, newest first.",
    discussion: """
      A retirement's custodian has its source show it within 30 days. One that is overdue stays \
      retired; it is listed, counted by the nodes' metrics, and its custodian asked.

      Examples:
        eco2 credits retirements --limit 5
        eco2 credits retirements --overdue
        eco2 credits retirements --pending --json
      """)

  @Flag(help: "Only those that their source does not show after 30 days, the first due first.")
  var overdue = false

  @Flag(help: "Only those that their source does not show yet, the first due first.")
  var pending = false

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !overdue || !pending else {
      throw ValidationError("--overdue are some of --pending; leave one out.")
    }
  }

  func run() async throws {
    let mirror: RetirementMirror? = overdue ? .overdue : pending ? .pending : nil
    let retirements = try await listing.list(from: node) {
      $0.retirements(mirror: mirror, pageSize: $1)
    }
    let none =
      overdue
      ? "Every retirement of more than 30 days ago is shown by its source."
      : "There is no such retirement."
    try output.show(retirements) {
      retirements.table(
        [
          "no.", "retired", "amount", "registry", "project", "serials", "at its source", "for",
          "custodian",
        ], none: none
      ) {
        [
          "\($0.number)", Printing.day(milliseconds: $0.retiredAt), Printing.mass($0.amount),
          $0.registry, $0.project, "\($0.start)–\($0.end)", Self.mirror($0),
          $0.holder ?? $0.purpose, $0.custodian,
        ]
      }
    }
  }

  private static func mirror(_ retirement: RetirementAnswer) -> String {
    if let mirror = retirement.mirror { return mirror.reference }
    return retirement.mirrorDueBy.map { "due \(Printing.day(milliseconds: $0))" } ?? "-"
  }
}

struct CreditsCustodiansCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "custodians",
    abstract: "Lists who holds credits at their source for the ledger.",
    discussion: """
      When an attestation has ended, the custodian's tradable lots are suspended until it attests.

      Example:
        eco2 credits custodians
      """)

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let custodians = try await listing.list(from: node) { $0.custodians(pageSize: $1) }
    try output.show(custodians) {
      custodians.table(
        ["name", "live", "buffer", "limit", "bond", "attested until", "obligations", "account"],
        none: "There is no custodian."
      ) {
        [
          $0.name, Printing.mass($0.live), Printing.mass($0.buffer), Printing.mass($0.limit),
          Printing.eco2($0.bond), Printing.day(milliseconds: $0.attestedUntil),
          "\($0.openObligations)", $0.account,
        ]
      }
    }
  }
}

struct CreditsObligationsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "obligations",
    abstract: "Lists what custodians owe for invalidated credits, newest first.",
    discussion: """
      A custodian replaces credits until the day they are due; then its buffer stands in, then its \
      bond.

      Example:
        eco2 credits obligations
      """)

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let obligations = try await listing.list(from: node) { $0.obligations(pageSize: $1) }
    try output.show(obligations) {
      obligations.table(
        ["no.", "lot", "amount", "open", "standing", "due", "to", "custodian"],
        none: "No credits were invalidated."
      ) {
        [
          "\($0.number)", "\($0.lot)", Printing.mass($0.amount), Printing.mass($0.open),
          $0.isClosed ? ($0.bondTaken ? "closed, bond taken" : "closed") : "open",
          Printing.day(milliseconds: $0.dueBy), $0.owner ?? $0.purpose, $0.custodian,
        ]
      }
    }
  }
}
