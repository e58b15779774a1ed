import LedgerClient
import LedgerCore
import NodeAnswers

/// Sends 100 transfers of one account at the same time.
func parallel(key: SigningKey, nodes: [NodeAddress]) async throws {
  let ledger = try await Ledger.connect(to: nodes)
  let sender = AccountID(key.publicKey)
  let recipient = AccountID(try SigningKey.generate().publicKey)
  let start = ContinuousClock.now

  // The first creates the recipient's record, which costs more; the others then cost the same, and
  // need no estimate of their own.
  let draft = TransactionBuilder(from: sender).transfer(.eco2, Amount(1), to: recipient)
  try await ledger.send(draft, signedBy: Signers(key))
  let estimate = try await ledger.estimate(draft)
  guard let charge = UInt128(estimate.charge), let fee = UInt128(estimate.fee) else { return }
  let bounded = draft.paying(chargeMax: Amount(2 * charge), feeMax: Amount(2 * fee))

  // Each takes a sequence of its own; at most 512 of an account can be under way.
  let heights = try await withThrowingTaskGroup(of: UInt64?.self) { group in
    for _ in 0..<100 {
      group.addTask { try await ledger.send(bounded, signedBy: Signers(key)).height }
    }
    return try await group.reduce(into: Set<UInt64>()) { if let height = $1 { $0.insert(height) } }
  }
  let account = try await ledger.account(recipient)
  print(
    "100 transfers are final in blocks \(heights.sorted()) after \(ContinuousClock.now - start)")
  print("the recipient holds \(account.eco2)")
  await ledger.close()
}
