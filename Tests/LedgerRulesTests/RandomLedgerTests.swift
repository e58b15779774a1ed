import LedgerCore
import Testing

@testable import LedgerRules

@Suite("The rules against a plain model")
struct RandomLedgerTests {
  /// Draws transactions, sound and hostile ones, over a handful of accounts.
  struct Source {
    var generator: SplitMix64
    let network: TestNetwork
    var sequences: [AccountID: UInt64] = [:]
    var keys: [AccountID: Authority] = [:]
    let people: [AccountID]

    init(seed: UInt64, network: TestNetwork) {
      generator = SplitMix64(state: seed)
      self.network = network
      people =
        TestGenesis.accounts.prefix(8) + (600..<604).map { accountID($0) }
        + [TestGenesis.depositor]
    }

    private mutating func chance(_ percent: Int) -> Bool {
      Int.random(in: 0..<100, using: &generator) < percent
    }

    private mutating func pick<T>(_ list: [T]) -> T {
      list[Int.random(in: 0..<list.count, using: &generator)]
    }

    private mutating func amount() -> Amount {
      switch Int.random(in: 0..<24, using: &generator) {
      case 0: .zero
      case 1: .max
      case 2: Amount(.max - UInt128.random(in: 0...3, using: &generator))
      case 3: Amount(UInt128.random(in: 1...5_000_000_000, using: &generator))
      case 4: Amount(UInt128.random(in: 0...1 << 120, using: &generator))
      default: Amount(UInt128.random(in: 1...20_000_000, using: &generator))
      }
    }

