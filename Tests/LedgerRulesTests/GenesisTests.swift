import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Genesis")
struct GenesisTests {
  @Test("a sound document makes a state in which every identity holds")
  func sound() throws {
    let network = try TestNetwork(TestGenesis.document(nodes: 21))
    let report = network.invariants()
    #expect(report.faults.isEmpty)
    #expect(report.totals.eco2 == Supply.total)
    #expect(report.totals.eccInFund == Amount(10_000_000_000_000))
    #expect(report.totals.tonnesInReserve == 80)
  }

  @Test("the state is the same however often it is made, and ascending by key")
  func deterministic() throws {
    let document = try TestGenesis.document()
    let first = try document.initialState()
    #expect(try document.initialState() == first)
    #expect(zip(first.changes, first.changes.dropFirst()).allSatisfy { $0.key < $1.key })
  }

  @Test("a document survives its encoding, and its bytes name the chain")
  func encoding() throws {
    let document = try TestGenesis.document()
    #expect(try GenesisDocument(bcs: document.bcs) == document)
    var other = document
    other.genesisTime += 1
    #expect(other.chainID != document.chainID)
    let tagged = Array("eco2/genesis/v1".utf8) + document.bcs
    #expect(document.chainID.bytes == SHA256.hash(tagged).bytes)
  }

  @Test("each ER Node starts with 90 days' due")
  func nodeReserves() throws {
    let network = try TestNetwork(TestGenesis.document())
    let node = try network.nodeCarbon(0)
    let units =
      [48_000, 90 * 86_400_000, 1_580, 557_500_000, 110].reduce(BigUnsigned(1)) {
        $0 * BigUnsigned(UInt128($1))
      }
    #expect(node.reserve.baseUnits == units.dividedUp(by: BigUnsigned(Dues.unit)).value)
    #expect(!node.owes)
  }

  @Test("the ECC that nobody else is given goes to the depositor")
  func depositor() throws {
    let network = try TestNetwork(TestGenesis.document())
    let reserves = try network.nodeCarbon(0).reserve.baseUnits * 4
    let allocated = UInt128(16) * 10_000_000_000
    let expected = 80 * Supply.microgramsPerTonne - reserves - allocated - 10_000_000_000_000
    #expect(try network.account(TestGenesis.depositor).ecc == Amount(expected))
  }

