import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct CarbonReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Sums the carbon statements of a range of blocks.",
    discussion: """
      The statements are those of the chain: each block's footprint, what its ER Nodes owed and \
      paid, what the neutrality fund paid, what was left open, what transactions were charged. The \
      sums come from the nodes that are asked, at their word.

      Examples:
        eco2 carbon report
        eco2 carbon report --from 1 --to 8640 --format csv
        eco2 carbon report --from 1 --to 8640 --buckets 144 --format svg > day.svg
      """)

  /// How the report is written.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case table
    case csv
    case json
    case svg
  }

  @Option(help: "The first height; 1 when left out.")
  var from: UInt64 = 1

  @Option(help: "The last height; the last final one when left out.")
  var to: UInt64?

  @Option(help: "Into how many equal parts to divide it; as many as there are blocks at most.")
  var buckets = 24

  @Option(help: "table, csv (one line a part), json, or svg: a plot of footprint and payments.")
  var format: Format?

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard from > 0, to.map({ $0 >= from }) ?? true else {
      throw ValidationError("--from must be 1 or more, and --to no less than it.")
    }
    guard (1...CarbonFormat.bucketsMax).contains(buckets) else {
      throw ValidationError("--buckets must lie between 1 and \(CarbonFormat.bucketsMax).")
    }
    guard !output.json || format == nil || format == .json else {
      throw ValidationError("--json and --format name two forms; leave one out.")
    }
  }

  func run() async throws {
    let report = try await node.withLedger { ledger in
      let last = if let to { to } else { try await ledger.status().height }
      guard last >= from else {
        throw ValidationError("The last final block is \(last); there is none from \(from) on.")
      }
      return try await CarbonReport(ledger, from...last, buckets: buckets)
    }
    switch output.json ? .json : format ?? .table {
    case .table: Printing.line(report.table)
    case .csv: Printing.line(report.csv)
    case .json: Printing.line(try Printing.json(report.answer))
    case .svg: Printing.line(report.svg)
    }
  }
}

struct CarbonEstimateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "estimate", abstract: "Shows what an operation would be charged now.",
    discussion: """
      Of a transaction with one signature that holds nothing else. The charge depends on the \
      network's ER Nodes and on how long the transaction is; the fee on how full blocks are. What \
      is filed is an on-boarding: it, and deciding on it, are charged for each lot that they may \
      make.

      Examples:
        eco2 carbon estimate transfer
        eco2 carbon estimate file-request --lots 128
        eco2 carbon estimate all --json
      """)

  @Argument(help: "An operation, such as retire-lot, or all.")
  var operation: String

  @Option(help: "The lots that file-request and decide-request state.")
  var lots: UInt16 = 1

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  private struct Row: Encodable {
    let operation: String
    let estimate: EstimateAnswer
  }

  func validate() throws {
    guard (1...UInt16(CreditLimits.requestRangesMax)).contains(lots) else {
      throw ValidationError("--lots must lie between 1 and \(CreditLimits.requestRangesMax).")
    }
  }

  func run() async throws {
    let all = OperationExamples.all(lots: lots)
    let wanted = operation == "all" ? all : all.filter { $0.kind.name == operation }
    guard !wanted.isEmpty else {
      throw ValidationError(
        "`\(operation)` is none of \(all.map(\.kind.name).joined(separator: ", ")), all.")
    }
    let rows = try await node.withLedger { ledger in
      var rows: [Row] = []
      for example in wanted {
        let draft = TransactionBuilder(from: OperationExamples.account).adding(example)
        rows.append(
          Row(operation: example.kind.name, estimate: try await ledger.estimate(draft)))
      }
      return rows
    }
    try output.show(rows) {
      Printing.table(
        rows.map {
          [$0.operation, Printing.mass($0.estimate.charge), Printing.eco2($0.estimate.fee)]
        },
        header: ["operation", "carbon charge", "network fee now"])
    }
  }
}

/// One operation of each kind, as short as they come in practice.
enum OperationExamples {
  static let account = AccountID(.zero)
  private static let range = LotRange(lot: 1, start: 1, end: 10)

  /// - Parameter lots: ranges that are on-boarded, each a lot.
  static func all(lots: UInt16) -> [LedgerCore.Operation] {
    let builder = TransactionBuilder(from: account)
      .transfer(.eco2, Amount(1), to: account)
      .topUpReserve(of: account, Amount(1))
      .file(onboarding(lots), proof: CustodyProof(document: .zero))
      .approve(1, lotsMax: lots).withdraw(request: 1)
      .attestCustody(document: .zero).postBond(Amount(1))
      .setBuffer(range, isBuffer: true).replaceCredits(obligation: 1, with: range)
      .confirmRetirement(1, reference: "12345678", date: 20_250_101)
      .transferLot(range, to: account).splitLot(1, at: 5).depositLot(range)
      .retireLot(range, claim: RetirementClaim(reason: .voluntary)).cancelLot(range)
      .withdrawReserve(Amount(1)).collectReserve().sellToFund(Amount(1), priceMin: Amount(1))
    return builder.operations
  }

  private static func onboarding(_ ranges: UInt16) -> CreditRequest {
    let project = CreditProject(
      registry: "gold-standard", id: "GS1234", name: "Improved cookstoves", country: "Kenya",
      type: "Energy efficiency - domestic", methodology: "AMS-II.G.", proponent: "Proponent")
    let serials = (0..<UInt64(ranges)).map { number in
      CreditRange(
        serialBlock: "gold-standard|1|KE|GS1234|12",
        serialText: "GS1-1-KE-GS1234-12-2022-7719-\(100 * number + 1)-\(100 * number + 100)",
        start: 100 * number + 1, end: 100 * number + 100, vintageFrom: 20_220_101,
        vintageTo: 20_221_231, product: .verified)
    }
    return .onboard(
      CreditRequest.Onboarding(
        owner: account,
        batches: [CreditRequest.Onboarding.Batch(project: project, ranges: serials)]))
  }
}
