import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Invariants over the whole state")
struct StateInvariantsTests {
  /// A network that has used everything there is: transfers, debts, retirements.
  private func network() throws -> TestNetwork {
    var network = try TestNetwork(TestGenesis.document())
    try network.run([
      network.transfer(5, from: TestGenesis.accounts[0], to: accountID(600), 1),
      network.transfer(7, .ecc, from: TestGenesis.accounts[1], to: accountID(601), 1),
    ])
    try network.run(slots: 3 * 365 * 8_640)
    try network.run()
    #expect(network.invariants().faults.isEmpty)
    return network
  }

  /// Changes one record; expects a fault that the predicate knows.
  private func expect<Record: LedgerRecord>(
    _ key: StateKey, as type: Record.Type, _ change: (inout Record) throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation, _ isExpected: @escaping (StateFault) -> Bool
  ) throws {
    var network = try network()
    var record = try Record(bcs: try #require(network.records.records[key]))
    try change(&record)
    network.records.records[key] = record.bcs
    let faults = network.invariants().faults
    #expect(faults.contains(where: isExpected), "\(faults)", sourceLocation: sourceLocation)
  }

  @Test("a base unit more or less of ECO2 anywhere is found")
  func supply() throws {
    func isSupply(_ fault: StateFault) -> Bool {
      if case .supply = fault { true } else { false }
    }
    try expect(
      Account.key(TestGenesis.accounts[3]), as: Account.self,
      { $0.eco2 = try $0.eco2.adding(Amount(1)) }, isSupply)
    try expect(
      NeutralityFund.key, as: NeutralityFund.self,
      { $0.eco2 = try $0.eco2.subtracting(Amount(1)) }, isSupply)
    try expect(
      Vesting.key, as: Vesting.self, { $0.founders[0].amount = Amount(1) }, isSupply)
  }

  @Test("a µg more or less of ECC, consumption or retirement is found")
  func backing() throws {
    func isBacking(_ fault: StateFault) -> Bool {
      if case .backing = fault { true } else { false }
    }
    try expect(
      Account.key(TestGenesis.accounts[3]), as: Account.self,
      { $0.ecc = try $0.ecc.adding(Amount(1)) }, isBacking)
    try expect(
      NumberLine.key, as: NumberLine.self,
      { $0.consumed = try $0.consumed.adding(Amount(1)) }, isBacking)
    try expect(
      NumberLine.key, as: NumberLine.self, { $0.tonnesRetired += 1 }, isBacking)
    try expect(Reserve.key, as: Reserve.self, { $0.tonnes += 1 }, isBacking)
  }

  @Test("lots that leave gaps, overlap, stand in the wrong state or index are found")
  func lots() throws {
    try expect(
      Lot.key(1), as: Lot.self, { $0.start += 1 }, { $0 == .lotPartition(Lot.key(1)) })
    try expect(
      Lot.key(1), as: Lot.self, { $0.end -= 1 }, { $0 == .lotPartition(Issuance.key(1)) })
    try expect(
      Lot.key(1), as: Lot.self, { $0.block += 1 }, { $0 == .lotPartition(Lot.key(1)) })
    try expect(
      Lot.key(1), as: Lot.self, { $0.unit = .kilogram }, { $0 == .lotPartition(Lot.key(1)) })
    try expect(
      Lot.key(1), as: Lot.self, { $0.state = .tradable },
      {
        if case .total(RegistryBook.key, "tradable", _, _) = $0 { true } else { false }
      })
    try expect(
      Lot.key(1), as: Lot.self, { $0.state = .tradable },
      {
        if case .indexEntry(.retirementOrder, _) = $0 { true } else { false }
      })
    try expect(
      Lot.key(1), as: Lot.self, { $0.state = .exporting }, { $0 == .lotLock(Lot.key(1)) })
    try expect(
      Issuance.key(1), as: Issuance.self,
      {
        $0 = Issuance(
          registry: $0.registry, projectID: $0.projectID, range: $0.range, unit: $0.unit, block: 0,
          request: nil, height: 0)
      }, { $0 == .lotOverlap(Issuance.key(0), Issuance.key(1)) })
    try expect(
      Retirement.key(0), as: Retirement.self,
      {
        $0 = Retirement(
          height: 2, lot: $0.lot, start: $0.start + 1, end: $0.end, purpose: $0.purpose)
      }, { $0 == .retirement(Retirement.key(0)) })
  }

  @Test("a statement that does not follow, or contradicts itself, is found")
  func statements() throws {
    func isAt(_ height: UInt64) -> (StateFault) -> Bool {
      {
        if case .statement(CarbonStatement.key(height), _) = $0 { true } else { false }
      }
    }
    let key = CarbonStatement.key(2)
    try expect(
      key, as: CarbonStatement.self, { $0.paid = try $0.paid.adding(Amount(1)) }, isAt(2))
    try expect(key, as: CarbonStatement.self, { $0.covered.toggle() }, isAt(2))
    try expect(
      key, as: CarbonStatement.self,
      { $0.consumedCumulative = try $0.consumedCumulative.adding(Amount(1)) }, isAt(2))
    try expect(key, as: CarbonStatement.self, { $0.height = 3 }, isAt(2))
    try expect(
      key, as: CarbonStatement.self, { $0.tonnesRetiredCumulative += 100 }, isAt(2))
    try expect(
      CarbonStatement.key(3), as: CarbonStatement.self,
      { $0.footprintCumulative = .max }, isAt(3))
  }

  @Test("a debtor with a reserve, and rewards withheld without a debt, are found")
  func nodes() throws {
    let key = NodeCarbon.key(accountID(1_000))
    try expect(
      key, as: NodeCarbon.self, { $0.reserve = Amount(1) }, { $0 == .node(key) })
    try expect(
      key, as: NodeCarbon.self,
      {
        $0.arrears = .zero
        $0.fundDebt = .zero
        $0.owesSince = 0
        $0.withheld = Amount(1)
      }, { $0 == .node(key) })
  }

  @Test("a factor that its row does not say, and a validator with another's key, are found")
  func tables() throws {
    let region = ActiveFactor.key(region: "FRA")
    try expect(
      region, as: ActiveFactor.self,
      { $0 = ActiveFactor(row: $0.row, microgramsPerKilowattHour: 43_000_000) },
      { $0 == .factor(region) })
    let node = accountID(1_001)
    try expect(
      KeyOwner.key(TestGenesis.consensusKey(1).publicKey), as: KeyOwner.self,
      { $0 = KeyOwner(account: accountID(1)) },
      { $0 == .validator(ValidatorSets.key, node) })
  }

  @Test("a missing record, a truncated one, and one of no kind are named")
  func records() throws {
    var missing = try network()
    missing.records.records[CarbonStatement.key(1)] = nil
    #expect(
      missing.invariants().faults == [
        .unreadable(.missing(key: CarbonStatement.key(1)))
      ])
    var truncated = try network()
    let key = Account.key(TestGenesis.accounts[2])
    truncated.records.records[key]?.removeLast()
    let isNamed = truncated.invariants().faults.contains {
      if case .malformed(key, _) = $0 { true } else { false }
    }
    #expect(isNamed)
    var unknown = try network()
    unknown.records.records[StateKey([9, 9, 1])] = [1]
    #expect(unknown.invariants().faults == [.unknownKind(StateKey([9, 9, 1]))])
  }

