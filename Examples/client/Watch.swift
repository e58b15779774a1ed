import LedgerClient
import NodeAnswers

/// Shows ten events as they become final: blocks, and the transactions in them.
func watch(nodes: [NodeAddress]) async throws {
  let ledger = try await Ledger.connect(to: nodes)
  var count = 0
  // Without end, and without gaps: when the node that streams dies, another goes on after the last
  // event. To go on after a restart of your own program, keep `event.id` and give it as `after`.
  for try await event in ledger.events() {
    switch event.content {
    case .block(let block):
      print("block \(block.height) with \(block.transactions) transactions, id \(event.id)")
    case .transaction(let transaction):
      let sender = transaction.transaction?.sender ?? "somebody"
      print("  \(transaction.id ?? "") of \(sender): \(transaction.receipt?.outcome ?? "")")
    }
    count += 1
    if count == 10 { break }
  }
  await ledger.close()
}
