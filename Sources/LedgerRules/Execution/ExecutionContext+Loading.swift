import LedgerCore
import LedgerState

// Records lie anywhere in the store: one by one, an execution waits for memory most of its time.
// What transactions name is therefore read before they execute, many records at once. Nothing but
// the time depends on it: what was not foreseen is read when it is touched.

extension ExecutionContext {
  /// Transactions whose records are read together: enough to fill the reads, few enough that the
  /// records are still near when they are used.
  static let loadedTogether = 64

  /// Reads the accounts that transactions are judged by.
  mutating func loadAccounts(of transactions: ArraySlice<Transaction>) throws(ExecutionError) {
    var named: [AccountID] = []
    named.reserveCapacity(transactions.count)
    // By their places: a transaction's copy touches all its parts.
    for place in transactions.indices {
      named.append(transactions[place].body.sender)
      if let sponsor = transactions[place].body.sponsor { named.append(sponsor) }
    }
    do { try accounts.load(named, in: &view) } catch { throw .record(error) }
  }

  /// Reads what the operations of planned transactions name.
  mutating func loadRecords(
    for plans: ArraySlice<TransactionPlan>, of transactions: [Transaction]
  ) throws(ExecutionError) {
    var named: [AccountID] = []
    var wanted = WantedCredits()
    var votes = WantedVotes()
    for plan in plans {
      let sender = transactions[plan.index].body.sender
      for operation in transactions[plan.index].body.operations {
        if case .transfer(let transfer) = operation { named.append(transfer.recipient) }
        wanted.add(operation)
        votes.add(operation, of: sender)
      }
    }
    do {
      try accounts.load(named, in: &view)
      try load(wanted)
      try load(votes)
    } catch { throw .record(error) }
  }
}

extension Array {
  /// The elements a few at a time, in their order.
  func forEachPart<Failure: Error>(
    of count: Int, _ body: (ArraySlice<Element>) throws(Failure) -> Void
  ) throws(Failure) {
    var start = startIndex
    while start < endIndex {
      let end = Swift.min(start + count, endIndex)
      try body(self[start..<end])
      start = end
    }
  }
}
