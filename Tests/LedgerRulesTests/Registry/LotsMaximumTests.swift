import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Requests are charged for the lots they may make or change")
struct LotsMaximumTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]
  private let custodian = World.custodians[0]

  /// Three ranges of one project.
  private func onboarding(_ project: String) -> CreditRequest {
    World.onboarding(
      [World.batch(project, (0..<3).map { World.range("gs:\(project)\($0)", 1, 100) })], to: alice)
  }

  @Test("what would make more lots than stated is refused when it is filed, and leaves nothing")
  func filing() throws {
    var world = try World()
    let before = try world.registryRecords()
    for lotsMax in [UInt16(0), 1, 2] {
      let outcome = try world.attempt(onboarding("P"), by: custodian, lotsMax: lotsMax)
      #expect(outcome == .fault(.lotsAboveMaximum))
    }
    #expect(try world.registryRecords() == before)
    let number = try world.book.requests
    #expect(try world.attempt(onboarding("P"), by: custodian, lotsMax: 3) == .applied)
    #expect(try world.request(number).lotsMax == 3)
  }

  @Test("every word states as many as the filer did, and the one that carries it out enough")
  func deciding() throws {
    var world = try World()
    let number = try world.book.requests
    #expect(try world.attempt(onboarding("P"), by: custodian, lotsMax: 3) == .applied)
    for approves in [true, false] {
      #expect(
        try world.decide(number, 0..<1, approves: approves, lotsMax: 2)
          == .fault(.lotsAboveMaximum))
    }
    #expect(try world.decide(number, 0..<2, lotsMax: 3) == .applied)
    #expect(try world.decide(number, 2..<3, lotsMax: 2) == .fault(.lotsAboveMaximum))
    #expect(try world.request(number).standing == .pending)
    #expect(try world.request(number).approvals.count == 2)
    #expect(try world.decide(number, 2..<3, lotsMax: 3) == .applied)
    #expect(try world.request(number).standing == .approved)
    #expect(world.faults == [])
  }

  @Test("who divides its lots raises what is stated, and escapes nothing")
  func divided() throws {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    let range = LotRange(lot: lot, start: 1, end: 100)
    let number = try world.book.requests
    #expect(try world.attempt(.invalidate(range), by: custodian, lotsMax: 1) == .applied)
    try world.decide(number, 0..<2, lotsMax: 1)
    for at in [UInt64(81), 61, 41, 21] {
      #expect(try world.run(.splitLot(SplitLot(lot: lot, at: at)), by: alice) == .applied)
    }
    #expect(try world.decide(number, 2..<3, lotsMax: 4) == .fault(.lotsAboveMaximum))
    #expect(try world.decide(number, 2..<3, lotsMax: 5) == .applied)
    #expect(try world.lot(lot).state == .invalidated)
    #expect(world.faults == [])
  }

  @Test("credits that come back count the lots they lie in; a declaration those it changes")
  func returned() throws {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    #expect(try world.run(.splitLot(SplitLot(lot: lot, at: 51)), by: alice) == .applied)
    let declaration = CreditRequest.declare(
      CreditRequest.Declaration(
        range: LotRange(lot: lot, start: 1, end: 100), labels: [], adjustment: .undeclared))
    #expect(
      try world.attempt(declaration, by: custodian, lotsMax: 1) == .fault(.lotsAboveMaximum))
    #expect(try world.attempt(declaration, by: custodian, lotsMax: 2) == .applied)
    let second = try world.book.lots - 1
    for (part, start) in [(lot, UInt64(1)), (second, 51)] {
      try world.carry(
        .export(LotRange(lot: part, start: start, end: start + 49)), by: alice)
    }
    let back = World.onboarding([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    #expect(try world.attempt(back, by: custodian, lotsMax: 1) == .fault(.lotsAboveMaximum))
    #expect(try world.attempt(back, by: custodian, lotsMax: 2) == .applied)
    #expect(world.faults == [])
  }

  @Test("charge and fee grow by the lots' cost for each lot stated, and by nothing else")
  func prices() throws {
    let world = try World()
    var queries = world.network.queries
    let parameters = try queries.parameters()
    func price(_ operations: [LedgerCore.Operation]) throws -> (charge: UInt128, fee: UInt128) {
      let price = try queries.price(
        byteCount: 1_000, signatureCount: 1, operations: operations)
      return (price.charge.baseUnits, price.fee.baseUnits)
    }
    func words(_ lotsMax: UInt16) -> [LedgerCore.Operation] {
      [.decideRequest(DecideRequest(request: 1, approves: true, lotsMax: lotsMax))]
    }
    let (none, many) = (try price(words(0)), try price(words(8_000)))
    let cost = parameters.lotCost
    let weight =
      8_000
      * (UInt128(cost.bytes) * UInt128(parameters.weightPerByte)
        + UInt128(cost.cpuNanoseconds) * UInt128(parameters.weightPerCPUMicrosecond) / 1_000)
    #expect(many.fee - none.fee == weight * parameters.baseFeeFloor.baseUnits)
    // Each rounding up is one µg.
    let one = try price(words(4_000)).charge - none.charge
    #expect((2 * one - 2...2 * one + 2).contains(many.charge - none.charge))
    #expect(one > 100)
    let filing = FileRequest(
      request: onboarding("P"), proof: CustodyProof(document: World.document(of: 1)))
    #expect(filing.lotsMax == 3)
    #expect(LedgerCore.Operation.fileRequest(filing).lotsMax == 3)
  }
}
