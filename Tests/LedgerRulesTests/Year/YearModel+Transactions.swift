import LedgerCore

@testable import LedgerRules

extension YearModel {
  /// U = 3.6 × 10^21.
  static let chargeUnit = Big(3_600_000_000_000_000_000_000)

  /// What work costs in a block.
  struct Tariff {
    /// Σ mJ per CPU-second × PUE‰ × µg/kWh.
    let perNanosecond: Big
    /// nJ × mean µg/kWh × 10^6.
    let perByte: Big
    /// Σ mJ per CPU-second × PUE‰.
    let energyPerNanosecond: Big
  }

  /// Of the set at work, at the last block's time.
  var tariff: Tariff {
    var energy = Big.zero
    var sum = Big.zero
    var factors = Big.zero
    for index in current {
      let (_, pue, factor) = effective(index)
      let joules = Big(UInt128(nodes[index].profile.millijoulesPerCPUSecond))
      energy = energy + joules * Big(UInt128(pue))
      sum = sum + joules * Big(UInt128(pue)) * Big(UInt128(factor))
      factors = factors + Big(UInt128(factor))
    }
    let mean = factors.dividedUp(by: Big(UInt128(current.count)))
    return Tariff(
      perNanosecond: sum,
      perByte: Big(UInt128(parameters.networkNanojoulesPerByte)) * mean * Big(1_000_000),
      energyPerNanosecond: energy)
  }

  /// A transaction of one operation and one signature, without tip and sponsor, of a sender who
  /// holds more than its maxima. Blocks of the year are never half full: the base fee stays at its
  /// floor.
  mutating func execute(_ transaction: Transaction, _ tariff: Tariff, at blockTime: UInt64)
    -> (fault: TransactionFault?, charge: Big, fee: Big)
  {
    let body = transaction.body
    let operation = body.operations[0]
    let costs = [
      parameters.transactionCost, parameters.signatureCost,
      parameters.operationCosts[Int(operation.kind.rawValue)],
    ]
    let lots = Big(UInt128(operation.lotsMax))
    let nanoseconds = costs.reduce(lots * Big(UInt128(parameters.lotCost.cpuNanoseconds))) {
      $0 + Big(UInt128($1.cpuNanoseconds))
    }
    let ofLots = lots * Big(UInt128(parameters.lotCost.bytes))
    let bytes = costs.reduce(Big(UInt128(transaction.bytes.count)) + ofLots) {
      $0 + Big(UInt128($1.bytes))
    }
    let footprint = nanoseconds * tariff.perNanosecond + bytes * tariff.perByte
    let multiplied = footprint * Big(UInt128(parameters.chargeMultiplier))
    let charge = max(Big(1), multiplied.dividedUp(by: Self.chargeUnit))
    let ofTime = nanoseconds * Big(UInt128(parameters.weightPerCPUMicrosecond))
    let weight =
      bytes * Big(UInt128(parameters.weightPerByte)) + ofTime.dividedUp(by: Big(1_000))
    var fee = weight * Big(parameters.baseFeeFloor.baseUnits)
    let maxima = Balance(eco2: Big(body.feeMax.baseUnits), ecc: Big(body.chargeMax.baseUnits))

    var fault: TransactionFault?
    take(maxima, from: body.sender)
    do throws(TransactionFault) {
      if try apply(operation, of: body.sender, at: blockTime) {
        fee = fee + Big(parameters.creationFee.baseUnits)
      }
    } catch { fault = error }
    add(Balance(eco2: maxima.eco2 - fee, ecc: maxima.ecc - charge), to: body.sender)
    fund.eco2 = fund.eco2 + fee
    work = work + footprint
    let ofBytes = bytes * Big(UInt128(parameters.networkNanojoulesPerByte)) * Big(1_000_000)
    energyOfWork = energyOfWork + nanoseconds * tariff.energyPerNanosecond + ofBytes
    executed += 1
    return (fault, charge, fee)
  }

