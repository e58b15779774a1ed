public import LedgerCore
public import LedgerState

/// Judging transactions before any block: what their senders can be told at once.
///
/// Made once for a state: what every transaction is judged against (parameters, prices) is read
/// then, and each call costs its own transactions only. Anybody may have as many transactions
/// judged as they like to send.
///
/// What a block does before its transactions is left to the block: a deposit that returns in the
/// next one, because its request runs out, is not counted yet.
public struct Admission {
  private let context: ExecutionContext

  /// Reads what the block after the tip prices transactions by.
  ///
  /// - Parameter state: the tip's, unchanged as long as this is used.
  public init(chain: ChainID, over state: any RecordSource) throws(ExecutionError) {
    let view = StateView(over: state)
    let header: BlockHeader
    do { header = try Self.nextHeader(over: view) } catch { throw .record(error) }
    var context = try ExecutionContext(header, chain: chain, view: view)
    context.judgesSignatures = false
    try context.readPrices()
    self.context = context
  }

  /// Why each transaction would be skipped in a block on this state, by the rules of execution's
  /// first pass; nil for one that would execute. A verdict of today: only a block decides. What
  /// evidence in a report has signed is not verified here: that is dear, and left to the block.
  public func faults(of transactions: [Transaction]) throws(ExecutionError) -> [TransactionFault?] {
    var context = context
    _ = try context.reserveMaxima(of: transactions)
    return context.receipts.map { receipt in
      guard case .skipped(let fault) = receipt.outcome, fault != .blockFull else { return nil }
      return fault
    }
  }

  /// As much of the next block's header as the first pass looks at: height and time.
  private static func nextHeader(over view: StateView) throws(RecordError) -> BlockHeader {
    var queries = LedgerQueries(view)
    let parent = try queries.parentFacts()
    let interval = try queries.chainFacts().interval
    let (timestamp, overflow) = parent.timestamp.addingReportingOverflow(interval)
    return BlockHeader(
      height: parent.height &+ 1, timestamp: overflow ? parent.timestamp : timestamp,
      author: parent.validators.members[0].account, parent: parent.headerHash,
      bundlesRoot: .zero, validatorsHash: .zero, nextValidatorsHash: .zero,
      parentRoots: StateRoots(
        state: .zero, transactions: parent.transactionsRoot, receipts: parent.receiptsRoot),
      parentStatement: parent.statement, parentCommits: [], lateCommits: [])
  }
}
