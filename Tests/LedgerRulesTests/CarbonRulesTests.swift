import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Dues, arrears, the fund and retirement")
struct CarbonRulesTests {
  private let alice = TestGenesis.accounts[0]
  private let day: UInt64 = 8_640

  /// ECC from the depositor, who holds most of it.
  private func topUp(
    _ network: TestNetwork, _ node: Int, _ amount: UInt128, _ sequence: UInt64
  ) throws -> Transaction {
    try network.sign(
      network.body(
        from: TestGenesis.depositor, sequence,
        [
          .topUpReserve(
            TopUpReserve(node: network.document.nodes[node].account, amount: Amount(amount)))
        ], sponsor: alice))
  }

  @Test("the first block of 21 worked nodes: due 129,192 µg each, footprint 2.466 g, half on top")
  func firstBlock() throws {
    var network = try TestNetwork(TestGenesis.document(nodes: 21))
    let statement = try network.run().statement
    #expect(statement.due == Amount(21 * 129_192))
    #expect(statement.paid == statement.due)
    #expect(statement.footprint == Amount(21 * 117_447))
    #expect(statement.overheadDue == Amount(21 * 129_192 / 2))
    #expect(statement.fundOverhead == statement.overheadDue)
    #expect(statement.covered)
    #expect(statement.arrearsOpen == .zero)
  }

