import LedgerCore

@testable import LedgerRules

extension LedgerModel {
  /// Executes a block; returns what became of each transaction.
  mutating func run(_ transactions: [Transaction], author: AccountID, at time: UInt64)
    -> [Receipt.Outcome]
  {
    totals = Totals()
    let rates = rates()
    takeDues(at: time)
    let parent = holders
    var held: [AccountID: (eco2: BigUnsigned, ecc: BigUnsigned)] = [:]
    var known = Set(holders.keys)
    var admitted: [(index: Int, fee: BigUnsigned, charge: BigUnsigned)] = []
    var outcomes: [Receipt.Outcome] = []
    var weight: UInt128 = 0
    var bytes = 0
    for (index, transaction) in transactions.enumerated() {
      let body = transaction.body
      let price = price(transaction, rates)
      let creation = known.contains(body.sender) ? 0 : parameters.creationFee.baseUnits
      let fee = BigUnsigned(price.weight * baseFee + creation)
      let fits =
        weight + price.weight <= UInt128(parameters.blockWeightMax)
        && bytes + transaction.bytes.count <= Int(parameters.blockBytesMax)
      let reserved = held[body.payer] ?? (.zero, .zero)
      if let fault = fault(
        of: transaction, parent: parent, fee: fee, charge: price.charge, fits: fits,
        reserved: reserved)
      {
        outcomes.append(.skipped(fault))
        continue
      }
      outcomes.append(.applied)
      weight += price.weight
      bytes += transaction.bytes.count
      known.insert(body.sender)
      held[body.payer] = (
        reserved.eco2 + BigUnsigned(body.feeMax.baseUnits) + BigUnsigned(body.tip.baseUnits),
        reserved.ecc + BigUnsigned(body.chargeMax.baseUnits)
      )
      var sender = holders[body.sender] ?? Holder()
      sender.used.insert(body.sequence)
      sender.highest = max(sender.highest, body.sequence)
      holders[body.sender] = sender
      exactOperations = exactOperations + price.footprint
      energy = energy + price.energy
      executed += 1
      admitted.append((index, fee, price.charge))
    }
    var tips = BigUnsigned.zero
    for (index, fee, charge) in admitted {
      let body = transactions[index].body
      outcomes[index] = execute(body, fee: fee, charge: charge, held: &held)
      tips = tips + BigUnsigned(body.tip.baseUnits)
    }
    reward(author, tips: tips)
    moveBaseFee(used: weight)
    height += 1
    timestamp = time
    return outcomes
  }

  private func fault(
    of transaction: Transaction, parent: [AccountID: Holder], fee: BigUnsigned,
    charge: BigUnsigned, fits: Bool, reserved: (eco2: BigUnsigned, ecc: BigUnsigned)
  ) -> TransactionFault? {
    let body = transaction.body
    let next = height + 1
    if body.chainTag != chainTag { return .wrongChain }
    if body.validUntil < next { return .expired }
    if body.validUntil > next + 60_480 { return .validityTooLong }
    let window = holders[body.sender] ?? Holder()
    if body.sequence > window.highest + 512 { return .sequenceTooFarAhead }
    if window.used.contains(body.sequence) || body.sequence + 1_024 < window.highest {
      return .replayed
    }
    if !isAuthorised(body.sender, transaction.senderAuthorizations, parent) {
      return .unauthorised
    }
    if let sponsor = body.sponsor,
      !isAuthorised(sponsor, transaction.sponsorAuthorizations, parent)
    {
      return .sponsorUnauthorised
    }
    if charge > BigUnsigned(body.chargeMax.baseUnits) { return .chargeAboveMaximum }
    if fee > BigUnsigned(body.feeMax.baseUnits) { return .feeAboveMaximum }
    if !fits { return .blockFull }
    let fees = BigUnsigned(body.feeMax.baseUnits) + BigUnsigned(body.tip.baseUnits)
    if fees.value == nil { return .overflow }
    let payer = parent[body.payer] ?? Holder()
    if reserved.ecc + BigUnsigned(body.chargeMax.baseUnits) > payer.ecc {
      return .chargeUnpayable
    }
    if reserved.eco2 + fees > payer.eco2 { return .feeUnpayable }
    return nil
  }

  private func isAuthorised(
    _ account: AccountID, _ signers: [Authorization], _ parent: [AccountID: Holder]
  ) -> Bool {
    let holder = parent[account] ?? Holder()
    let keys = holder.keys.isEmpty ? [PublicKey(account.bytes)] : holder.keys
    return signers.count >= holder.threshold && signers.allSatisfy { keys.contains($0.key) }
  }

