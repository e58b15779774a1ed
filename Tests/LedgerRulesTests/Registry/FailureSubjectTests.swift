import LedgerCore
import Testing

@testable import LedgerRules

/// Of a transaction that fails nothing stays, so its receipt names nothing that it made: the next
/// transaction's would have the same number.
@Suite("What a receipt names")
struct FailureSubjectTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]
  private let bob = World.owners[1]
  private let custodian = World.custodians[0]

  private func run(_ world: inout World, _ operations: [Operation], by account: AccountID) throws
    -> Receipt.Outcome
  {
    try #require(try world.run([(account, operations)]).first)
  }

  private func brought() throws -> (world: World, lot: UInt64) {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    return (world, lot)
  }

  private func transfer(_ lot: UInt64, _ start: UInt64, _ end: UInt64) -> Operation {
    .transferLot(
      TransferLot(range: LotRange(lot: lot, start: start, end: end), recipient: bob))
  }

  @Test("a lot that an earlier operation made is not named by the failure that takes it back")
  func madeLot() throws {
    var (world, lot) = try brought()
    let before = try world.registryRecords()
    let made = try world.book.lots
    let split = Operation.splitLot(SplitLot(lot: lot, at: 51))
    let moved = transfer(made, 51, 100)
    let outcome = try run(&world, [split, moved, moved], by: alice)
    #expect(outcome == .failed(operation: 2, .notOwner, subject: nil))
    #expect(try world.registryRecords() == before)
    // What was there is named, and so is what there never was.
    let own = transfer(lot, 1, 50)
    #expect(
      try run(&world, [split, own, own], by: alice)
        == .failed(operation: 2, .notOwner, subject: lot))
    #expect(
      try run(&world, [split, transfer(made + 1, 51, 100)], by: alice)
        == .failed(operation: 1, .unknownLot, subject: made + 1))
  }

  @Test("a lot that an earlier request of the transaction made is not named as an overlap")
  func madeByRequest() throws {
    var (world, lot) = try brought()
    func pending(_ block: String, _ id: String) throws -> UInt64 {
      try world.file(
        World.onboarding([World.batch(id, [World.range(block, 1, 10)])], to: alice),
        by: custodian)
    }
    let (first, second) = (try pending("gs:Q", "Q"), try pending("gs:Q", "R"))
    for request in [first, second] { try world.decide(request, 0..<2) }
    let words = [first, second].map {
      Operation.decideRequest(DecideRequest(request: $0, approves: true, lotsMax: 200))
    }
    #expect(
      try run(&world, words, by: World.registrars[2])
        == .failed(operation: 1, .serialOverlap, subject: nil))
    // Where its lot stays, it is named.
    let made = try world.book.lots
    #expect(try run(&world, [words[0]], by: World.registrars[2]) == .applied)
    #expect(
      try run(&world, [words[1]], by: World.registrars[2]) == .fault(.serialOverlap, made))
    #expect(made > lot && world.faults.isEmpty)
  }

  @Test("nor are a request and a retirement of the transaction's own")
  func madeOtherwise() throws {
    var (world, lot) = try brought()
    let request = try world.book.requests
    let export = Operation.fileRequest(
      FileRequest(
        request: .export(LotRange(lot: lot, start: 1, end: 10)),
        proof: CustodyProof(document: World.document(of: 1))))
    let withdraw = Operation.withdrawRequest(WithdrawRequest(request: request))
    #expect(
      try run(&world, [export, withdraw, withdraw], by: alice)
        == .failed(operation: 2, .requestClosed, subject: nil))
    #expect(try run(&world, [withdraw], by: alice) == .fault(.unknownRequest, request))
    #expect(try run(&world, [export, withdraw], by: alice) == .applied)
    #expect(try run(&world, [withdraw], by: alice) == .fault(.requestClosed, request))

    // The custodian's own lots: it retires and confirms in one transaction.
    let own = try world.bring(
      [World.batch("O", [World.range("gs:O", 1, 100)])], to: custodian, by: custodian)
    let retirement = try world.book.retirements
    let retire = Operation.retireLot(
      RetireLot(
        range: LotRange(lot: own, start: 1, end: 10), claim: RetirementClaim(reason: .voluntary)))
    let confirm = Operation.confirmRetirement(
      ConfirmRetirement(retirement: retirement, reference: "GS-1", date: 20_240_101))
    #expect(
      try run(&world, [retire, confirm, confirm], by: custodian)
        == .failed(operation: 2, .alreadyConfirmed, subject: nil))
    #expect(try run(&world, [retire, confirm], by: custodian) == .applied)
    #expect(try run(&world, [confirm], by: custodian) == .fault(.alreadyConfirmed, retirement))
    #expect(world.faults.isEmpty)
  }
}
