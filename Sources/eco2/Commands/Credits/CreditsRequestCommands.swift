import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct CreditsRequestsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "requests", abstract: "Lists requests to the registrars, newest first.",
    discussion: """
      Examples:
        eco2 credits requests --state pending
        eco2 credits requests --registry gold-standard --project GS1363
        eco2 credits requests --limit 5 --json
      """)

  @OptionGroup var filter: CreditFilterOptions

  @Option(help: "Only in this state: pending, approved, rejected, withdrawn or expired.")
  var state: String?

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let query = try filter.query(state: state)
    let requests = try await listing.list(from: node) { $0.requests(query, pageSize: $1) }
    try output.show(requests) {
      requests.table(
        ["no.", "kind", "standing", "serials", "yes", "no", "filed", "expires", "filer"],
        none: "There is no such request."
      ) {
        [
          "\($0.number)", $0.isBuffer == true ? "\($0.kind), buffer" : $0.kind, $0.standing,
          $0.serials.map { "\($0)" } ?? "-", "\($0.approvals.count)", "\($0.rejections.count)",
          Printing.time(milliseconds: $0.filedAt), Printing.day(milliseconds: $0.expiresAt),
          $0.filer,
        ]
      }
    }
  }
}

struct CreditsRequestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request", abstract: "Shows a request to the registrars with its serials.",
    discussion: """
      Example:
        eco2 credits request 0
      """)

  @Argument(help: "The request's number.")
  var number: UInt64

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    let request = try await node.withLedger { try await $0.request(number) }
    try output.show(request) {
      var facts = [
        ("request", "\(request.number), \(request.kind)"),
        ("standing", request.standing + (request.endedAt.map { " at height \($0)" } ?? "")),
        ("filer", request.filer), ("filed", Printing.time(milliseconds: request.filedAt)),
        ("expires", Printing.time(milliseconds: request.expiresAt)),
        ("deposit", Printing.eco2(request.deposit)), ("document", request.document),
      ]
      if let voucher = request.voucher { facts.append(("voucher", voucher)) }
      if let owner = request.owner {
        facts.append(("for", request.isBuffer == true ? "the custodian's buffer" : owner))
      }
      facts += request.approvals.map { ("approved by", $0) }
      facts += request.rejections.map { ("rejected by", $0) }
      let ranges = (request.ranges ?? []).map { range in
        [
          range.project ?? range.lot.map { "lot \($0)" } ?? "-", "\(range.start)",
          "\(range.end)", range.serial ?? "-",
        ]
      }
      guard !ranges.isEmpty else { return Printing.facts(facts) }
      return Printing.facts(facts) + "\n\n"
        + Printing.table(ranges, header: ["of", "first", "last", "serial"])
    }
  }
}

struct CreditsApproveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Approves a request, as a registrar.",
    discussion: """
      The approval that completes the threshold carries the request out. Each is charged for the \
      lots that this may make or change: as many as the filer stated, unless --lots says more, \
      for instance because they have been divided since.

      Examples:
        eco2 credits approve 0 --from registrar-1.pem
        eco2 credits approve 0 --lots 40 --from registrar-1.pem
      """)

  @Argument(help: "The request's number.")
  var number: UInt64

  @Option(help: "How many lots it may make or change.")
  var lots: UInt16?

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in
      let lotsMax = if let lots { lots } else { try await ledger.request(number).lotsMax }
      return draft.approve(number, lotsMax: lotsMax)
    }
  }
}

struct CreditsRejectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Rejects a request, as a registrar.",
    discussion: """
      Example:
        eco2 credits reject 0 --reasons 9f86d0… --from registrar-1.pem
      """)

  @Argument(help: "The request's number.")
  var number: UInt64

  @Option(help: "SHA-256 of the reasons.", transform: digest)
  var reasons: Digest?

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in
      draft.reject(
        number, reasons: reasons ?? .zero, lotsMax: try await ledger.request(number).lotsMax)
    }
  }
}

struct CreditsWithdrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw",
    abstract: "Takes a request back, as who filed it: what was locked returns.",
    discussion: """
      Example:
        eco2 credits withdraw 0 --from custodian.pem
      """)

  @Argument(help: "The request's number.")
  var number: UInt64

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, _ in draft.withdraw(request: number) }
  }
}
