import LedgerCore
import LedgerState

/// A transaction that will execute: what is reserved for it, and what it costs.
struct TransactionPlan {
  /// Its place in the block.
  let index: Int
  let id: Digest
  /// Slots in the cache of accounts.
  let sender: Int
  let payer: Int
  let charge: Amount
  /// The network fee, with the creation fee where this is the first of a sender without a record;
  /// without those of accounts its operations make.
  let fee: Amount
  /// Footprint in 1 / `OperationCharge.unit` µg.
  let footprint: UInt128
  /// fJ.
  let energy: UInt128
  /// What a node says with its consensus key, a report or a declaration: it has no payer.
  var isUnpaid = false
}

extension ExecutionContext {
  /// The first pass (protocol §3): in order, every transaction's maxima are reserved from its
  /// payer's balance as of before the block; what is expired, replayed, unauthorised, unpayable or
  /// beyond the block's limits is skipped with a receipt.
  mutating func reserveMaxima(of transactions: [Transaction]) throws(ExecutionError)
    -> [TransactionPlan]
  {
    var plans: [TransactionPlan] = []
    plans.reserveCapacity(transactions.count)
    receipts.reserveCapacity(transactions.count)
    var bytesUsed: UInt64 = 0
    let ids = Transaction.ids(of: transactions, chain: chain)
    // By their places: a transaction's copy touches all its parts.
    let borrowed = transactions.span
    for index in borrowed.indices {
      if index.isMultiple(of: Self.loadedTogether) {
        try loadAccounts(of: transactions[index...].prefix(Self.loadedTogether))
      }
      let id = ids[index]
      let sender = try account(borrowed[index].body.sender)
      let payer = try account(borrowed[index].body.payer)
      let price = Price(
        borrowed[index], createsSender: accounts.entries[sender].current == nil,
        parameters: parameters, charges: charges, baseFee: tip.baseFee)
      if let message = borrowed[index].body.nodeMessage {
        let fault = try fault(of: message, borrowed[index])
        receipts.append(Self.openReceipt(id, fault))
        guard fault == nil else { continue }
        plans.append(
          TransactionPlan(
            index: index, id: id, sender: sender, payer: payer, charge: price.charge, fee: .zero,
            footprint: price.footprint, energy: price.energy, isUnpaid: true))
        continue
      }
      var fault: TransactionFault?
      do throws(TransactionFault) {
        try check(borrowed[index], sender: sender, payer: payer)
        try price.check(borrowed[index].body)
        guard weightUsed + price.weight <= UInt128(parameters.blockWeightMax),
          bytesUsed + UInt64(borrowed[index].bytes.count) <= parameters.blockBytesMax
        else { throw .blockFull }
        try reserve(borrowed[index].body, sender: sender, payer: payer)
      } catch { fault = error }
      receipts.append(Self.openReceipt(id, fault))
      guard fault == nil else { continue }
      weightUsed += price.weight
      bytesUsed += UInt64(borrowed[index].bytes.count)
      plans.append(
        TransactionPlan(
          index: index, id: id, sender: sender, payer: payer, charge: price.charge,
          fee: price.fee, footprint: price.footprint, energy: price.energy))
    }
    accounts.settle()
    return plans
  }

  /// Why what a node says with its consensus key is skipped.
  private mutating func fault(of message: TransactionBody.NodeMessage, _ transaction: Transaction)
    throws(ExecutionError) -> TransactionFault?
  {
    switch message {
    case .report(let evidence): try fault(ofReport: transaction, evidence)
    case .declaration(let ready): try fault(ofDeclaration: transaction, ready)
    }
  }

  /// The receipt of a transaction that is skipped, or still to execute.
  private static func openReceipt(_ id: Digest, _ fault: TransactionFault?) -> Receipt {
    Receipt(
      transaction: id, outcome: fault.map { .skipped($0) } ?? .applied, charge: .zero, fee: .zero)
  }

  /// What a transaction costs in this block.
  private struct Price {
    let charge: Amount
    let fee: Amount
    let footprint: UInt128
    let energy: UInt128
    let weight: UInt128

    init(
      _ transaction: Transaction, createsSender: Bool, parameters: Parameters,
      charges: OperationCharge, baseFee: Amount
    ) {
      let work = Work(
        byteCount: transaction.bytes.count, signatureCount: transaction.signatureCount,
        operations: transaction.body.operations, parameters: parameters)
      charge = charges.charge(work)
      footprint = charges.footprint(work)
      energy = charges.energy(work)
      weight = work.weight(parameters)
      // At most 2^68 × 2^55, and the creation fee at most the whole supply: inside 128 bits.
      let creation = createsSender ? parameters.creationFee.baseUnits : 0
      fee = Amount(weight * baseFee.baseUnits + creation)
    }

    /// Whether the stated maxima suffice.
    func check(_ body: TransactionBody) throws(TransactionFault) {
      guard charge <= body.chargeMax else { throw .chargeAboveMaximum }
      guard fee <= body.feeMax else { throw .feeAboveMaximum }
    }
  }

  /// Whether a transaction may execute in this block at all.
  private func check(_ transaction: Transaction, sender: Int, payer: Int)
    throws(TransactionFault)
  {
    let body = transaction.body
    try checkValidity(of: body)
    try (accounts.entries[sender].current ?? Account()).sequences.check(body.sequence)
    guard isAuthorised(sender, transaction.senderAuthorizations) else { throw .unauthorised }
    guard body.sponsor == nil || isAuthorised(payer, transaction.sponsorAuthorizations) else {
      throw .sponsorUnauthorised
    }
  }

  /// Whether a transaction is for this chain and height.
  func checkValidity(of body: TransactionBody) throws(TransactionFault) {
    guard body.chainTag == chain.tag else { throw .wrongChain }
    guard body.validUntil >= height else { throw .expired }
    guard body.validUntil - height <= Limits.validityHeightsMax else { throw .validityTooLong }
  }

  /// Whether these keys are the account's as of the parent's state.
  private func isAuthorised(_ slot: Int, _ authorizations: [Authorization]) -> Bool {
    let entry = accounts.entries[slot]
    guard let authority = entry.original?.authority else {
      return authorizations.count == 1 && authorizations[0].key.bytes == entry.id.bytes
    }
    return authority.isSatisfied(by: authorizations.map(\.key))
  }

  /// Uses the sequence and takes the maxima from the payer.
  private mutating func reserve(_ body: TransactionBody, sender: Int, payer: Int)
    throws(TransactionFault)
  {
    let fees = try body.feeMax.plus(body.tip)
    guard var record = accounts.entries[payer].current, record.ecc >= body.chargeMax else {
      throw .chargeUnpayable
    }
    guard record.eco2 >= fees else { throw .feeUnpayable }
    record.ecc = record.ecc.saturatingSubtracting(body.chargeMax)
    record.eco2 = record.eco2.saturatingSubtracting(fees)
    if sender == payer {
      try record.sequences.use(body.sequence)
      accounts.set(payer, record)
    } else {
      var account = accounts.entries[sender].current ?? Account()
      try account.sequences.use(body.sequence)
      accounts.set(payer, record)
      accounts.set(sender, account)
    }
  }
}

extension Amount {
  /// The sum, in a place where a transaction's numbers could overflow.
  func plus(_ other: Amount) throws(TransactionFault) -> Amount {
    do { return try adding(other) } catch { throw .overflow }
  }
}
