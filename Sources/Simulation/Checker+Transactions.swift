import LedgerCore
import LedgerRules

/// What becomes of transactions.
extension Checker {
  /// The receipts of a block that became final for the first time.
  mutating func check(
    _ receipts: [Receipt], of decided: DecidedBlock, by node: Int, _ memo: inout VerdictMemo
  ) {
    let transactions = decided.transactions
    guard transactions.count == receipts.count else {
      return report(
        .transactions, [node],
        "height \(decided.height): \(receipts.count) receipts for \(transactions.count)")
    }
    for (transaction, receipt) in zip(transactions, receipts) {
      let id = transaction.id(chain)
      if receipt.transaction != id {
        report(.transactions, [node], "height \(decided.height): a receipt names another one")
      }
      if case .skipped = receipt.outcome {
        skipped.insert(id)
        continue
      }
      if !transaction.signatureChecks.allSatisfy({ memo.verdict($0) }) {
        report(.transactions, [node], "height \(decided.height): \(id) is badly signed")
      }
      executedAt[id] = decided.height
      use(transaction.body, id, height: decided.height, by: node)
    }
  }

  private mutating func use(_ body: TransactionBody, _ id: Digest, height: UInt64, by node: Int) {
    // What a node says has no sequence of its own; it declares itself once for a term.
    if let declaration = body.declaration {
      guard declared[body.sender, default: []].insert(declaration.term).inserted else {
        return report(
          .replay, [node],
          "height \(height): \(body.sender) declares itself twice for term \(declaration.term)")
      }
      return
    }
    if body.report == nil, let other = used[body.sender]?[body.sequence] {
      report(
        .replay, [node],
        "height \(height): sequence \(body.sequence) of \(body.sender) executes \(id) after "
          + "\(other)")
    }
    used[body.sender, default: [:]][body.sequence] = id
    if height > body.validUntil {
      report(.replay, [node], "height \(height): \(id) executes after \(body.validUntil)")
    }
  }

  /// Transactions that have neither executed nor ended, in the order they were sent: accepted ones,
  /// and those that a full node has had in its pool since, and relays.
  func unresolved(_ clients: SimulatedClients, lives: [UInt64]) -> [Digest] {
    clients.ids.filter { id in
      guard let sent = clients.sent[id],
        !sent.acceptedBy.isEmpty || sent.isRelayed(in: lives)
      else { return false }
      return executedAt[id] == nil && !skipped.contains(id) && sent.validUntil >= height
        && used[sent.account]?[sent.sequence] == nil
    }
  }

  /// At the end of a run: no accepted transaction is lost, and every node has told its clients what
  /// became of theirs.
  mutating func checkTransactions(_ clients: SimulatedClients, lives: [UInt64]) {
    for id in unresolved(clients, lives: lives) {
      guard let sent = clients.sent[id] else { continue }
      let isAccepted = !sent.acceptedBy.isEmpty
      report(
        .transactions, (isAccepted ? sent.acceptedBy : sent.relayedBy).map(\.node),
        "\(isAccepted ? "accepted" : "relayed") transaction \(id) is lost")
    }
    for id in clients.ids {
      guard let sent = clients.sent[id] else { continue }
      if let ended = sent.ended, ended.fault == .expired, let executed = executedAt[id] {
        report(
          .transactions, [ended.node],
          "\(id) is said to have expired, and executed at height \(executed)")
      }
      // A margin for the node's own way to the chain's height.
      guard executedAt[id] == nil, !skipped.contains(id), sent.ended == nil,
        sent.validUntil + 2 < height
      else { continue }
      for (node, life) in sent.acceptedBy + sent.relayedBy where lives[node] == life {
        report(.transactions, [node], "\(id) has expired, and nobody was told")
      }
    }
  }
}
