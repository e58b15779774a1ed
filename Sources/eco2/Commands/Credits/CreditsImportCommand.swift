import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import RegistryFiles
import Wallet

struct CreditsImportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Reads a registry's export, and asks for its credits to be on-boarded.",
    discussion: """
      The file is read as the registry's site gives it: CSV with commas, semicolons or tabs, \
      columns in any order. A record is sound when its serial is of a known form, its quantity is \
      the length of its range, and no earlier record holds any of it. Nothing is repaired: what is \
      not sound is listed with its record number, counted from 1 after the header. A sound record \
      is eligible unless it is retired, cancelled or planned, or its vintage lies in the future. \
      Files of any size are read in little memory.

      Without --dry-run a custodian files requests for what is eligible, up to 128 ranges of 16 \
      projects in each, many at a time. What is on chain or in a pending request with the same \
      document is left out: after a break the same command goes on. A request that the chain \
      refuses is divided until what is at fault stands alone, and listed; the others go on.

      A custodian keeps a part of what it holds in its buffer (2 % where genesis says nothing \
      else), and without it no request is taken. --buffer-percent asks first for as many of the \
      credits as the buffer lacks; the rest is filed once registrars have approved that.

      Examples:
        eco2 credits import units.csv --registry acr --from custodian.pem
        eco2 credits import units.csv --registry acr --from c.pem --buffer-percent 2
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

  @Option(help: "How many rejected records, or refused requests, the table shows.")
  var rows = 10

  @Option(
    name: [.long, .customLong("key")],
    help: "The custodian who files: an account of the keyring, or a key file.",
    transform: keyReference)
  var from: KeyReference?

  @Option(help: "The address that receives the lots; the custodian's own when left out.")
  var owner: String?

  @Flag(help: "Ask for the credits to go to the custodian's buffer.")
  var buffer = false

  @Option(
    help: """
      Ask first for as many of the credits to go to the buffer as it lacks of so many per cent of \
      all that the custodian will hold.
      """)
  var bufferPercent: UInt64?

  @Option(
    help: "How long to wait for the registrars' word on the buffer, such as 10m; not if left out.")
  var wait = Span(milliseconds: 0)

  @Option(
    help: "SHA-256 of the document that shows custody; the file's own when left out.",
    transform: digest)
  var document: Digest?

  @OptionGroup var node: NodeOptions
  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  /// Bytes of a file whose hash stands for a proof of custody.
  private static let documentBytesMax = 1 << 30
  /// Bytes read at once.
  private static let pieceBytes = 1 << 20
  /// A smaller file is read before a bar could be seen.
  private static let shownBytesMin = 8 << 20

  func validate() throws {
    guard dryRun == (from == nil) else {
      throw ValidationError(
        "Say --dry-run to judge the file alone, or --from to file requests: one of them.")
    }
    guard !buffer || bufferPercent == nil else {
      throw ValidationError("--buffer asks for all of it to go to the buffer; leave one out.")
    }
    guard bufferPercent.map({ (1...100).contains($0) }) ?? true else {
      throw ValidationError("--buffer-percent must lie between 1 and 100.")
    }
    guard rows >= 0 else { throw ValidationError("--rows must be at least 0.") }
    guard unit == .tonne || registry == .generic else {
      throw ValidationError("A serial of \(registry.name) is a tonne; leave --unit out.")
    }
  }

  func run() async throws {
    if let from { return try await fileRequests(as: from) }
    let today = CalendarDay(unixSeconds: Int64(Date.now.timeIntervalSince1970))
    let report = try read(asOf: asOf ?? today)
    try output.show(CreditsImportAnswer(report)) { CreditsImportText(report, rows: rows).text }
  }

  private func fileRequests(as filer: KeyReference) async throws {
    let today = CalendarDay(unixSeconds: Int64(Date.now.timeIntervalSince1970))
    let report = try read(asOf: asOf ?? today, keepsCredits: true)
    let document =
      try document ?? SHA256.hash(WholeFile.read(file, bytesMax: Self.documentBytesMax))
    var result = try await node.withLedger { ledger in
      let network = ledger.facts.network
      let key = try KeyAccess.open(filer, keyring, passphrase, isTest: network == .test)
      let filing = CreditsFiling(
        ledger: ledger, key: key,
        owner: try owner.map { try AccountID(address: $0, network: network) }
          ?? AccountID(key.publicKey),
        isBuffer: buffer, bufferPercent: bufferPercent, patience: wait.duration,
        document: document)
      let bar = ProgressLine("filing")
      defer { bar.clear() }
      return try await filing.run(report.credits) { bar.show(UInt64($0), of: UInt64($1)) }
    }
    result.rejected = report.rejectedCount
    result.ineligible = report.accepted - report.eligible
    try output.show(result) { CreditsFilingText(result, rows: rows).text }
    if result.stopped != nil || !result.refused.isEmpty { throw ExitCode.failure }
  }

  private func read(asOf day: CalendarDay, keepsCredits: Bool = false) throws -> RegistryReport {
    var isDirectory: ObjCBool = false
    guard unsafe FileManager.default.fileExists(atPath: file, isDirectory: &isDirectory) else {
      throw ValidationError("There is no file \(file).")
    }
    guard !isDirectory.boolValue else { throw ValidationError("\(file) is a folder.") }
    let bar = ProgressLine("reading", unit: "kB")
    defer { bar.clear() }
    var reader = RegistryReader(
      registry: registry, unit: unit, asOf: day, keepsCredits: keepsCredits)
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
