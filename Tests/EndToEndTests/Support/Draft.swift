import LedgerCore

/// A transaction as tests write it: plenty of everything unless said otherwise.
struct Draft {
  var chain: ChainID
  var sender: SigningKey
  var sequence: UInt64
  var validUntil: UInt64
  var chargeMax = Amount(10_000)
  var feeMax = Amount(20_000_000)
  var tip = Amount.zero
  var sponsor: SigningKey?
  var operations: [Operation]

  init(
    _ chain: ChainID, from sender: SigningKey, sequence: UInt64, validUntil: UInt64,
    _ operations: Operation...
  ) {
    self.chain = chain
    self.sender = sender
    self.sequence = sequence
    self.validUntil = validUntil
    self.operations = operations
  }

  var body: TransactionBody {
    TransactionBody(
      chain: chain, sender: sender.account, sequence: sequence, validUntil: validUntil,
      chargeMax: chargeMax, feeMax: feeMax, tip: tip, sponsor: sponsor?.account,
      operations: operations)
  }

  func signed() throws -> Transaction {
    try Transaction(
      body: body, chain: chain, senderKeys: [sender], sponsorKeys: sponsor.map { [$0] } ?? [])
  }
}

extension Operation {
  static func send(_ token: Token, _ amount: UInt128, to recipient: SigningKey) -> Operation {
    .transfer(Transfer(token: token, recipient: recipient.account, amount: Amount(amount)))
  }
}
