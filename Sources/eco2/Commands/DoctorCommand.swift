import ArgumentParser
import Doctor
import Foundation
import LedgerClient

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Looks for what keeps a node from running well.",
    discussion: """
      Looks at settings, genesis, keys, disk, limits, ports, clock and peers of a home, and at the \
      node that runs in it, if one does. It takes no lock and changes nothing. Run it as the \
      node's user. The exit status is 0 when all is well, 1 with warnings, 2 with problems.

      Examples:
        eco2 doctor --home net/node-00
        eco2 doctor --home net/node-00 --json
        eco2 doctor --node 192.0.2.7:8101
      """)

  @Option(help: "The node's home folder.")
  var home: String?

  @Option(help: "Instead of a home: the API of a node, host:port.", transform: nodeAddress)
  var node: NodeAddress?

  @Option(
    help: ArgumentHelp(
      "A setting the node is started with; may be repeated.", valueName: "section.name=value"))
  var set: [String] = []

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (home == nil) != (node == nil) else {
      throw ValidationError("Give --home HOME or --node HOST:PORT.")
    }
  }

  func run() async throws {
    let report: DoctorReport
    if let node {
      report = await Doctor.examine(node: node)
    } else {
      let environment = ProcessInfo.processInfo.environment
      report = await Doctor(home: home ?? "", environment: environment, overrides: set).examine()
    }
    try output.show(report) { Self.text(report) }
    if report.exitStatus != 0 { throw ExitCode(report.exitStatus) }
  }

  private static func text(_ report: DoctorReport) -> String {
    var lines = report.findings.map { finding in
      let mark = finding.verdict.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
      let check = finding.check.padding(toLength: 14, withPad: " ", startingAt: 0)
      let advice = finding.advice.map { "\n" + String(repeating: " ", count: 24) + "→ \($0)" }
      return "\(mark)  \(check)\(finding.what)\(advice ?? "")"
    }
    let problems = report.findings.count { $0.verdict == .problem }
    let warnings = report.findings.count { $0.verdict == .warning }
    lines += ["", "\(count(problems, "problem")), \(count(warnings, "warning"))."]
    return lines.joined(separator: "\n")
  }

  private static func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }
}
