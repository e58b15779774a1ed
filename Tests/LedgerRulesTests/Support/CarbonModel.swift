import LedgerCore

@testable import LedgerRules

/// Balances, reserves and the fund, as far as operations of the registry touch them: by exact sums
/// of everything ever due, without carried remainders. All ER Nodes are attested.
struct CarbonModel {
  struct Node {
    let milliwatts: UInt128
    let pue: UInt128
    let factor: UInt128
    var reserve: UInt128
    var arrears: UInt128 = 0
    var fundDebt: UInt128 = 0
    var withheld: UInt128 = 0
    /// Everything ever due, in 1 / `Dues.unit` µg.
    var exactDue: UInt128 = 0
    var withdrawal: UInt128 = 0
    var collectableAt: UInt64 = 0

    var owes: Bool { arrears > 0 || fundDebt > 0 }

    func units(_ milliseconds: UInt64) -> UInt128 {
      milliwatts * UInt128(milliseconds) * pue * factor * 110
    }
  }

  typealias Refusal = RegistryModel.Refusal

  let parameters: Parameters
  /// In the order of the set.
  let members: [AccountID]
  var eco2: [AccountID: UInt128] = [:]
  var ecc: [AccountID: UInt128] = [:]
  var nodes: [AccountID: Node] = [:]
  var fundECO2 = Supply.neutralityFund.baseUnits
  var fundECC = Supply.fundTonnes * Supply.microgramsPerTonne
  var overheadOpen: UInt128 = 0
  var reserveOpen: UInt128 = 0
  var consumed: UInt128 = 0
  var tonnesRetired: UInt64 = 0
  private var dueOfNodes: UInt128 = 0
  private var overheadDue: UInt128 = 0
  var bidOpenedAt: UInt64
  var bidLeft: UInt128 = 0

  init(_ document: GenesisDocument) {
    parameters = document.parameters
    members = document.nodes.map(\.account).sorted()
    bidOpenedAt = document.genesisTime
    var given = fundECC
    for allocation in document.allocations {
      eco2[allocation.account] = allocation.eco2.baseUnits
      ecc[allocation.account] = allocation.ecc.baseUnits
      given += allocation.ecc.baseUnits
    }
    for node in document.nodes {
      let factor = document.factors.first { $0.regionCode == node.profile.region }
      var record = Node(
        milliwatts: UInt128(node.profile.idleMilliwatts), pue: UInt128(node.profile.puePermille),
        factor: UInt128(factor?.microgramsPerKilowattHour ?? 0), reserve: 0)
      record.reserve = Self.up(record.units(90 * 86_400_000), Dues.unit)
      given += record.reserve
      nodes[node.account] = record
    }
    let tonnes = document.lots.reduce(UInt128(0)) { $0 + UInt128($1.tonnes) }
    ecc[document.depositor, default: 0] += tonnes * Supply.microgramsPerTonne - given
  }

  private static func up(_ number: UInt128, _ unit: UInt128) -> UInt128 {
    number / unit + (number % unit == 0 ? 0 : 1)
  }

  mutating func take(_ amount: UInt128, _ token: Token, from account: AccountID) throws(Refusal) {
    let held = (token == .eco2 ? eco2[account] : ecc[account]) ?? 0
    if held < amount { throw Refusal(.insufficientBalance) }
    if token == .eco2 { eco2[account] = held - amount } else { ecc[account] = held - amount }
  }

  mutating func give(_ amount: UInt128, _ token: Token, to account: AccountID) {
    if token == .eco2 {
      eco2[account, default: 0] += amount
    } else {
      ecc[account, default: 0] += amount
    }
  }

  // MARK: Before the transactions

  mutating func takeDues(_ elapsed: UInt64) {
    var total: UInt128 = 0
    for member in members {
      guard var node = nodes[member] else { continue }
      let before = Self.up(node.exactDue, Dues.unit)
      node.exactDue += node.units(elapsed)
      let due = Self.up(node.exactDue, Dues.unit) - before
      let paid = min(due, node.reserve)
      let covered = min(due - paid, fundECC)
      node.reserve -= paid
      fundECC -= covered
      node.fundDebt += covered
      node.arrears += due - paid - covered
      consumed += paid + covered
      total += due
      nodes[member] = node
    }
    dueOfNodes += total
    let overhead = Self.up(dueOfNodes * UInt128(parameters.overheadPermille), 1_000)
    overheadOpen += overhead - overheadDue
    overheadDue = overhead
    let paid = min(overheadOpen, fundECC)
    overheadOpen -= paid
    fundECC -= paid
    consumed += paid
    let destroyed = min(reserveOpen, fundECC)
    reserveOpen -= destroyed
    fundECC -= destroyed
  }