  @Test("missed slots are charged: the due is for the real time elapsed")
  func elapsed() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run()
    let statement = try network.run(slots: 7).statement
    let credit = 129_192.0 - 129_191.33
    let expected = (7 * 129_191.3333 - credit).rounded(.up)
    #expect(statement.due == Amount(4 * UInt128(expected)))
  }

  @Test("a due beyond the reserve is the fund's to cover, and the node owes it to the fund")
  func fundCovers() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run()
    let outcome = try network.run(slots: 120 * day)
    let statement = outcome.statement
    #expect(statement.coveredByFund > .zero)
    #expect(statement.arrears == .zero)
    #expect(statement.paid.baseUnits + statement.coveredByFund.baseUnits == statement.due.baseUnits)
    #expect(statement.covered)
    let node = try network.nodeCarbon(0)
    #expect(node.reserve == .zero)
    #expect(node.fundDebt.baseUnits * 4 == statement.coveredByFund.baseUnits)
    #expect(node.owesSince == network.timestamp)
    #expect(outcome.debtors == [0, 1, 2, 3])
    #expect(network.invariants().faults.isEmpty)
  }

  /// Eight years without a block: reserves and fund are exhausted.
  private func exhausted() throws -> (TestNetwork, ExecutionOutcome) {
    var network = try TestNetwork(TestGenesis.document())
    try network.run(author: 1)
    let outcome = try network.run(slots: 8 * 365 * day)
    return (network, outcome)
  }

  @Test(
    "with reserve and fund empty the rest is arrears, not covered, and the chain goes on"
  )
  func arrears() throws {
    var (network, outcome) = try exhausted()
    #expect(outcome.statement.arrears > .zero)
    #expect(!outcome.statement.covered)
    #expect(network.queriesFund?.ecc == .zero)
    #expect(outcome.statement.fundOverhead == .zero)
    #expect(outcome.debtors == [0, 1, 2, 3])
    let next = try network.run()
    #expect(next.statement.arrears == next.statement.due)
    #expect(
      next.statement.arrearsOpen.baseUnits
        == outcome.statement.arrears.baseUnits + next.statement.due.baseUnits)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test(
    "a top-up pays arrears, then the fund, then the reserve; then withheld rewards come"
  )
  func settlement() throws {
    var (network, _) = try exhausted()
    try network.run(author: 0)
    try network.run(author: 0)
    let owing = try network.nodeCarbon(0)
    let reward = BlockReward.shares(of: BlockReward.reward(at: 1)).author.baseUnits
    // The block that exhausted everything was the node's too.
    #expect(owing.withheld.baseUnits == 3 * reward)
    let account = network.document.nodes[0].account
    #expect(try network.account(account).eco2 == .zero)
    let consumed = try #require(network.line).consumed

    let part = owing.arrears.baseUnits - 5
    var outcome = try network.run([topUp(network, 0, part, 1)], author: 1)
    #expect(outcome.receipts[0].outcome == .applied)
    var node = try network.nodeCarbon(0)
    let due = node.arrears.baseUnits - 5
    #expect(node.fundDebt == owing.fundDebt)
    #expect(node.reserve == .zero)
    #expect(
      try #require(network.line).consumed.baseUnits
        == consumed.baseUnits + part + outcome.receipts[0].charge.baseUnits)

    // Another block's due comes before the second top-up.
    let rest = 2 * due + 5 + owing.fundDebt.baseUnits + 1_000_000
    outcome = try network.run([topUp(network, 0, rest, 2)], author: 1)
    #expect(outcome.receipts[0].outcome == .applied)
    node = try network.nodeCarbon(0)
    #expect(!node.owes)
    #expect(node.owesSince == 0)
    #expect(node.withheld == .zero)
    #expect(node.reserve > .zero)
    #expect(try network.account(account).eco2.baseUnits == 3 * reward)
    let member = try #require(outcome.validators.index(of: account))
    #expect(!outcome.debtors.contains(member))
    #expect(outcome.debtors.count == 3)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("a block is covered again once all arrears are paid and consumption has caught up")
  func coveredAgain() throws {
    var (network, _) = try exhausted()
    try network.run()
    for node in 0..<4 {
      let owed = try network.nodeCarbon(node)
      let amount = owed.arrears.baseUnits + owed.fundDebt.baseUnits + 1_000_000_000
      try network.run([topUp(network, node, amount, UInt64(node + 1))])
    }
    let statement = try network.run().statement
    #expect(statement.arrearsOpen == .zero)
    #expect(statement.covered == (statement.consumedCumulative >= statement.footprintCumulative))
    #expect(statement.covered)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test(
    "an attestation holds 365 days; then floor and highest factor are charged"
  )
  func attestation() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run(slots: 365 * day - 1)
    let attested = try network.run().statement
    let unattested = try network.run().statement
    let units =
      [155_000, 10_000, 1_580, 713_000_000, 110].reduce(BigUnsigned(1)) {
        $0 * BigUnsigned(UInt128($1))
      }
    let expected = try #require(units.divided(by: BigUnsigned(Dues.unit)).quotient.value)
    #expect(attested.due.baseUnits / 4 < 130_000)
    #expect(unattested.due.baseUnits / 4 - expected <= 1)
  }

  @Test("full tonnes are retired from the lots in order, and each has its serial")
  func retirement() throws {
    var (network, outcome) = try exhausted()
    let full = outcome.statement.consumedCumulative.baseUnits / Supply.microgramsPerTonne
    #expect(full == 10)
    #expect(outcome.statement.tonnesRetiredCumulative == 10)
    var queries = network.queries
    let first = try #require(try queries.retirement(0))
    #expect(
      first
        == Retirement(height: 2, lot: 0, start: 1, end: 10, purpose: .pool(firstTonne: 1)))
    #expect(try queries.lot(0)?.state == .retired)
    let rest = try #require(try queries.lot(2))
    #expect(rest.state == .inReserve && rest.start == 11 && rest.end == 50)
    #expect(try queries.reserve().tonnes == 70)
    // Forty more tonnes finish the first lot and begin the second.
    let owed = try network.nodeCarbon(0)
    let amount = owed.arrears.baseUnits + owed.fundDebt.baseUnits
    try network.run([topUp(network, 0, amount, 1)])
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("a retirement spans lots, and beyond 1,000 lots a block it goes on in the next")
  func retirementLimit() throws {
    var document = try TestGenesis.document()
    // Twelve hundred lots of one tonne in the order of their start, then the rest.
    document.lots = (0..<1_200).map {
      TestGenesis.lot("GS1", UInt64($0) * 2 + 1, UInt64($0) * 2 + 1)
    }
    document.lots.append(TestGenesis.lot("GS2", 1, 100, to: 20_201_231))
    var network = try TestNetwork(document)
    // 1,150 t on the line, as if offset: moved from the depositor.
    let amount = 1_150 * Supply.microgramsPerTonne
    var line = try #require(network.line)
    var depositor = try network.account(TestGenesis.depositor)
    line.consumed = Amount(amount)
    depositor.ecc = try depositor.ecc.subtracting(Amount(amount))
    network.records.records[NumberLine.key] = line.bcs
    network.records.records[Account.key(TestGenesis.depositor)] = depositor.bcs

    #expect(try network.run().statement.tonnesRetiredCumulative == 1_000)
    #expect(try network.run().statement.tonnesRetiredCumulative == 1_150)
    var queries = network.queries
    #expect(try queries.lot(1_149)?.state == .retired)
    #expect(try queries.lot(1_150)?.state == .inReserve)
    #expect(try queries.retirement(1_149)?.purpose == .pool(firstTonne: 1_150))
    let faults = network.invariants().faults
    #expect(faults.allSatisfy { if case .statement = $0 { true } else { false } })
  }

  @Test("charges of 500 transfers are at least twice their footprint, which is counted once")
  func operationFootprint() throws {
    var network = try TestNetwork(TestGenesis.document())
    let empty = try TestNetwork(TestGenesis.document())
    var idle = empty
    let without = try idle.run().statement
    let transactions = try (1...500).map {
      try network.transfer(1, from: alice, to: TestGenesis.accounts[1], $0)
    }
    let with = try network.run(transactions).statement
    let footprint = with.footprintCumulative.baseUnits - without.footprintCumulative.baseUnits
    #expect(with.operationCharges.baseUnits >= 2 * footprint - 2)
    #expect(footprint > 0)
    #expect(with.due == without.due)
  }
}

extension TestNetwork {
  var line: NumberLine? {
    var queries = queries
    return try? queries.numberLine()
  }
}
