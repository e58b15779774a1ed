import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Moves a token from the sender to the recipient. The recipient's first record costs the
  /// creation fee, which `fee` grows by: the payer's, within its maximum.
  mutating func apply(
    _ transfer: Transfer, of sender: AccountID, _ slot: Int, _ fee: inout Amount
  ) throws(OperationFailure) {
    guard !transfer.amount.isZero else { throw .fault(.zeroAmount) }
    guard transfer.recipient != sender else { throw .fault(.selfTransfer) }
    let to: Int
    do { to = try account(transfer.recipient) } catch { throw .fatal(error) }
    try take(transfer.amount, of: transfer.token, from: slot)
    do {
      if accounts.entries[to].current == nil { fee = try fee.plus(parameters.creationFee) }
      var recipient = accounts.entries[to].current ?? Account()
      recipient[transfer.token] = try recipient[transfer.token].plus(transfer.amount)
      accounts.set(to, recipient)
    } catch { throw .fault(error) }
  }

  /// Takes a token from an account that may not hold enough.
  mutating func take(_ amount: Amount, of token: Token, from slot: Int)
    throws(OperationFailure)
  {
    guard var record = accounts.entries[slot].current, record[token] >= amount else {
      throw .fault(.insufficientBalance)
    }
    record[token] = record[token].saturatingSubtracting(amount)
    accounts.set(slot, record)
  }

  /// Replaces the sender's keys, from the next block on: authority is judged by the parent's state.
  mutating func apply(_ change: SetAuthority, of sender: AccountID, _ slot: Int)
    throws(OperationFailure)
  {
    guard var record = accounts.entries[slot].current else {
      throw .fault(.insufficientBalance)
    }
    let isSimple = change.authority == Authority(simple: sender)
    record.authority = isSimple ? nil : change.authority
    accounts.set(slot, record)
  }

  /// Releases to the founders what is due to them at this block's time (carbon rules, "Tokens").
  mutating func releaseVesting() throws(ExecutionError) {
    while var vesting = now.vesting, let due = vesting.releases.first,
      due <= header.timestamp
    {
      let left = UInt128(vesting.releases.count)
      for index in vesting.founders.indices {
        let share = vesting.founders[index]
        let part = Amount(share.amount.baseUnits / left)
        vesting.founders[index].amount = try share.amount.less(part)
        try pay(part, to: share.account)
      }
      vesting.releases.removeFirst()
      now.vesting = vesting.releases.isEmpty ? nil : vesting
    }
  }
}
