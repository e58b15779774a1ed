import LedgerClient
import LedgerCore
import NodeAnswers

/// What a transaction may cost and the sequence it takes, from what a node answers.
struct TransactionCosts {
  /// µg CO2e: twice the estimate.
  let chargeMax: Amount
  /// ECO2 base units: twice the estimate, and the fee for each account that is new.
  let feeMax: Amount
  /// After those used and those that wait.
  let nextSequence: UInt64

  static func estimate(
    _ operations: [Operation], sender: AccountID, sponsored: Bool, status: StatusAnswer,
    client: NodeClient, network: NetworkKind
  ) async throws -> TransactionCosts {
    let account = try await client.account(sender.address(network: network))
    var newAccounts: UInt128 = account.exists ? 0 : 1
    var recipients: [AccountID] = []
    for case .transfer(let transfer) in operations { recipients.append(transfer.recipient) }
    for recipient in Set(recipients).sorted() where recipient != sender {
      let answer = try await client.account(recipient.address(network: network))
      if !answer.exists { newAccounts += 1 }
    }
    guard let charge = UInt128(status.transferEstimate.charge),
      let fee = UInt128(status.transferEstimate.fee),
      let creation = UInt128(status.transferEstimate.creationFee)
    else { throw ClientError.malformedAnswer("the estimate is no number") }
    let (next, overflow) = max(account.sequence, account.pendingSequence)
      .addingReportingOverflow(1)
    guard !overflow else { throw ClientError.malformedAnswer("the sequence has no next") }
    // Each further operation, and the sponsor's signature, counted as a whole transfer.
    let parts = UInt128(2 * (operations.count + (sponsored ? 1 : 0)))
    return try TransactionCosts(
      chargeMax: Amount(charge).multiplied(by: parts),
      feeMax: Amount(fee).multiplied(by: parts)
        .adding(Amount(creation).multiplied(by: newAccounts)),
      nextSequence: next)
  }
}
