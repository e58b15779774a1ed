import ArgumentParser
import Foundation
import LedgerClient
import NodeAnswers
import RegistryFiles

struct CreditsExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes lots on chain as blocks of units, in CAD Trust's fields.",
    discussion: """
      Of all lots, or of those that are named: registry and project, serials in the registry's \
      notation, vintage, status, owner, labels and corresponding adjustment.

      Examples:
        eco2 credits export > units.csv
        eco2 credits export --registry gold-standard --project GS1363 --format json
      """)

  @OptionGroup var filter: CreditFilterOptions

  @Option(help: "Only in this state, such as tradable or retired.")
  var state: String?

  @Option(help: "csv or json.", transform: exportFormat)
  var format = CreditUnitExport.Format.csv

  @OptionGroup var node: NodeOptions

  func run() async throws {
    let query = try filter.query(state: state)
    try await node.withLedger { ledger in
      var export = CreditUnitExport(format)
      Self.write(export.head)
      for try await lot in ledger.lots(query, pageSize: PageFormat.itemsMax) {
        Self.write(export.unit(CreditUnit(lot)))
      }
      Self.write(export.tail)
    }
  }

  /// A file for programs, as it comes: to a terminal, with nothing in it that one would act on.
  private static func write(_ text: String) {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    FileHandle.standardOutput.write(Data((isTerminal ? Printing.plain(text) : text).utf8))
  }
}

/// Parses a format's name.
private func exportFormat(_ text: String) throws -> CreditUnitExport.Format {
  guard let format = CreditUnitExport.Format(rawValue: text) else {
    throw ValidationError("`\(text)` is neither csv nor json.")
  }
  return format
}

extension CreditUnit {
  /// A lot as a block of units. The type of a project says nothing certain about its kind.
  fileprivate init(_ lot: LotAnswer) {
    let serials = lot.start <= lot.end ? lot.start...lot.end : lot.start...lot.start
    let part = SerialRange(lot.serial)?.part(serials)
    self.init(
      registry: lot.registry, project: lot.project, serial: part?.description ?? lot.serial,
      start: lot.start, end: lot.end, vintageYear: Int(lot.vintageTo / 10_000),
      kind: .notDetermined, status: Self.status(lot.state),
      statusReason: lot.state == "invalidated" ? "Reversed or invalidated at its source" : "",
      owner: lot.owner, labels: lot.labels, declaration: Self.declaration(lot.adjustment),
      adjustment: Self.adjustment(lot.adjustment))
  }

  private static func status(_ state: String) -> Status {
    switch state {
    case "retired": .retired
    case "cancelled": .cancelled
    case "invalidated": .inactive
    case "buffer": .buffer
    case "exported": .exported
    case "exporting": .pendingExport
    default: .held
    }
  }

  private static func declaration(_ adjustment: AdjustmentAnswer) -> AdjustmentDeclaration {
    switch adjustment.declaration {
    case "committed": .committed
    case "not-required": .notRequired
    default: .unknown
    }
  }

  private static func adjustment(_ adjustment: AdjustmentAnswer) -> AdjustmentStatus {
    switch (adjustment.declaration, adjustment.status) {
    case ("committed", "pending"): .pending
    case ("committed", "completed"): .completed
    case ("committed", _): .notStarted
    default: .notApplicable
    }
  }
}
