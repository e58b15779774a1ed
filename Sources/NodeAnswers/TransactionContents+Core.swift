public import LedgerCore

extension TransactionContents {
  /// What a signed transaction says, and who signed it.
  public init(_ transaction: Transaction, network: NetworkKind) {
    self.init(transaction.body, network: network)
    senderAuthorizations = transaction.senderAuthorizations.map(AuthorizationContents.init)
    sponsorAuthorizations = transaction.sponsorAuthorizations.map(AuthorizationContents.init)
  }

  /// What a body says; nobody has signed it.
  public init(_ body: TransactionBody, network: NetworkKind) {
    var tag = BCSWriter(reserving: 4)
    tag.u32(body.chainTag)
    self.init(
      chainTag: Hex.encode(tag.bytes), sender: body.sender.address(network: network),
      sequence: body.sequence, validUntil: body.validUntil, chargeMax: "\(body.chargeMax)",
      feeMax: "\(body.feeMax)", tip: "\(body.tip)",
      sponsor: body.sponsor?.address(network: network),
      operations: body.operations.map { OperationContents($0, network: network) },
      senderAuthorizations: [], sponsorAuthorizations: [])
  }
}

extension OperationContents {
  /// What an operation asks for.
  public init(_ operation: Operation, network: NetworkKind) {
    self.init(kind: operation.kind.name)
    switch operation {
    case .transfer(let transfer):
      token = transfer.token.symbol
      recipient = transfer.recipient.address(network: network)
      amount = "\(transfer.amount)"
    case .setAuthority(let change):
      threshold = Int(change.authority.threshold)
      keys = change.authority.keys.map(\.hex)
    case .topUpReserve(let topUp):
      node = topUp.node.address(network: network)
      amount = "\(topUp.amount)"
    case .reportOffence(let report):
      offence = report.evidence.offence.name
      height = report.evidence.height
      evidence = Hex.encode(report.evidence.bcs)
    case .withdrawReserve(let operation): amount = "\(operation.amount)"
    case .collectReserve: break
    case .sellToFund(let operation):
      amount = "\(operation.amount)"
      priceMin = "\(operation.priceMin)"
    case .postBond(let operation): amount = "\(operation.amount)"
    case .transferLot(let operation):
      recipient = operation.recipient.address(network: network)
      credits = CreditOperationContents(operation.range)
    default:
      credits = CreditOperationContents(operation)
      delegation = DelegationOperationContents(operation, network: network)
    }
  }
}

extension AuthorizationContents {
  /// A key and its signature.
  public init(_ authorization: Authorization) {
    self.init(key: authorization.key.hex, signature: Hex.encode(authorization.signature.array))
  }
}

extension ReceiptContents {
  /// What executing a transaction gave.
  public init(_ receipt: Receipt) {
    let (charge, fee) = ("\(receipt.charge)", "\(receipt.fee)")
    switch receipt.outcome {
    case .applied: self.init(outcome: "applied", charge: charge, fee: fee)
    case .failed(let operation, let fault, let subject):
      self.init(
        outcome: "failed", operation: Int(operation), code: fault.code, message: fault.sentence,
        subject: subject, charge: charge, fee: fee)
    case .skipped(let fault):
      self.init(
        outcome: "skipped", code: fault.code, message: fault.sentence, charge: charge, fee: fee)
    }
  }
}

extension TransactionAnswer {
  /// A transaction of a final block, with its contents and what executing it gave.
  ///
  /// - Parameter index: its place in the block, from 0.
  public init(
    _ transaction: Transaction, _ receipt: Receipt, height: UInt64, index: Int,
    network: NetworkKind
  ) {
    let receiptContents = ReceiptContents(receipt)
    self.init(
      id: receipt.transaction.hex, status: .final, applied: receipt.outcome == .applied,
      height: height, code: receiptContents.code, message: receiptContents.message, index: index,
      transaction: TransactionContents(transaction, network: network), receipt: receiptContents)
  }
}
