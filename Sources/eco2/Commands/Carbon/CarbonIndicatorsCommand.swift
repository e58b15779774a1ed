import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct CarbonIndicatorsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "indicators",
    abstract: "Shows energy and emissions as EU rules on crypto-assets ask for them.",
    discussion: """
      The indicators of Delegated Regulation (EU) 2025/422 (to Regulation (EU) 2023/1114, MiCA), \
      from chain state: energy by the profiles that ER Nodes are charged by, emissions by the \
      factors in force, both with full nodes' overhead and what transactions cost. What the chain \
      does not know, it says. Formulas and boundaries: Documentation/protocol/carbon.md.

      Examples:
        eco2 carbon indicators
        eco2 carbon indicators --from 1 --to 3153600 --json
      """)

  @Option(help: "The first height; 1 when left out.")
  var from: UInt64 = 1

  @Option(help: "The last height; the last final one when left out.")
  var to: UInt64?

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard from > 0, to.map({ $0 >= from }) ?? true else {
      throw ValidationError("--from must be 1 or more, and --to no less than it.")
    }
  }

  func run() async throws {
    let answer = try await node.withLedger { ledger in
      let last = if let to { to } else { try await ledger.status().height }
      guard last >= from else {
        throw ValidationError("The last final block is \(last); there is none from \(from) on.")
      }
      return try await ledger.indicators(from...last)
    }
    try output.show(answer) { Self.text(answer) }
  }

  private static func text(_ answer: IndicatorsAnswer) -> String {
    let kilowattHours = UInt128(answer.energy).map {
      DecimalText.rounded($0, per: 3_600_000_000_000_000_000_000, digits: 5) + " kWh"
    }
    var facts = [
      ("blocks", "\(answer.from)–\(answer.to)"),
      (
        "time",
        "\(Printing.time(milliseconds: answer.timestampFrom)) to "
          + Printing.time(milliseconds: answer.timestampTo)
      ),
      ("transactions", "\(answer.transactions)"),
      ("energy", kilowattHours ?? answer.energy),
      ("footprint", Printing.mass(answer.footprint)),
      (
        "compensated",
        "\(Printing.mass(answer.consumed)) consumed, \(answer.tonnesRetired) t retired, "
          + (answer.covered ? "covered" : "NOT COVERED")
      ),
    ]
    if answer.isTest { facts.append(("network", "test, no claim")) }
    let rows = answer.indicators.map {
      [
        $0.field, $0.name.replacing("-", with: " "), $0.value ?? "not known",
        $0.value == nil ? "" : $0.unit,
      ]
    }
    let notes = answer.indicators.compactMap { indicator in
      indicator.note.map { "  \(indicator.field)  \($0)" }
    }
    return Printing.facts(facts) + "\n\n"
      + Printing.table(rows, header: ["field", "indicator", "value", "unit"]) + "\n\n"
      + notes.joined(separator: "\n")
  }
}
