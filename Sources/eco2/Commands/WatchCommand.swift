import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Shows blocks and transactions as they become final.",
    discussion: """
      Goes on at the next node where one fails, and misses nothing. With --json each event is one \
      line with its id; --after takes the last one seen.

      Examples:
        eco2 watch
        eco2 watch --account eco2t1qqq…
        eco2 watch --blocks --json --after 120.0 --count 10
      """)

  @Option(help: "Only transactions that this account sent, paid for, or is named in.")
  var account: String?

  @Flag(help: "Only blocks.")
  var blocks = false

  @Flag(help: "Only transactions.")
  var transactions = false

  @Option(
    help: "Go on after this event, HEIGHT.INDEX; after the newest block when left out.",
    transform: { text in
      guard let id = EventID(text) else {
        throw ValidationError("`\(text)` is no event's id, such as 120.0.")
      }
      return id
    })
  var after: EventID?

  @Option(help: "End after so many events; until Ctrl-C when left out.")
  var count: Int?

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !(blocks && (transactions || account != nil)) else {
      throw ValidationError("--blocks goes with neither --transactions nor --account.")
    }
    if let count, count < 1 { throw ValidationError("--count must be at least 1.") }
  }

  func run() async throws {
    let watching = Task {
      try await node.withLedger { ledger in try await watch(ledger) }
    }
    let stopping = Task {
      await StopSignals().wait()
      watching.cancel()
    }
    defer { stopping.cancel() }
    do { try await watching.value } catch ClientError.cancelled { return }
  }

  private func watch(_ ledger: Ledger) async throws {
    if let account { _ = try AccountID(address: account, network: ledger.facts.network) }
    var kinds: Set<EventFilter.Kind> = []
    if blocks { kinds = [.block] }
    if transactions || account != nil { kinds = [.transaction] }
    var shown = 0
    for try await event in ledger.events(
      EventFilter(kinds: kinds, account: account), after: after)
    {
      Printing.line(output.json ? try Printing.jsonLine(EventReport(event)) : text(event))
      shown += 1
      if shown == count { return }
    }
  }

  private func text(_ event: LedgerEvent) -> String {
    switch event.content {
    case .block(let block):
      return "block \(block.height)  \(Printing.time(milliseconds: block.timestamp))  "
        + "\(block.transactions) transactions, \(block.applied) applied  "
        + "footprint \(Printing.mass(block.statement.footprint))"
        + (block.statement.covered ? "" : "  NOT COVERED")
    case .transaction(let answer):
      let contents = answer.transaction
      let what = contents?.operations.map(Self.text).joined(separator: ", ") ?? ""
      let end =
        answer.applied == true ? "applied" : "not applied: \(answer.code ?? "unknown reason")"
      return "  \(event.id)  \(answer.id ?? "-")  \(contents?.sender ?? "-")  \(what)  \(end)"
    }
  }

  private static func text(_ operation: OperationContents) -> String {
    let token = Token.allCases.first { $0.symbol == operation.token } ?? .ecc
    let units = operation.amount ?? ""
    let amount = UInt128(units).map { "\(token.format(Amount($0))) \(token.symbol)" } ?? units
    return switch operation.kind {
    case OperationKind.transfer.name: "\(amount) to \(operation.recipient ?? "-")"
    case OperationKind.topUpReserve.name: "\(amount) into the reserve of \(operation.node ?? "-")"
    default: operation.kind
    }
  }
}

/// One event on one line of JSON.
private struct EventReport: Encodable {
  let id: String
  var block: BlockAnswer?
  var transaction: TransactionAnswer?

  init(_ event: LedgerEvent) {
    id = "\(event.id)"
    switch event.content {
    case .block(let answer): block = answer
    case .transaction(let answer): transaction = answer
    }
  }
}
