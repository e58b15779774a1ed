public import LedgerCore
public import LedgerState

/// Judging transactions before any block: what their senders can be told at once.
public enum Admission {
  /// Why each transaction would be skipped in a block on this state, by the rules of execution's
  /// first pass; nil for one that would execute. A verdict of today: only a block decides.
  ///
  /// - Parameter view: the tip's state; nothing is written to it.
  public static func faults(
    of transactions: [Transaction], chain: ChainID, on view: inout StateView
  ) throws(ExecutionError) -> [TransactionFault?] {
    let header: BlockHeader
    do { header = try nextHeader(over: view) } catch { throw .record(error) }
    var context = try ExecutionContext(header, chain: chain, view: view)
    try context.takeDues()
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
