import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers
import RegistryFiles

struct CreditsLotsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lots", abstract: "Lists lots of credits on chain.",
    discussion: """
      The newest first; of a project in the order of its issuances and serials.

      Examples:
        eco2 credits lots --state tradable
        eco2 credits lots --owner eco2t1qqq… --json
        eco2 credits lots --registry gold-standard --project GS1363 --vintage 2020
      """)

  @Option(help: "Only lots of this account.")
  var owner: String?

  @Option(help: "Only of this registry, such as gold-standard.")
  var registry: String?

  @Option(help: "Only of this project of the registry, such as GS1363.")
  var project: String?

  @Option(help: "Only in this state, such as tradable, in-reserve or retired.")
  var state: String?

  @Option(help: "Only of vintages that touch this year.")
  var vintage: Int?

  @Option(help: "Only of this product, such as VER.")
  var product: String?

  @Option(help: "Only with this label, such as ccp.")
  var label: String?

  @Option(help: "The first so many.")
  var limit = 50

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
    guard project == nil || registry != nil else {
      throw ValidationError("--project needs --registry: ids are unique within one.")
    }
  }

  func run() async throws {
    let query = LotQuery(
      owner: owner, registry: registry, project: project, state: state, vintage: vintage,
      product: product, label: label)
    let lots = try await node.withLedger { ledger in
      var list: [LotAnswer] = []
      for try await lot in ledger.lots(query, pageSize: min(limit, PageFormat.itemsMax)) {
        list.append(lot)
        if list.count == limit { break }
      }
      return list
    }
    try output.show(lots) { lots.isEmpty ? "There is no such lot." : LotText.table(lots) }
  }
}

struct CreditsLotCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lot", abstract: "Shows a lot with its issuance and project.",
    discussion: """
      Example:
        eco2 credits lot 23
      """)

  @Argument(help: "The lot's number.")
  var number: UInt64

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let detail = try await node.withLedger { try await $0.lot(number) }
    try output.show(detail) {
      Printing.facts(
        LotText.facts(detail.lot, detail.issuance, detail.project)
          + (detail.retirement.map(LotText.facts) ?? []))
    }
  }
}

struct CreditsSerialCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serial", abstract: "Shows where a serial is, and its whole history.",
    discussion: """
      A serial is given as its registry writes it, with the number that is looked for as start and \
      end, or any range that begins with it.

      Example:
        eco2 credits serial GS1-1-TR-GS1363-12-2020-20912-17-17
      """)

  @Argument(help: "The serial, as its registry writes it.")
  var serial: String

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    guard let range = SerialRange(serial) else {
      throw ValidationError(
        "`\(serial)` is no serial that is known, such as GS1-1-TR-GS1363-12-2020-20912-17-17.")
    }
    let found = try await node.withLedger {
      try await $0.serial(range.start, block: range.block.key)
    }
    guard let found else {
      throw ValidationError("No lot on chain holds serial \(range.start) of \(range.block.text).")
    }
    try output.show(found) {
      var facts = LotText.facts(found.lot, found.issuance, found.project)
      if let request = found.request {
        facts.append(
          ("request", "\(request.number), \(request.standing), filed by \(request.filer)"))
      }
      if let retirement = found.retirement { facts += LotText.facts(retirement) }
      return Printing.facts(facts) + "\n\nLots of the same issuance:\n"
        + LotText.table(found.neighbours)
    }
  }
}

/// Lots and retirements, for people.
enum LotText {
  static func table(_ lots: [LotAnswer]) -> String {
    Printing.table(
      lots.map {
        [
          "\($0.number)", $0.state, Printing.mass($0.amount), $0.project,
          "\($0.vintageFrom / 10_000)", $0.product, "\($0.start)", "\($0.end)", $0.serial,
          $0.owner,
        ]
      },
      header: [
        "lot", "state", "amount", "project", "vintage", "product", "first", "last", "issued as",
        "owner",
      ])
  }

  static func facts(_ lot: LotAnswer, _ issuance: IssuanceAnswer, _ project: ProjectAnswer)
    -> [(String, String)]
  {
    [
      ("lot", "\(lot.number), \(lot.state)" + (lot.isReversed ? ", reversed at its source" : "")),
      ("serials", "\(lot.start)–\(lot.end) of \(lot.serial)"),
      ("amount", Printing.mass(lot.amount)),
      ("vintage", "\(day(lot.vintageFrom)) to \(day(lot.vintageTo))"),
      ("product", ([lot.product] + lot.labels).joined(separator: ", ")),
      (
        "adjustment",
        lot.adjustment.declaration
          + (lot.adjustment.date.map { ", \(lot.adjustment.status), \(day($0))" } ?? "")
      ),
      ("owner", lot.owner), ("custodian", lot.custodian),
      ("project", "\(project.registry) \(project.id), \(project.name), \(project.country)"),
      (
        "issuance",
        "\(issuance.number), serials \(issuance.start)–\(issuance.end), "
          + (issuance.request.map { "request \($0), height \(issuance.height)" } ?? "genesis")
      ),
    ]
  }

  static func facts(_ retirement: RetirementAnswer) -> [(String, String)] {
    var facts = [
      (
        "retirement",
        "\(retirement.number), height \(retirement.height), serials \(retirement.start)–"
          + "\(retirement.end), \(Printing.mass(retirement.amount))"
      ),
      ("retired for", retirement.holder ?? retirement.purpose),
    ]
    if let reason = retirement.reason { facts.append(("reason", reason)) }
    if let beneficiary = retirement.beneficiary { facts.append(("beneficiary", beneficiary)) }
    if let from = retirement.periodFrom, let to = retirement.periodTo {
      facts.append(("period", "\(day(from)) to \(day(to))"))
    }
    let mirror = retirement.mirror.map { "\($0.reference), \(day($0.date))" }
    facts.append(("at the source", mirror ?? "not shown there yet"))
    return facts
  }

  /// yyyymmdd as people write it.
  static func day(_ number: UInt32) -> String {
    func two(_ number: UInt32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(number / 10_000)-\(two(number / 100 % 100))-\(two(number % 100))"
  }
}