  @Test("no mutilated record makes the check trap")
  func hostile() throws {
    let network = try network()
    var generator = SplitMix64(state: 11)
    let keys = network.records.records.keys.sorted()
    var found = 0
    for _ in 0..<600 {
      var copy = network
      let key = keys[Int.random(in: 0..<keys.count, using: &generator)]
      var value = try #require(copy.records.records[key])
      let index = Int.random(in: 0..<value.count, using: &generator)
      value[index] = UInt8.random(in: 0...255, using: &generator)
      copy.records.records[key] = value
      if !copy.invariants().faults.isEmpty { found += 1 }
    }
    // Bytes of names, keys and profiles carry no identity; the tree's root covers those.
    #expect(found > 50)
  }

  @Test("queries show what the records say")
  func queries() throws {
    let network = try network()
    var queries = network.queries
    let facts = try queries.chainFacts()
    #expect(facts.network == TestGenesis.network)
    #expect(facts.isTest)
    #expect(try queries.tip().height == 3)
    #expect(try queries.statement(3)?.height == 3)
    #expect(try queries.statement(4) == nil)
    #expect(try queries.account(accountID(123_456)) == nil)
    #expect(try queries.node(accountID(1_002))?.name == "node 2")
    #expect(try queries.debtors() == [0, 1, 2, 3])
    let totals = network.invariants().totals
    #expect(try queries.eccSupply() == totals.ecc)
    let sample = try network.transfer(
      1, from: TestGenesis.accounts[0], to: TestGenesis.accounts[1], 50)
    let price = try queries.price(
      byteCount: sample.bytes.count, signatureCount: 1, operations: sample.body.operations)
    var next = network
    let receipt = try next.run([sample]).receipts[0]
    #expect(receipt.charge == price.charge)
    #expect(receipt.fee == price.fee)
  }
}