    private mutating func operation() throws -> Operation {
      switch Int.random(in: 0..<10, using: &generator) {
      case 0...6:
        return .transfer(
          Transfer(token: chance(50) ? .eco2 : .ecc, recipient: pick(people), amount: amount()))
      case 7:
        let count = Int.random(in: 1...3, using: &generator)
        let base = UInt64.random(in: 300...304, using: &generator)
        let keys = (0..<UInt64(count)).map { publicKey(base + $0) }.sorted()
        let threshold = UInt8.random(in: 1...UInt8(count), using: &generator)
        return .setAuthority(
          SetAuthority(authority: try #require(Authority(threshold: threshold, keys: keys))))
      default:
        let nodes = network.document.nodes.map(\.account)
        return .topUpReserve(
          TopUpReserve(node: chance(95) ? pick(nodes) : pick(people), amount: amount()))
      }
    }

    private mutating func signers(of account: AccountID) -> [Authorization] {
      var list = keys[account]?.keys ?? [PublicKey(account.bytes)]
      if chance(10) { list = Array(list.dropFirst()) }
      if chance(5) || list.isEmpty { list.append(publicKey(999)) }
      return list.map { Authorization(key: $0, signature: zeroSignature) }
    }

    mutating func transaction(height: UInt64) throws -> Transaction {
      let sender = pick(people)
      let sponsor = chance(20) ? pick(people) : nil
      var sequence = (sequences[sender] ?? 0) + 1
      if chance(15) {
        let span = UInt64.random(in: 0...600, using: &generator)
        sequence = chance(50) ? sequence + span : sequence - min(span, sequence)
      }
      sequences[sender] = max(sequences[sender] ?? 0, min(sequence, sequence))
      var body = TransactionBody(
        chain: network.chain, sender: sender, sequence: sequence,
        validUntil: height + UInt64.random(in: 1...200, using: &generator),
        chargeMax: Amount(UInt128.random(in: 0...60, using: &generator)),
        feeMax: Amount(UInt128.random(in: 5_000...4_000_000, using: &generator)),
        tip: chance(30) ? Amount(UInt128.random(in: 1...1_000, using: &generator)) : .zero,
        sponsor: sponsor,
        operations: try (0..<Int.random(in: 1...4, using: &generator)).map { _ in
          try operation()
        })
      if chance(3) { body.validUntil = height }
      if chance(3) { body.validUntil = height + 70_000 }
      if chance(2) { body.chainTag ^= 1 }
      if chance(4) { body.chargeMax = amount() }
      if chance(4) { body.feeMax = amount() }
      if chance(4) { body.tip = amount() }
      return try Transaction(
        body: body, senderAuthorizations: signers(of: sender),
        sponsorAuthorizations: sponsor.map { signers(of: $0) } ?? [])
    }
  }

  private func model(of network: TestNetwork) throws -> LedgerModel {
    var reserves: [AccountID: UInt128] = [:]
    for index in network.document.nodes.indices {
      reserves[network.document.nodes[index].account] =
        try network.nodeCarbon(index).reserve.baseUnits
    }
    return LedgerModel(network.document, chain: network.chain, nodeReserves: reserves)
  }

  /// Compares a statement with what the model came to.
  private func compare(_ statement: CarbonStatement, _ model: LedgerModel) {
    let pairs: [(Amount, BigUnsigned)] = [
      (statement.footprint, model.totals.footprint), (statement.due, model.totals.due),
      (statement.paid, model.totals.paid),
      (statement.coveredByFund, model.totals.coveredByFund),
      (statement.arrears, model.totals.arrears),
      (statement.overheadDue, model.totals.overheadDue),
      (statement.fundOverhead, model.totals.overheadPaid),
      (statement.operationCharges, model.totals.charges),
      (statement.consumedCumulative, model.consumed),
      (statement.footprintCumulative, model.footprintCumulative),
    ]
    for (stated, expected) in pairs { #expect(BigUnsigned(stated.baseUnits) == expected) }
    let open = model.members.reduce(BigUnsigned.zero) {
      $0 + (model.nodes[$1]?.arrears ?? .zero)
    }
    #expect(BigUnsigned(statement.arrearsOpen.baseUnits) == open)
    #expect(
      statement.covered == (open == .zero && model.consumed >= model.footprintCumulative))
  }

  /// Compares every account and node, and what was used in all.
  private func compare(_ network: TestNetwork, _ model: LedgerModel) throws {
    var queries = network.queries
    let block = try #require(try queries.block(network.height))
    #expect(BigUnsigned(block.energyCumulative) == model.energy)
    #expect(block.transactionsCumulative == model.executed)
    for (id, holder) in model.holders {
      let account = try #require(try queries.account(id))
      #expect(BigUnsigned(account.eco2.baseUnits) == holder.eco2)
      #expect(BigUnsigned(account.ecc.baseUnits) == holder.ecc)
      #expect(account.sequences.highest == holder.highest)
    }
    for (id, expected) in model.nodes {
      let node = try #require(try queries.nodeCarbon(id))
      #expect(BigUnsigned(node.reserve.baseUnits) == expected.reserve)
      #expect(BigUnsigned(node.arrears.baseUnits) == expected.arrears)
      #expect(BigUnsigned(node.fundDebt.baseUnits) == expected.fundDebt)
      #expect(BigUnsigned(node.withheld.baseUnits) == expected.withheld)
    }
    let fund = try queries.fund()
    #expect(BigUnsigned(fund.eco2.baseUnits) == model.fundECO2)
    #expect(BigUnsigned(fund.ecc.baseUnits) == model.fundECC)
    #expect(try queries.tip().baseFee == Amount(model.baseFee))
    #expect(BigUnsigned(try queries.rewardReserve().eco2.baseUnits) == model.rewards)
  }

  @Test(
    "thousands of random transactions, sound and hostile, end as in the model",
    arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
  func random(seed: UInt64) throws {
    var document = try TestGenesis.document(nodes: 5)
    document.nodes[1].profile = EnergyProfile(
      tier: .cloud, region: "IND", idleMilliwatts: 171_003, millijoulesPerCPUSecond: 9_001,
      puePermille: 1_153)
    document.nodes[2].isAttested = false
    document.parameters.blockWeightMax = 30_000
    // The model's set stays as it is: jailing has tests of its own.
    document.parameters.fund.debtMilliseconds = RulesLimits.spanMillisecondsMax
    var network = try TestNetwork(document)
    var model = try model(of: network)
    var source = Source(seed: seed, network: network)
    var generator = SplitMix64(state: seed &* 31)
    var seen: Set<String> = []
    var applied = 0
    for round in 0..<100 {
      let transactions = try (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        try source.transaction(height: network.height)
      }
      let author = Int.random(in: 0..<5, using: &generator)
      // Now and then a long silence, so that reserves and fund run dry.
      let slots: UInt64 = round % 9 == 8 ? 2_000_000 : UInt64.random(in: 1...5, using: &generator)
      let outcome = try network.run(transactions, author: author, slots: slots)
      let expected = model.run(
        transactions, author: document.nodes[author].account, at: network.timestamp)
      #expect(outcome.receipts.map(\.outcome) == expected)
      compare(outcome.statement, model)
      applied += outcome.receipts.count { $0.outcome == .applied }
      for receipt in outcome.receipts { seen.insert("\(receipt.outcome)") }
      for id in source.people {
        var queries = network.queries
        source.keys[id] = try queries.authority(of: id)
        source.sequences[id] = try network.account(id).sequences.highest
      }
    }
    try compare(network, model)
    #expect(network.invariants().faults.isEmpty)
    #expect(seen.count > 20)
    #expect(seen.contains("\(Receipt.Outcome.skipped(.blockFull))"))
    #expect(applied > 400)
  }

  @Test(
    "300 blocks of 21 nodes have the statements that big integers give from genesis"
  )
  func statements() throws {
    var document = try TestGenesis.document(nodes: 21)
    for index in document.nodes.indices {
      let number = UInt64(index)
      document.nodes[index].profile = EnergyProfile(
        tier: index % 2 == 0 ? .rack : .home, region: ["CHN", "FRA", "IND"][index % 3],
        idleMilliwatts: 48_000 + 1_237 * number, millijoulesPerCPUSecond: 5_003 + 701 * number,
        puePermille: 1_580 + 7 * number)
      document.nodes[index].isAttested = index % 7 != 0
    }
    // The model's set stays as it is: jailing has tests of its own.
    document.parameters.fund.debtMilliseconds = RulesLimits.spanMillisecondsMax
    var network = try TestNetwork(document)
    var model = try model(of: network)
    for height in 0..<300 as Range<UInt64> {
      let transactions = try (0..<3).map {
        try network.transfer(
          UInt128(height + 1), .ecc, from: TestGenesis.accounts[$0],
          to: TestGenesis.accounts[$0 + 5], height + 1)
      }
      let author = Int(height % 21)
      let outcome = try network.run(
        transactions, author: author, slots: height % 50 == 49 ? 13 : 1)
      let expected = model.run(
        transactions, author: document.nodes[author].account, at: network.timestamp)
      #expect(outcome.receipts.map(\.outcome) == expected)
      #expect(outcome.statement.covered)
      compare(outcome.statement, model)
    }
  }
}
