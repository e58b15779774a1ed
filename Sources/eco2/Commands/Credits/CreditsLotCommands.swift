import ArgumentParser
import LedgerClient
import NodeAnswers

struct CreditsLotsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lots", abstract: "Lists lots of credits on chain.",
    discussion: """
      The newest issuances first, the lots of each in the order of their serials.

      Examples:
        eco2 credits lots --state tradable
        eco2 credits lots --owner eco2t1qqq… --json
        eco2 credits lots --registry gold-standard --project GS1363 --vintage 2020
        eco2 credits lots --serial GS1-1-TR-GS1363-12-2020-20912-17-17
      """)

  @OptionGroup var filter: CreditFilterOptions

  @Option(help: "Only in this state, such as tradable, suspended, in-reserve or retired.")
  var state: String?

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let query = try filter.query(state: state)
    let lots = try await listing.list(from: node) { $0.lots(query, pageSize: $1) }
    try output.show(lots) {
      lots.table(LotText.header, none: "There is no such lot.", LotText.row)
    }
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
    let wanted = try CreditFilterOptions.parse(serial)
    let found = try await node.withLedger {
      try await $0.serial(wanted.number, block: wanted.block)
    }
    guard let found else {
      throw ValidationError("No lot on chain holds serial \(wanted.number) of \(wanted.block).")
    }
    try output.show(found) {
      var facts = LotText.facts(found.lot, found.issuance, found.project)
      if let request = found.request {
        facts.append(
          ("request", "\(request.number), \(request.standing), filed by \(request.filer)"))
      }
      if let retirement = found.retirement { facts += LotText.facts(retirement) }
      return Printing.facts(facts) + "\n\nLots of the same issuance:\n"
        + Printing.table(found.neighbours.map(LotText.row), header: LotText.header)
    }
  }
}

/// Lots and retirements, for people.
enum LotText {
  static let header = [
    "lot", "state", "amount", "project", "vintage", "product", "first", "last", "issued as",
    "owner",
  ]

  static func row(_ lot: LotAnswer) -> [String] {
    [
      "\(lot.number)", lot.state, Printing.mass(lot.amount), lot.project,
      "\(lot.vintageFrom / 10_000)", lot.product, "\(lot.start)", "\(lot.end)", lot.serial,
      lot.owner,
    ]
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
    let due = retirement.mirrorDueBy.map { ", due \(Printing.day(milliseconds: $0))" } ?? ""
    facts.append(("at the source", mirror ?? "not shown there yet" + due))
    return facts
  }

  /// yyyymmdd as people write it.
  static func day(_ number: UInt32) -> String {
    func two(_ number: UInt32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(number / 10_000)-\(two(number / 100 % 100))-\(two(number % 100))"
  }
}
