import ArgumentParser
import Audit
import LedgerCore
import LedgerRules

struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit",
    abstract: "Recomputes every identity of supply and carbon from a stopped node's home.",
    discussion: """
      Every record, index entry, bundle, block and certificate of the home is read and checked, \
      and nothing is changed. Fails when something does not hold, and says where.

      Examples:
        eco2 audit --home net/node-00
        eco2 audit --home net/node-00 --json
      """)

  @Option(help: "The home of a stopped node.")
  var home: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let answer = AuditAnswer(
      try FolderAudit.run(home: home, workers: try StateCommand.workers()), home: home)
    try output.show(answer) { answer.text }
    if !answer.isSound { throw ExitCode.failure }
  }
}

/// An audit's report as it is printed.
struct AuditAnswer: Encodable {
  struct Identity: Encodable {
    let name: String
    let left: String
    let right: String
    let holds: Bool
  }

  struct Finding: Encodable {
    let code: String
    let text: String
  }

  let home: String
  let chain: String
  let height: UInt64
  let stateRoot: String?
  /// How many of each were read and checked.
  let checked: [String: UInt64]
  let identities: [Identity]
  let findings: [Finding]
  let findingsLeftOut: UInt64
  let isSound: Bool

  init(_ report: AuditReport, home: String) {
    self.home = home
    chain = report.chain.hex
    height = report.height
    stateRoot = report.root?.hex
    checked = [
      "records": report.totals.records, "index entries": report.indexEntries,
      "blocks": report.blocks, "certificates": report.certificates,
      "transactions": report.transactions, "bundles": report.bundles,
      "blocks executed anew": report.executed, "history entries": report.historyEntries,
      "set changes": report.setChanges,
    ]
    findings = report.findings.map { Finding(code: $0.code, text: $0.description) }
    findingsLeftOut = report.findingsLeftOut
    identities = Self.identities(report.totals)
    isSound = report.isSound && identities.allSatisfy(\.holds)
  }

  private static func identities(_ totals: StateTotals) -> [Identity] {
    func identity(_ name: String, _ left: Amount?, _ right: Amount?) -> Identity {
      Identity(
        name: name, left: left.map { "\($0)" } ?? "beyond 128 bits",
        right: right.map { "\($0)" } ?? "beyond 128 bits",
        holds: left != nil && left == right)
    }
    let ecc = totals.ecc.flatMap { try? $0.adding(totals.consumed) }
    let fullTonnes = totals.consumed.baseUnits / Supply.microgramsPerTonne
    return [
      identity("ECO2 in all places = fixed supply (base units)", totals.eco2, Supply.total),
      identity(
        "ECC in all places + consumed = in reserve + retired + owed (µg)", ecc, totals.eccBacking),
      // Full tonnes that a block's lots or the reserve cannot cover are retired later.
      Identity(
        name: "tonnes retired ≤ full tonnes consumed", left: "\(totals.tonnesRetired)",
        right: "\(fullTonnes)", holds: UInt128(totals.tonnesRetired) <= fullTonnes),
    ]
  }

  var text: String {
    let order = [
      "records", "index entries", "blocks", "blocks executed anew", "certificates",
      "transactions", "bundles", "history entries", "set changes",
    ]
    var parts = [
      Printing.facts(
        [
          ("home", home), ("chain", chain), ("height", "\(height)"),
          ("state root", stateRoot ?? "cannot be recomputed"),
        ] + order.map { ($0, "\(checked[$0] ?? 0) checked") }),
      Printing.table(
        identities.map { [$0.name, $0.left, $0.right, $0.holds ? "holds" : "DOES NOT HOLD"] },
        header: ["identity", "left", "right", ""]),
    ]
    if !findings.isEmpty {
      let more = findingsLeftOut > 0 ? ["… and \(findingsLeftOut) more"] : []
      parts.append(
        (["Found:"] + findings.map { "  [\($0.code)] \($0.text)" } + more)
          .joined(separator: "\n"))
    }
    parts.append(isSound ? "All identities hold." : "The audit FAILED.")
    return parts.joined(separator: "\n\n")
  }
}
