import LedgerCore
import LedgerState

/// Why an operation did not succeed: the transaction's fault, or this node's.
enum OperationFailure: Error {
  /// What an operation failed by.
  enum Subject {
    case lot(UInt64)
    case request(UInt64)
    case retirement(UInt64)
    case obligation(UInt64)

    var number: UInt64 {
      switch self {
      case .lot(let number), .request(let number), .retirement(let number),
        .obligation(let number):
        number
      }
    }

    /// How many of its kind there are.
    func count(in book: RegistryBook) -> UInt64 {
      switch self {
      case .lot: book.lots
      case .request: book.requests
      case .retirement: book.retirements
      case .obligation: book.obligations
      }
    }
  }

  case fault(TransactionFault, subject: Subject? = nil)
  case fatal(ExecutionError)

  /// The transaction's fault; throws what is this node's.
  func transactionFault() throws(ExecutionError) -> (TransactionFault, subject: Subject?) {
    switch self {
    case .fault(let fault, let subject): return (fault, subject)
    case .fatal(let error): throw error
    }
  }
}

extension ExecutionContext {
  /// The second pass: executes a transaction whose maxima are reserved. All its operations are
  /// applied, or none; sequence, charge, fee and tip are consumed either way, and the rest of the
  /// maxima returns afterwards.
  mutating func execute(_ plan: TransactionPlan, _ transaction: Transaction)
    throws(ExecutionError)
  {
    let body = transaction.body
    let before = savepoint
    var fee = plan.fee
    var outcome = Receipt.Outcome.applied
    for (index, operation) in body.operations.enumerated() {
      do throws(OperationFailure) {
        try apply(operation, of: body.sender, plan, &fee)
        guard fee <= body.feeMax else { throw .fault(.feeAboveMaximum) }
      } catch {
        let (fault, subject) = try error.transactionFault()
        let number = subject.flatMap { numberKept($0, since: before) }
        rollback(to: before)
        fee = plan.fee
        outcome = .failed(
          operation: UInt8(truncatingIfNeeded: index), fault, subject: number)
      }
      if outcome != .applied { break }
    }
    try settle(plan, body, outcome, fee: fee)
  }

  /// The number of what an operation failed by; nil when the transaction itself has made it, since
  /// it goes with all else and its number to another. What there never was keeps the number by
  /// which the operation named it.
  private func numberKept(_ subject: OperationFailure.Subject, since before: Savepoint) -> UInt64? {
    let made = subject.count(in: before.now.book)..<subject.count(in: now.book)
    return made.contains(subject.number) ? nil : subject.number
  }

  /// One line per operation: each belongs to one domain.
  private mutating func apply(
    _ operation: Operation, of sender: AccountID, _ plan: TransactionPlan, _ fee: inout Amount
  ) throws(OperationFailure) {
    guard !now.governance.isPaused(operation.kind, at: header.timestamp) else {
      throw .fault(.operationPaused)
    }
    switch operation {
    case .transfer(let transfer): try apply(transfer, of: sender, plan.sender, &fee)
    case .setAuthority(let change): try apply(change, of: sender, plan.sender)
    case .topUpReserve(let operation): try apply(operation, plan.sender)
    case .reportOffence(let report): try apply(report, of: sender, isReport: plan.isUnpaid)
    case .fileRequest(let operation): try apply(operation, of: sender, plan.sender)
    case .decideRequest(let operation): try apply(operation, of: sender)
    case .withdrawRequest(let operation): try apply(operation, of: sender)
    case .attestCustody(let operation): try apply(operation, of: sender)
    case .postBond(let operation): try apply(operation, of: sender, plan.sender)
    case .setBuffer(let operation): try apply(operation, of: sender)
    case .replaceCredits(let operation): try apply(operation, of: sender)
    case .confirmRetirement(let operation): try apply(operation, of: sender)
    case .transferLot(let operation): try apply(operation, of: sender)
    case .splitLot(let operation): try apply(operation, of: sender)
    case .depositLot(let operation): try apply(operation, of: sender, plan.sender)
    case .retireLot(let operation): try apply(operation, of: sender)
    case .cancelLot(let operation): try apply(operation, of: sender)
    case .withdrawReserve(let operation): try apply(operation, of: sender)
    case .collectReserve(let operation): try apply(operation, of: sender, plan.sender)
    case .sellToFund(let operation): try apply(operation, of: sender, plan.sender)
    case .lockVotes(let operation): try apply(operation, of: sender, plan.sender)
    case .unlockVotes(let operation): try apply(operation, of: sender)
    case .collectUnlocked(let operation): try apply(operation, of: sender, plan.sender)
    case .placeVotes(let operation): try apply(operation, of: sender)
    case .moveVotes(let operation): try apply(operation, of: sender)
    case .withdrawVotes(let operation): try apply(operation, of: sender)
    case .claimRewards(let operation): try apply(operation, of: sender)
    case .registerCandidate(let operation): try apply(operation, of: sender, plan.sender)
    case .updateCandidate(let operation): try apply(operation, of: sender)
    case .changeConsensusKey(let operation): try apply(operation, of: sender)
    case .declareReady(let operation):
      try apply(operation, of: sender, isDeclaration: plan.isUnpaid)
    case .resignCandidate(let operation): try apply(operation, of: sender)
    case .collectBond(let operation): try apply(operation, of: sender)
    case .releaseNode(let operation): try apply(operation, of: sender, plan.sender)
    case .proposeMotion(let operation): try apply(operation, of: sender)
    case .decideMotion(let operation): try apply(operation, of: sender)
    case .cancelMotion(let operation): try apply(operation, of: sender)
    case .vetoMotion(let operation): try apply(operation, of: sender)
    }
  }

  /// Takes charge, fee and tip, returns what is left of the maxima, and closes the receipt.
  private mutating func settle(
    _ plan: TransactionPlan, _ body: TransactionBody, _ outcome: Receipt.Outcome, fee: Amount
  ) throws(ExecutionError) {
    let isFree = plan.isUnpaid || outcome == .applied && body.bringsOnlyEvidence
    let price = (charge: isFree ? .zero : plan.charge, fee: isFree ? .zero : fee)
    if !plan.isUnpaid {
      guard var payer = accounts.entries[plan.payer].current else { throw .overflow }
      payer.ecc = try payer.ecc.sum(body.chargeMax.less(price.charge))
      payer.eco2 = try payer.eco2.sum(body.feeMax.less(price.fee))
      accounts.set(plan.payer, payer)
    }
    settle()
    now.fund.eco2 = try now.fund.eco2.sum(price.fee)
    tips = try tips.sum(body.tip)
    let charged = isFree ? min(plan.charge, now.fund.ecc) : price.charge
    if isFree { now.fund.ecc = try now.fund.ecc.less(charged) }
    statement.operationCharges = try statement.operationCharges.sum(charged)
    let (footprint, overflow) = workFootprint.addingReportingOverflow(plan.footprint)
    guard !overflow else { throw .overflow }
    workFootprint = footprint
    try use(plan.energy)
    executed += 1
    receipts[plan.index] = Receipt(
      transaction: plan.id, outcome: outcome, charge: price.charge, fee: price.fee)
  }
}