  /// Executes one admitted transaction: what is still held back for it and later ones cannot be
  /// moved.
  private mutating func execute(
    _ body: TransactionBody, fee: BigUnsigned, charge: BigUnsigned,
    held: inout [AccountID: (eco2: BigUnsigned, ecc: BigUnsigned)]
  ) -> Receipt.Outcome {
    let before = self
    var outcome = Receipt.Outcome.applied
    var total = fee
    for (index, operation) in body.operations.enumerated() {
      var failure = apply(operation, of: body.sender, held: held[body.sender], fee: &total)
      if failure == nil, total > BigUnsigned(body.feeMax.baseUnits) {
        failure = .feeAboveMaximum
      }
      guard let failure else { continue }
      self = before
      total = fee
      outcome = .failed(operation: UInt8(index), failure)
      break
    }
    let tip = BigUnsigned(body.tip.baseUnits)
    var payer = holders[body.payer] ?? Holder()
    payer.eco2 = payer.eco2 - total - tip
    payer.ecc = payer.ecc - charge
    holders[body.payer] = payer
    if let reserved = held[body.payer] {
      held[body.payer] = (
        reserved.eco2 - BigUnsigned(body.feeMax.baseUnits) - tip,
        reserved.ecc - BigUnsigned(body.chargeMax.baseUnits)
      )
    }
    fundECO2 = fundECO2 + total
    consumed = consumed + charge
    totals.charges = totals.charges + charge
    return outcome
  }

  private mutating func apply(
    _ operation: Operation, of sender: AccountID,
    held: (eco2: BigUnsigned, ecc: BigUnsigned)?, fee: inout BigUnsigned
  ) -> TransactionFault? {
    let holder = holders[sender] ?? Holder()
    let free = (
      eco2: holder.eco2 - (held?.eco2 ?? .zero), ecc: holder.ecc - (held?.ecc ?? .zero)
    )
    switch operation {
    case .transfer(let transfer):
      let amount = BigUnsigned(transfer.amount.baseUnits)
      if amount == .zero { return .zeroAmount }
      if transfer.recipient == sender { return .selfTransfer }
      if amount > (transfer.token == .eco2 ? free.eco2 : free.ecc) {
        return .insufficientBalance
      }
      if holders[transfer.recipient] == nil {
        fee = fee + BigUnsigned(parameters.creationFee.baseUnits)
      }
      move(amount, transfer.token, from: sender, to: transfer.recipient)
    case .setAuthority(let change):
      holders[sender]?.threshold = Int(change.authority.threshold)
      holders[sender]?.keys = change.authority.keys
    case .topUpReserve(let topUp):
      let amount = BigUnsigned(topUp.amount.baseUnits)
      if amount == .zero { return .zeroAmount }
      guard nodes[topUp.node] != nil else { return .unknownNode }
      if amount > free.ecc { return .insufficientBalance }
      holders[sender]?.ecc = holder.ecc - amount
      settle(topUp.node, amount)
    // The model draws none of these: they have tests and a model of their own.
    default: return .malformed
    }
    return nil
  }

  private mutating func move(
    _ amount: BigUnsigned, _ token: Token, from sender: AccountID, to recipient: AccountID
  ) {
    var from = holders[sender] ?? Holder()
    var to = holders[recipient] ?? Holder()
    if token == .eco2 {
      to.eco2 = to.eco2 + amount
      from.eco2 = from.eco2 - amount
    } else {
      to.ecc = to.ecc + amount
      from.ecc = from.ecc - amount
    }
    holders[sender] = from
    holders[recipient] = to
  }

  private mutating func settle(_ id: AccountID, _ amount: BigUnsigned) {
    guard var node = nodes[id] else { return }
    let late = min(amount, node.arrears)
    let back = min(amount - late, node.fundDebt)
    node.arrears = node.arrears - late
    node.fundDebt = node.fundDebt - back
    node.reserve = node.reserve + (amount - late - back)
    consumed = consumed + late
    fundECC = fundECC + back
    if !node.owes, node.withheld > .zero {
      var holder = holders[id] ?? Holder()
      holder.eco2 = holder.eco2 + node.withheld
      holders[id] = holder
      node.withheld = .zero
    }
    nodes[id] = node
  }

  private mutating func reward(_ author: AccountID, tips: BigUnsigned) {
    // Tests stay within the first year: 3.5 ECO2, of which 2.1 to the author.
    let toAuthor = BigUnsigned(210_000_000) + tips
    rewards = rewards - BigUnsigned(350_000_000)
    fundECO2 = fundECO2 + BigUnsigned(140_000_000)
    if var node = nodes[author], node.owes {
      node.withheld = node.withheld + toAuthor
      nodes[author] = node
    } else {
      var holder = holders[author] ?? Holder()
      holder.eco2 = holder.eco2 + toAuthor
      holders[author] = holder
    }
  }

  private mutating func moveBaseFee(used: UInt128) {
    let target = UInt128(parameters.blockWeightMax / 2)
    if used > target {
      baseFee += max(baseFee * (used - target) / target / 8, 1)
    } else {
      let lower = baseFee - baseFee * (target - used) / target / 8
      baseFee = max(lower, parameters.baseFeeFloor.baseUnits)
    }
  }
}
