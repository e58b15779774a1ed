/// What became of an export's credits, for people.
struct CreditsFilingText {
  private let result: CreditsFiling.Result
  /// How many refused requests are shown.
  private let rows: Int

  init(_ result: CreditsFiling.Result, rows: Int) {
    self.result = result
    self.rows = rows
  }

  var text: String {
    var facts = [
      ("eligible", "\(result.eligible) records"),
      ("ineligible", "\(result.ineligible), left out"),
      ("rejected", "\(result.rejected), left out; --dry-run names them"),
      ("on chain", "\(result.onChain), left out"), ("pending", "\(result.pending), left out"),
      ("unknown", "\(result.unknown) of a product that the ledger does not know, left out"),
      ("filed", "\(result.filed) ranges in \(result.transactions.count) requests"),
    ]
    if result.filedForBuffer > 0 {
      facts.append(("", "  \(result.filedForBuffer) of them for the buffer"))
    }
    if result.waiting > 0 {
      facts.append(
        (
          "waiting",
          "\(result.waiting) ranges, until registrars have approved the requests for the buffer; "
            + "then run the same command again"
        ))
    }
    if !result.refused.isEmpty {
      let ranges = result.refused.reduce(0) { $0 + $1.ranges }
      facts.append(("refused", "\(ranges) ranges in \(result.refused.count) requests"))
    }
    if let stopped = result.stopped { facts.append(("stopped", stopped)) }
    return ([Printing.facts(facts)] + refused + advice).joined(separator: "\n\n")
  }

  private var refused: [String] {
    guard !result.refused.isEmpty, rows > 0 else { return [] }
    var table = Printing.table(
      result.refused.prefix(rows).map { ["\($0.ranges)", $0.code, $0.serial, $0.message] },
      header: ["ranges", "refused for", "first serial", ""])
    if result.refused.count > rows {
      table +=
        "\n… and \(result.refused.count - rows) more: --rows \(result.refused.count) shows them."
    }
    return [table]
  }

  private var advice: [String] {
    guard result.refused.contains(where: { $0.code == "buffer_too_small" }) else { return [] }
    let isAskedFor = result.waiting > 0 || result.filedForBuffer > 0
    return [
      isAskedFor
        ? "What the buffer lacks is more than one request holds, and each is judged alone: file "
          + "credits of one large project for it first, with --buffer."
        : "The custodian's buffer is too small for these: --buffer-percent 2 asks first for "
          + "what it lacks."
    ]
  }
}