  mutating func openBid(at time: UInt64) {
    guard time >= bidOpenedAt + 86_400_000 else { return }
    bidOpenedAt = time
    let due = members.reduce(UInt128(0)) {
      $0 + self.due(of: $1, days: parameters.fund.targetDays)
    }
    let wanted =
      due * UInt128(1_000 + parameters.overheadPermille) / 1_000 + overheadOpen + reserveOpen
    bidLeft = wanted > fundECC ? wanted - fundECC : 0
  }

  private func due(of member: AccountID, days: UInt64) -> UInt128 {
    Self.up(nodes[member]?.units(days * 86_400_000) ?? 0, Dues.unit)
  }

  func price(at time: UInt64) -> UInt128 {
    var price = parameters.fund.bidPriceMin.baseUnits
    for _ in 0..<(time - bidOpenedAt) / parameters.fund.bidStepMilliseconds {
      price = min(price + (price + 99) / 100, parameters.fund.bidPriceMax.baseUnits)
      if price == parameters.fund.bidPriceMax.baseUnits { break }
    }
    return price
  }

  // MARK: Operations

  mutating func sell(_ operation: SellToFund, of sender: AccountID, at time: UInt64)
    throws(Refusal)
  {
    let amount = operation.amount.baseUnits
    if amount == 0 { throw Refusal(.zeroAmount) }
    let price = price(at: time)
    if price < operation.priceMin.baseUnits { throw Refusal(.bidBelowMinimum) }
    if amount > bidLeft { throw Refusal(.noOpenBid) }
    try take(amount, .ecc, from: sender)
    let payment = amount * price / Supply.microgramsPerTonne
    if payment > fundECO2 { throw Refusal(.noOpenBid) }
    fundECO2 -= payment
    fundECC += amount
    bidLeft -= amount
    give(payment, .eco2, to: sender)
  }

  mutating func topUp(_ operation: TopUpReserve, of sender: AccountID) throws(Refusal) {
    let amount = operation.amount.baseUnits
    if amount == 0 { throw Refusal(.zeroAmount) }
    guard var node = nodes[operation.node] else { throw Refusal(.unknownNode) }
    try take(amount, .ecc, from: sender)
    let late = min(amount, node.arrears)
    let back = min(amount - late, node.fundDebt)
    node.arrears -= late
    node.fundDebt -= back
    node.reserve += amount - late - back
    consumed += late
    fundECC += back
    if !node.owes {
      give(node.withheld, .eco2, to: operation.node)
      node.withheld = 0
    }
    nodes[operation.node] = node
  }

  private func checkReserve(_ node: Node, _ account: AccountID, _ amount: UInt128)
    throws(Refusal)
  {
    let floor = due(of: account, days: parameters.fund.withdrawalFloorDays)
    if node.reserve < amount || node.reserve - amount < floor { throw Refusal(.reserveTooLow) }
  }

  mutating func withdraw(_ amount: UInt128, of sender: AccountID, at time: UInt64)
    throws(Refusal)
  {
    guard let node = nodes[sender] else { throw Refusal(.unknownNode) }
    if amount > 0 { try checkReserve(node, sender, amount) }
    nodes[sender]?.withdrawal = amount
    nodes[sender]?.collectableAt =
      amount == 0 ? 0 : time + parameters.fund.withdrawalMilliseconds
  }

  mutating func collect(of sender: AccountID, at time: UInt64) throws(Refusal) {
    guard let node = nodes[sender] else { throw Refusal(.unknownNode) }
    if node.withdrawal == 0 || time < node.collectableAt { throw Refusal(.notCollectable) }
    try checkReserve(node, sender, node.withdrawal)
    nodes[sender]?.reserve -= node.withdrawal
    give(node.withdrawal, .ecc, to: sender)
    nodes[sender]?.withdrawal = 0
    nodes[sender]?.collectableAt = 0
  }

  /// The author's part of a block's reward, and the fund's.
  mutating func reward(_ author: AccountID, at height: UInt64) {
    let reward = BlockReward.reward(at: height).baseUnits
    let part = reward / 100 * 60
    fundECO2 += reward - part
    if nodes[author]?.owes == true {
      nodes[author]?.withheld += part
    } else {
      give(part, .eco2, to: author)
    }
  }
}
