import LedgerCore
import LedgerRules
import LedgerStore
import NodeAnswers

/// A transaction that stands where history says, with its receipt.
struct PlacedTransaction: Sendable {
  let place: HistoryPlace
  let transaction: Transaction
  let receipt: Receipt
}

/// Look-ups whose answers were held against the log: of what is looked for, the tables keep eight
/// bytes.
extension HistoryStore {
  /// The transaction of an id: where it was executed, or else where it was skipped last; nil when
  /// no indexed block holds it.
  func find(_ id: Digest, log: BlockLog) throws -> PlacedTransaction? {
    var skipped: PlacedTransaction?
    for place in try places(ofTransaction: id) {
      guard let found = try read(place, log), found.receipt.transaction == id else { continue }
      if case .skipped = found.receipt.outcome {
        if skipped == nil { skipped = found }
      } else {
        return found
      }
    }
    return skipped
  }

  /// Executed transactions that concern an account, newest first.
  func transactions(
    of account: AccountID, before: HistoryPlace?, limit: Int, log: BlockLog
  ) throws -> [PlacedTransaction] {
    var list: [PlacedTransaction] = []
    var last = before
    while list.count < limit {
      let wanted = limit - list.count
      let places = try places(ofAccount: account, before: last, limit: wanted)
      for place in places {
        // A block the log no longer holds ends the list.
        guard let found = try read(place, log) else { return list }
        if found.transaction.body.accounts.contains(account) { list.append(found) }
      }
      if places.count < wanted { break }
      last = places.last
    }
    return list
  }

  /// The place of a bundle in a final block.
  func place(ofBundle digest: Digest, log: BlockLog) throws -> HistoryPlace? {
    for place in try places(ofBundle: digest) {
      let digests = try head(place.height, log: log)?.block.bundleDigests ?? []
      if digests.indices.contains(place.index), digests[place.index] == digest { return place }
    }
    return nil
  }

  private func read(_ place: HistoryPlace, _ log: BlockLog) throws -> PlacedTransaction? {
    let found = try transactions(of: place.height, from: place.index, limit: 1, log: log)
    guard let found = found?.first else { return nil }
    return PlacedTransaction(
      place: place, transaction: try Transaction(decoding: found.bytes[...]),
      receipt: found.receipt)
  }
}

extension TransactionAnswer {
  /// How a transaction ended in a final block, without its contents.
  init(_ receipt: Receipt, at place: HistoryPlace) {
    let end = TransactionEnd.final(
      height: place.height, index: UInt32(clamping: place.index), receipt.outcome)
    self = end.answer(receipt.transaction)
  }
}

extension BlockAnswer {
  /// A block as history and state remember it.
  init(
    _ summary: HistorySummary, _ record: BlockRecord, _ statement: CarbonStatement,
    network: NetworkKind
  ) {
    self.init(
      height: summary.height, hash: record.headerHash.hex, parent: summary.parent.hex,
      timestamp: summary.timestamp, author: summary.author.address(network: network),
      view: summary.view, transactions: summary.transactions, applied: Int(summary.applied),
      failed: Int(summary.failed), skipped: Int(summary.skipped), bundles: Int(summary.bundles),
      stateRoot: summary.stateRoot.hex, transactionsRoot: record.transactionsRoot.hex,
      receiptsRoot: record.receiptsRoot.hex, signers: summary.signers.map { Int($0) },
      certifiedAfterMilliseconds: nil, statement: StatementAnswer(statement))
  }
}
