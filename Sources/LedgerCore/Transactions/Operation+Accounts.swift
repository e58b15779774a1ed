extension Operation {
  /// The accounts an operation names beside the sender.
  public var accounts: [AccountID] {
    switch self {
    case .transfer(let transfer): [transfer.recipient]
    case .topUpReserve(let topUp): [topUp.node]
    case .transferLot(let transfer): [transfer.recipient]
    case .fileRequest(let filing):
      if case .onboard(let onboarding) = filing.request { [onboarding.owner] } else { [] }
    default: []
    }
  }
}

extension TransactionBody {
  /// Every account the transaction concerns, each once, in the order of mention: the sender, the
  /// sponsor, and those its operations name.
  public var accounts: [AccountID] {
    var accounts = [sender]
    func add(_ account: AccountID) {
      if !accounts.contains(account) { accounts.append(account) }
    }
    if let sponsor { add(sponsor) }
    for operation in operations { for account in operation.accounts { add(account) } }
    return accounts
  }
}