  @Test("test allocations of ECO2 and the nodes' bonds come out of the operating committee's share")
  func operatingCommittee() throws {
    let network = try TestNetwork(TestGenesis.document())
    let held = try network.account(TestGenesis.operatingCommittee).eco2
    let bonds = 4 * UInt128(10_000) * 100_000_000
    #expect(
      held.baseUnits == Supply.operatingCommittee.baseUnits - 16 * 100_000_000_000 - bonds)
    var queries = network.queries
    #expect(try queries.delegation().bonds == Amount(bonds))
  }

  @Test("the factor in force is the latest year's, and of one year the highest")
  func factorInForce() throws {
    var document = try TestGenesis.document()
    document.factors += [
      TestGenesis.factor("CHN", 600_000_000, year: 2022),
      TestGenesis.factor("FRA", 45_000_000),
      TestGenesis.factor("FRA", 43_000_000),
    ]
    let network = try TestNetwork(document)
    var queries = network.queries
    #expect(try queries.factor(region: "CHN")?.row == 0)
    #expect(try queries.factor(region: "FRA")?.factor.microgramsPerKilowattHour == 45_000_000)
    #expect(try queries.factor(region: "XXX") == nil)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test(
    "lots stand in the order of retirement: vintage end, start, registry, project, block, serial")
  func retirementOrder() throws {
    var document = try TestGenesis.document()
    document.parameters.reserveRegistries = ["gold-standard", "a-registry"]
    document.lots = [
      TestGenesis.lot("B", 1, 10, to: 20_201_231),
      TestGenesis.lot("B", 11, 20),
      TestGenesis.lot("A", 30, 40),
      TestGenesis.lot("A", 5, 20),
      TestGenesis.lot("A", 100, 110, from: 20_180_601),
    ]
    var foreign = TestGenesis.lot("Z", 1, 10)
    foreign.project.registry = "a-registry"
    document.lots.append(foreign)
    document.registry.registries.append(CreditRegistry(name: "a-registry", unit: .tonne))
    var network = try TestNetwork(document)
    #expect(try network.retirementOrder() == [4, 5, 3, 2, 1, 0])
  }

  private func expect(
    _ expected: GenesisError, _ change: (inout GenesisDocument) throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var document = try TestGenesis.document()
    try change(&document)
    #expect(throws: expected, sourceLocation: sourceLocation) {
      try document.initialState()
    }
  }

  @Test("what is wrong with the network, its time or its parameters is named")
  func chainFaults() throws {
    try expect(.networkName) { $0.network = "" }
    try expect(.networkName) { $0.network = "tést" }
    try expect(.time(genesisTime: TestGenesis.time, interval: 99)) { $0.interval = 99 }
    try expect(.time(genesisTime: .max, interval: 10_000)) { $0.genesisTime = .max }
    try expect(.parameter("base fee floor")) { $0.parameters.baseFeeFloor = .zero }
    try expect(.parameter("reserve products")) { $0.parameters.reserveProducts = [.planned] }
    try expect(.parameter("operation costs")) { $0.parameters.operationCosts.removeLast() }
    try expect(.parameter("block bytes")) { $0.parameters.blockBytesMax = .max }
  }

  @Test("a bad factor row is named with what is wrong")
  func factorFaults() throws {
    try expect(.noFactors) { $0.factors = [] }
    try expect(.factor(row: 3, .value(0))) { $0.factors.append(TestGenesis.factor("X", 0)) }
    try expect(.factor(row: 3, .regionCode)) { $0.factors.append(TestGenesis.factor("", 1)) }
    try expect(.factor(row: 3, .duplicate(of: 1))) {
      $0.factors.append(TestGenesis.factor("FRA", 44_000_000))
    }
    try expect(.factor(row: 3, .year(2026))) {
      $0.factors.append(TestGenesis.factor("X", 1, year: 2026))
    }
  }

  @Test("a bad ER Node is named with what is wrong")
  func nodeFaults() throws {
    try expect(.nodeCount(3)) { $0.nodes.removeLast() }
    try expect(.node(row: 3, .duplicate(of: 1))) { $0.nodes[3].account = $0.nodes[1].account }
    try expect(.node(row: 3, .duplicate(of: 3))) {
      $0.nodes[3].transportKey = $0.nodes[3].consensusKey
    }
    try expect(.node(row: 2, .duplicate(of: 0))) { $0.nodes[2].name = $0.nodes[0].name }
    try expect(.node(row: 1, .possession)) { $0.nodes[1].possession = zeroSignature }
    try expect(.node(row: 1, .possession)) {
      $0.nodes[1].account = accountID(77)
    }
    try expect(.node(row: 0, .consensusKey)) { $0.nodes[0].consensusKey = PublicKey(.zero) }
    try expect(.node(row: 0, .region("MARS"))) { $0.nodes[0].profile.region = "MARS" }
    try expect(.node(row: 0, .belowFloor(Parameters.standard.tierFloors[1]))) {
      $0.nodes[0].profile.idleMilliwatts = 47_999
    }
    try expect(.node(row: 0, .belowFloor(Parameters.standard.tierFloors[1]))) {
      $0.nodes[0].profile.puePermille = 1_579
    }
    try expect(.node(row: 0, .profile)) { $0.nodes[0].profile.idleMilliwatts = .max }
  }

  @Test("shares and allocations that do not add up are refused")
  func allocationFaults() throws {
    let share = Supply.founders.baseUnits / 3
    try expect(
      .founderShares(total: Amount(2 * share), expected: Supply.founders)
    ) { $0.founders.removeLast() }
    try expect(.founder(row: 1, .zero)) { $0.founders[1].amount = .zero }
    try expect(.founder(row: 2, .duplicate(of: 0))) {
      $0.founders[2].account = $0.founders[0].account
    }
    try expect(.overflow) { $0.founders[2].amount = .max }
    try expect(.allocation(row: 5, .duplicate(of: 4))) {
      $0.allocations[5].account = $0.allocations[4].account
    }
    try expect(.allocation(row: 0, .notATestNetwork)) { $0.isTest = false }
    try expect(.overflow) { $0.allocations[0].eco2 = .max }
    try expect(
      .allocationsTooLarge(
        total: Amount(
          Supply.operatingCommittee.baseUnits + 16 * 100_000_000_000 + 4 * 1_000_000_000_000),
        available: Supply.operatingCommittee)
    ) {
      $0.allocations.append(
        GenesisAllocation(
          account: accountID(50), eco2: Supply.operatingCommittee, ecc: .zero))
    }
  }

  @Test("a lot that may not enter the reserve is named with the reason")
  func lotFaults() throws {
    func expectLot(
      _ fault: LotFault, sourceLocation: SourceLocation = #_sourceLocation,
      _ change: (inout GenesisLot) -> Void
    ) throws {
      try expect(.lot(row: 1, fault), { change(&$0.lots[1]) }, sourceLocation: sourceLocation)
    }
    try expectLot(.product(.planned)) { $0.range.product = .planned }
    try expectLot(.product(.certified)) { $0.range.product = .certified }
    try expectLot(.registry("unlisted")) { $0.project.registry = "unlisted" }
    try expectLot(.status(.retired)) { $0.status = .retired }
    try expectLot(.status(.cancelled)) { $0.status = .cancelled }
    try expectLot(.tonnes(stated: 29, serials: 30)) { $0.tonnes = 29 }
    try expectLot(.range(start: 11, end: 10)) { $0.range.end = 10 }
    try expectLot(.range(start: 11, end: .max)) { $0.range.end = .max }
    try expectLot(.vintage(from: 20_190_101, to: 20_200_230)) { $0.range.vintageTo = 20_200_230 }
    try expectLot(.vintageInFuture(to: 20_250_616)) { $0.range.vintageTo = 20_250_616 }
    try expectLot(.vintageTooOld(to: 20_150_614)) {
      $0.range.vintageFrom = 20_140_101
      $0.range.vintageTo = 20_150_614
    }
    try expectLot(.text) { $0.range.serialBlock = "" }
  }

  @Test("a vintage that ended ten years ago to the day is accepted")
  func oldestVintage() throws {
    var document = try TestGenesis.document()
    document.lots[1].range.vintageFrom = 20_150_101
    document.lots[1].range.vintageTo = 20_150_615
    #expect(throws: Never.self) { try document.initialState() }
  }

  @Test("serial ranges that share one unit are refused, ranges that touch are not")
  func overlap() throws {
    try expect(.lot(row: 2, .overlap(with: 0))) {
      $0.lots.append(TestGenesis.lot("GS1", 50, 60))
    }
    try expect(.lot(row: 2, .overlap(with: 1))) {
      $0.lots.append(TestGenesis.lot("GS2", 11, 40, to: 20_201_231))
    }
    try expect(.lot(row: 2, .overlap(with: 1))) {
      $0.lots.append(TestGenesis.lot("GS2", 1, 100))
    }
    var document = try TestGenesis.document()
    document.lots.append(TestGenesis.lot("GS1", 51, 60))
    #expect(throws: Never.self) { try document.initialState() }
  }

  @Test("a reserve too small for nodes, fund and allocations is refused")
  func reserveTooSmall() throws {
    var document = try TestGenesis.document()
    document.lots = [TestGenesis.lot("GS1", 1, 10)]
    let needed =
      try TestNetwork(TestGenesis.document()).nodeCarbon(0).reserve.baseUnits * 4
      + 16 * 10_000_000_000 + 10_000_000_000_000
    #expect(
      throws: GenesisError.reserveTooSmall(
        needed: Amount(needed), available: Amount(10_000_000_000_000))
    ) { try document.initialState() }
  }

  @Test("any truncation of a document is refused without a trap")
  func truncation() throws {
    let bytes = try TestGenesis.document().bcs
    for length in stride(from: 0, to: bytes.count, by: 37) {
      #expect(throws: BCSError.self) { try GenesisDocument(bcs: bytes[..<length]) }
    }
  }
}

extension TestNetwork {
  /// The numbers of the lots in the reserve, in the order of their retirement.
  mutating func retirementOrder() throws -> [UInt64] {
    var view = StateView(over: records)
    var ordered = OrderedIndexes()
    return try ordered.entries(.retirementOrder, from: [0], max: 1_000, in: &view)
      .map(\.value.bigEndianNumber)
  }
}