  /// Whether it made an account. What throws has changed nothing.
  private mutating func apply(
    _ operation: Operation, of sender: AccountID, at blockTime: UInt64
  ) throws(TransactionFault) -> Bool {
    switch operation {
    case .transfer(let transfer): return try apply(transfer, of: sender)
    case .topUpReserve(let operation): try apply(operation, of: sender)
    case .sellToFund(let operation): try apply(operation, of: sender, at: blockTime)
    case .withdrawReserve(let operation):
      let amount = Big(operation.amount.baseUnits)
      guard let place = places[sender] else { throw .unknownNode }
      if amount != .zero { try checkReserve(place, after: amount) }
      nodes[place].withdrawal = amount
      nodes[place].collectableAt =
        amount == .zero ? 0 : blockTime + parameters.fund.withdrawalMilliseconds
    case .collectReserve:
      guard let place = places[sender] else { throw .unknownNode }
      let amount = nodes[place].withdrawal
      guard amount != .zero, blockTime >= nodes[place].collectableAt else {
        throw .notCollectable
      }
      try checkReserve(place, after: amount)
      nodes[place].reserve = nodes[place].reserve - amount
      nodes[place].withdrawal = .zero
      nodes[place].collectableAt = 0
      add(Balance(ecc: amount), to: sender)
    default: preconditionFailure("the year has no \(operation.kind.name)")
    }
    return false
  }

  private mutating func apply(_ transfer: Transfer, of sender: AccountID) throws(TransactionFault)
    -> Bool
  {
    let amount = Big(transfer.amount.baseUnits)
    let isECO2 = transfer.token == .eco2
    let held = balance(sender)
    guard (isECO2 ? held.eco2 : held.ecc) >= amount else { throw .insufficientBalance }
    let isNew = balances[transfer.recipient] == nil
    let moved = isECO2 ? Balance(eco2: amount) : Balance(ecc: amount)
    take(moved, from: sender)
    add(moved, to: transfer.recipient)
    return isNew
  }

  /// First arrears, then the fund, the rest is reserve; who owes nothing any more gets its rewards.
  private mutating func apply(_ operation: TopUpReserve, of sender: AccountID)
    throws(TransactionFault)
  {
    let amount = Big(operation.amount.baseUnits)
    guard let place = places[operation.node] else { throw .unknownNode }
    guard balance(sender).ecc >= amount else { throw .insufficientBalance }
    take(Balance(ecc: amount), from: sender)
    var node = nodes[place]
    let late = min(amount, node.arrears)
    let back = min(amount - late, node.fundDebt)
    node.paidLate = node.paidLate + late
    node.paidBack = node.paidBack + back
    node.reserve = node.reserve + (amount - late - back)
    fund.ecc = fund.ecc + back
    if !node.owes {
      node.owesSince = 0
      add(Balance(eco2: node.withheld), to: node.account)
      node.withheld = .zero
    }
    nodes[place] = node
  }

  private mutating func apply(
    _ operation: SellToFund, of sender: AccountID, at blockTime: UInt64
  ) throws(TransactionFault) {
    let amount = Big(operation.amount.baseUnits)
    let price = bidPrice(at: blockTime)
    guard price >= Big(operation.priceMin.baseUnits) else { throw .bidBelowMinimum }
    guard amount <= fund.bidLeft else { throw .noOpenBid }
    guard balance(sender).ecc >= amount else { throw .insufficientBalance }
    let payment = (amount * price).divided(by: Self.tonne).quotient
    guard payment <= fund.eco2 else { throw .noOpenBid }
    take(Balance(ecc: amount), from: sender)
    add(Balance(eco2: payment), to: sender)
    fund.eco2 = fund.eco2 - payment
    fund.ecc = fund.ecc + amount
    fund.bidLeft = fund.bidLeft - amount
  }

  /// p ← p + ⌈p / 100⌉ with each step since the bid opened, up to the highest.
  private func bidPrice(at blockTime: UInt64) -> Big {
    let highest = Big(parameters.fund.bidPriceMax.baseUnits)
    var price = Big(parameters.fund.bidPriceMin.baseUnits)
    for _ in 0..<(blockTime - fund.bidOpenedAt) / parameters.fund.bidStepMilliseconds {
      price = min(price + price.dividedUp(by: Big(100)), highest)
    }
    return price
  }

  private func checkReserve(_ place: Int, after amount: Big) throws(TransactionFault) {
    let floor = due(of: place, days: parameters.fund.withdrawalFloorDays)
    guard nodes[place].reserve >= amount + floor else { throw .reserveTooLow }
  }
}
