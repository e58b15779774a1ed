import ArgumentParser
import Audit
import LedgerCore

struct StateVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Recomputes the whole tree of a stopped node's state from its records.",
    discussion: """
      Every key's hash, every leaf and every node; the root must be the one that is noted beside \
      the records and, where the log has the block, the one its certificate signs. Every index \
      entry must be one that a record asks for, and none may be missing. Nothing is changed. Fails \
      when something does not hold, and says where. What the records mean, and the rest of the \
      home, `eco2 audit` checks.

      Examples:
        eco2 state verify --home net/node-00
        eco2 state verify --home net/node-00 --json
      """)

  @Option(help: "The home of a stopped node.")
  var home: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let bar = ProgressLine("verifying")
    defer { bar.clear() }
    let report = try StateAudit.run(home: home, workers: StateCommand.workers()) {
      bar.show($0, of: $1)
    }
    bar.clear()
    let answer = StateVerifyAnswer(report, home: home)
    try output.show(answer) { answer.text }
    if !answer.isSound { throw ExitCode.failure }
  }
}

/// A verification as it is printed.
struct StateVerifyAnswer: Encodable {
  let home: String
  let chain: String
  let height: UInt64
  let records: UInt64
  let indexEntries: UInt64
  /// Recomputed; absent when a record is damaged.
  let root: String?
  let notedRoot: String
  /// Absent when the log does not have the block.
  let certifiedRoot: String?
  let findings: [AuditAnswer.Finding]
  let findingsLeftOut: UInt64
  let isSound: Bool

  init(_ report: StateAuditReport, home: String) {
    self.home = home
    chain = report.chain.hex
    height = report.height
    records = report.records
    indexEntries = report.indexEntries
    root = report.root?.hex
    notedRoot = report.noted.hex
    certifiedRoot = report.certified?.hex
    findings = report.findings.map {
      AuditAnswer.Finding(code: $0.code, text: $0.description)
    }
    findingsLeftOut = report.findingsLeftOut
    isSound = report.isSound
  }

  var text: String {
    var parts = [
      Printing.facts([
        ("home", home), ("chain", chain), ("height", "\(height)"),
        ("records", "\(records) checked"), ("index entries", "\(indexEntries) checked"),
        ("root of the records", root ?? "cannot be recomputed"),
        ("root noted", notedRoot),
        (
          "root certified",
          certifiedRoot
            ?? (height == 0 ? "none at genesis" : "the log does not have block \(height)")
        ),
      ])
    ]
    if !findings.isEmpty {
      let more = findingsLeftOut > 0 ? ["… and \(findingsLeftOut) more"] : []
      parts.append(
        (["Found:"] + findings.map { "  [\($0.code)] \($0.text)" } + more)
          .joined(separator: "\n"))
    }
    parts.append(isSound ? "The state is whole." : "The verification FAILED.")
    return parts.joined(separator: "\n\n")
  }
}
