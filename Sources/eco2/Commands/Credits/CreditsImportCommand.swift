import ArgumentParser
import Foundation
import RegistryFiles

struct CreditsImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Reads a registry's export, and says which of its credits may be on-boarded.",
    discussion: """
      The file is read as the registry's site gives it: CSV with commas, semicolons or tabs, \
      columns in any order. A record is sound when its serial is of a known form, its quantity is \
      the length of its range, and no earlier record holds any of it. Nothing is repaired: what is \
      not sound is listed with its record number, counted from 1 after the header. A sound record \
      is eligible unless it is retired, cancelled or planned, or its vintage lies in the future. \
      Files of any size are read in little memory.

      Examples:
        eco2 credits import issuances.csv --registry gold-standard --dry-run
        eco2 credits import vcus.csv --registry verra --dry-run --json > report.json
        eco2 credits import units.csv --registry generic --unit kilogram --dry-run
      """)

  @Argument(help: "A registry's export (CSV).")
  var file: String

  @Option(
    help: """
      The registry that wrote it: gold-standard, verra, acr or climate-action-reserve; generic \
      for any other.
      """,
    transform: { text in
      guard let registry = Registry(name: text) else {
        throw ValidationError(
          "`\(text)` is no registry whose exports can be read; there are "
            + Registry.allCases.map(\.rawValue).joined(separator: ", ") + ".")
      }
      return registry
    })
  var registry: Registry

  @Flag(help: "Judge the file, and file nothing.")
  var dryRun = false

  @Option(
    help: "What one serial stands for, with --registry generic: tonne or kilogram.",
    transform: { text in
      guard let unit = SerialUnit(rawValue: text) else {
        throw ValidationError("`\(text)` is no unit of serials: say tonne or kilogram.")
      }
      return unit
    })
  var unit = SerialUnit.tonne

  @Option(
    help: "The day that divides past vintages from future ones, as 2026-01-31; today if left out.",
    transform: { text in
      guard let day = CalendarDay(text) else {
        throw ValidationError("`\(text)` is no day; write it as 2026-01-31.")
      }
      return day
    })
  var asOf: CalendarDay?

  @Option(help: "How many rejected records the table shows.")
  var rows = 10

  @OptionGroup var output: OutputOptions

  /// Bytes read at once.
  private static let pieceBytes = 1 << 20
  /// A smaller file is read before a bar could be seen.
  private static let shownBytesMin = 8 << 20

  func validate() throws {
    guard dryRun else {
      throw ValidationError("This version judges a file and files nothing: say --dry-run.")
    }
    guard rows >= 0 else { throw ValidationError("--rows must be at least 0.") }
    guard unit == .tonne || registry == .generic else {
      throw ValidationError("A serial of \(registry.name) is a tonne; leave --unit out.")
    }
  }

  func run() throws {
    let today = CalendarDay(unixSeconds: Int64(Date.now.timeIntervalSince1970))
    let report = try read(asOf: asOf ?? today)
    try output.show(CreditsImportAnswer(report)) { CreditsImportText(report, rows: rows).text }
  }

  private func read(asOf day: CalendarDay) throws -> RegistryReport {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory) else {
      throw ValidationError("There is no file \(file).")
    }
    guard !isDirectory.boolValue else { throw ValidationError("\(file) is a folder.") }
    let bar = ProgressLine("reading", unit: "kB")
    defer { bar.clear() }
    var reader = RegistryReader(registry: registry, unit: unit, asOf: day)
    do {
      let url = URL(fileURLWithPath: file)
      let input = try FileHandle(forReadingFrom: url)
      defer { try? input.close() }
      let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      var done = 0
      while let piece = try input.read(upToCount: Self.pieceBytes), !piece.isEmpty {
        try reader.consume(Array(piece)[...])
        done += piece.count
        if size > Self.shownBytesMin {
          bar.show(UInt64(done / 1_000), of: UInt64(max(size, done) / 1_000))
        }
      }
      return try reader.finish()
    } catch let error as RegistryFileError {
      throw ValidationError("\(file) cannot be read: \(error).")
    } catch {
      throw ValidationError("\(file) cannot be read: \(error.localizedDescription)")
    }
  }
}
