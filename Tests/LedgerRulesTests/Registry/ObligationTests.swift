import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Reversals, replacement, buffers and bonds")
struct ObligationTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]
  private let bob = World.owners[1]
  private let custodian = World.custodians[0]
  private let tonne = Supply.microgramsPerTonne

  /// Alice's lot of 100 t, of which 20 are in the reserve, 20 retired, 10 cancelled.
  private func world() throws -> (World, UInt64) {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    let claim = RetirementClaim(reason: .voluntary)
    let steps: [Operation] = [
      .cancelLot(CancelLot(range: LotRange(lot: lot, start: 91, end: 100))),
      .retireLot(RetireLot(range: LotRange(lot: lot, start: 71, end: 90), claim: claim)),
      .depositLot(DepositLot(range: LotRange(lot: lot, start: 51, end: 70))),
    ]
    #expect(try world.run([(alice, steps)]) == [.applied])
    return (world, lot)
  }

  /// A lot of the issuance by its first serial.
  private func lot(_ world: World, from start: UInt64, of lot: UInt64) throws -> UInt64 {
    let issuance = try world.lot(lot).issuance
    return try #require(
      try (0..<world.book.lots).first {
        let record = try world.lot($0)
        return record.issuance == issuance && record.start <= start && start <= record.end
      })
  }

  @Test("invalidation finds every serial of a range in the state it has, and obliges for each")
  func states() throws {
    var (world, first) = try world()
    let request = CreditRequest.invalidate(LotRange(lot: first, start: 41, end: 95))
    #expect(try world.attempt(request, by: alice) == .fault(.notCustodian))
    #expect(try world.attempt(request, by: World.custodians[1]) == .fault(.notCustodian, first))
    let ecc = try world.ecc(alice)
    try world.carry(request, by: custodian)
    let purposes = try (0..<3).map { try world.obligation($0) }
    #expect(purposes.map(\.purpose) == [.owner(alice), .reserve, .retirement])
    #expect(purposes.map(\.amount) == [Amount(10 * tonne), Amount(20 * tonne), Amount(20 * tonne)])
    #expect(try world.lot(lot(world, from: 41, of: first)).state == .invalidated)
    #expect(try world.lot(lot(world, from: 51, of: first)).state == .invalidated)
    let retired = try world.lot(lot(world, from: 71, of: first))
    #expect(retired.state == .retired && retired.isReversed)
    #expect(try world.lot(lot(world, from: 91, of: first)).state == .cancelled)
    #expect(try world.reserve == Reserve(tonnes: 80, obligations: Amount(20 * tonne)))
    #expect(try world.custodian().openObligations == 3)
    #expect(try world.ecc(alice) == ecc)
    // Once more there is nothing left to mark.
    let again = CreditRequest.invalidate(LotRange(lot: first + 1, start: 91, end: 100))
    #expect(try world.attempt(again, by: World.registrars[0]).fault == .lotNotTradable)
    // Deposits stop, for lots of this custodian.
    let deposit = DepositLot(range: LotRange(lot: first, start: 1, end: 5))
    #expect(try world.run(.depositLot(deposit), by: alice).fault == .depositsStopped)
    #expect(world.faults.isEmpty)
  }

  @Test("part of a retirement is reversed; its lots are still all of it")
  func partOfRetirement() throws {
    var (world, first) = try world()
    let retired = try lot(world, from: 71, of: first)
    try world.carry(
      .invalidate(LotRange(lot: retired, start: 75, end: 80)), by: World.registrars[4])
    #expect(try world.obligation(0).amount == Amount(6 * tonne))
    #expect(try world.lot(retired).end == 74)
    #expect(try !world.lot(retired).isReversed)
    #expect(try world.book[.retired] == Amount(20 * tonne))
    #expect(world.faults.isEmpty)
    // Overlapping what is marked obliges only for the rest.
    try world.carry(.invalidate(LotRange(lot: retired, start: 71, end: 90)), by: custodian)
    #expect(try world.obligation(1).amount == Amount(4 * tonne))
    #expect(try world.obligation(2).amount == Amount(10 * tonne))
    #expect(world.faults.isEmpty)
  }

  @Test("an export of invalid credits ends as rejected, with deposit and lock given back")
  func exporting() throws {
    var (world, first) = try world()
    let number = try world.file(
      .export(LotRange(lot: first, start: 1, end: 20)), by: alice)
    try world.carry(.invalidate(LotRange(lot: first, start: 11, end: 30)), by: custodian)
    #expect(try world.request(number).standing == .rejected)
    #expect(try world.book.deposits == .zero)
    #expect(try world.lot(first).state == .tradable)
    #expect(try world.lot(first).end == 10)
    #expect(try world.book[.invalidated] == Amount(20 * tonne))
    #expect(world.faults.isEmpty)
  }

  @Test("a split does not carry serials out of a request that is pending")
  func splitMeanwhile() throws {
    var (world, first) = try world()
    let number = try world.file(
      .invalidate(LotRange(lot: first, start: 11, end: 30)), by: custodian)
    try world.decide(number, 0..<2)
    for at in [15, 13, 12] as [UInt64] {
      #expect(try world.run(.splitLot(SplitLot(lot: first, at: at)), by: alice) == .applied)
    }
    let moved = try lot(world, from: 13, of: first)
    #expect(
      try world.run(
        .transferLot(
          TransferLot(range: LotRange(lot: moved, start: 13, end: 13), recipient: bob)), by: alice)
        == .applied)
    #expect(try world.decide(number, 2..<3) == .applied)
    #expect(try world.book[.invalidated] == Amount(20 * tonne))
    let owners = try (0..<world.book.obligations).map { try world.obligation($0).purpose }
    #expect(owners.contains(.owner(bob)))
    #expect(world.faults.isEmpty)
  }

  @Test("a custodian replaces what the reserve, a retirement and an owner have lost")
  func replacement() throws {
    var (world, first) = try world()
    try world.carry(.invalidate(LotRange(lot: first, start: 41, end: 90)), by: custodian)
    let own = try world.bring(
      [World.batch("R", [World.range("gs:R", 1, 100)])], to: custodian)
    let verra = try world.bring(
      [World.batch("V", [World.range("vcs:1", 1, 30)], "verra")], to: custodian)
    func replace(_ obligation: UInt64, _ lot: UInt64, _ start: UInt64, _ end: UInt64) throws
      -> TransactionFault?
    {
      let range = LotRange(lot: lot, start: start, end: end)
      return try world.run(
        .replaceCredits(ReplaceCredits(obligation: obligation, range: range)), by: custodian
      ).fault
    }
    #expect(try replace(0, own, 1, 11) == .obligationMet)
    #expect(try replace(1, verra, 1, 20) == .notEligible)
    #expect(try replace(0, first, 1, 5) == .notOwner)
    #expect(try replace(0, own, 1, 10) == nil)
    #expect(try world.lot(own).owner == alice)
    #expect(try replace(0, own, 1, 1) == .obligationMet)
    #expect(try replace(1, lot(world, from: 11, of: own), 11, 15) == nil)
    #expect(try world.obligation(1).open == Amount(15 * tonne))
    #expect(try world.reserve == Reserve(tonnes: 85, obligations: Amount(15 * tonne)))
    #expect(try replace(1, lot(world, from: 16, of: own), 16, 30) == nil)
    #expect(try replace(1, lot(world, from: 31, of: own), 31, 31) == .obligationMet)
    #expect(try replace(2, verra, 1, 20) == nil)
    #expect(try world.lot(verra).state == .retired)
    var queries = world.network.queries
    #expect(try queries.retirement(1)?.purpose == .replacement(obligation: 2))
    #expect(try world.custodian().openObligations == 0)
    #expect(try world.reserve == Reserve(tonnes: 100, obligations: .zero))
    let deposit = DepositLot(range: LotRange(lot: first, start: 1, end: 5))
    #expect(try world.run(.depositLot(deposit), by: alice) == .applied)
    #expect(world.faults.isEmpty)
  }

  @Test("what is not replaced in time comes from the buffer: from the first lots that fit")
  func buffer() throws {
    var world = try World(bufferTonnes: 0)
    // Neither half a tonne nor a registry that is not listed serves the reserve.
    let first = try world.bring(
      [
        World.batch("K", [World.range("kg:1", 1, 500)], World.kilograms),
        World.batch("V", [World.range("vcs:1", 1, 40)], "verra"),
        World.batch("B", [World.range("gs:B", 1, 40)]),
      ], to: custodian, isBuffer: true)
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    let range = LotRange(lot: lot, start: 51, end: 70)
    #expect(try world.run(.depositLot(DepositLot(range: range)), by: alice) == .applied)
    try world.carry(.invalidate(LotRange(lot: lot, start: 41, end: 70)), by: custodian)
    try world.run([], slots: World.obligationSlots)
    #expect(try world.obligation(1).open == Amount(20 * tonne))
    try world.run([])
    #expect(try world.obligation(0).isClosed && world.obligation(1).isClosed)
    // The owner was given half a tonne and nine, and the bond for the rest; the reserve what is
    // eligible.
    let price = world.network.document.parameters.fund.bidPriceMax.baseUnits
    #expect(try world.obligation(0).open == Amount(tonne / 2))
    #expect(try world.custodian().bond == Amount(World.bond - price / 2))
    #expect(try !world.obligation(1).bondTaken)
    #expect(try world.lot(first).owner == alice)
    #expect(try world.reserve == Reserve(tonnes: 100, obligations: .zero))
    #expect(try world.lot(first + 2).state == .inReserve)
    #expect(try world.lot(first + 2).end == 20)
    #expect(world.faults.isEmpty)
  }

  @Test("after the buffer the bond pays: the owner in ECO2, or the fund, which then owes the rest")
  func bond() throws {
    var (world, first) = try world()
    // Only 30 t of the buffer are left to serve 50.
    let buffer = try #require(
      try (0..<world.book.lots).first {
        let record = try world.lot($0)
        return record.state == .buffer && record.custodian == custodian
      })
    let cancelled = LotRange(lot: buffer, start: 31, end: 100)
    #expect(
      try world.run([
        (
          custodian,
          [
            .setBuffer(SetBuffer(range: cancelled, isBuffer: false)),
            .cancelLot(CancelLot(range: LotRange(lot: try world.book.lots, start: 31, end: 100))),
          ]
        )
      ]) == [.applied])
    try world.carry(.invalidate(LotRange(lot: first, start: 41, end: 90)), by: custodian)
    try world.run([], slots: World.obligationSlots + 1)
    let price = world.network.document.parameters.fund.bidPriceMax.baseUnits
    // The owner's 10 t and the reserve's 20 t from the buffer, the retirement's from the bond.
    let met = try (0..<3).map { try world.obligation($0) }
    #expect(met.map(\.isClosed) == [true, true, true])
    #expect(met.map(\.bondTaken) == [false, false, true])
    #expect(met[2].open == Amount(20 * tonne))
    #expect(try world.custodian().buffer == .zero)
    #expect(try world.custodian().openObligations == 0)
    let taken = min(World.bond, 20 * price)
    #expect(try world.custodian().bond.baseUnits == World.bond - taken)
    #expect(try world.reserve.obligations == .zero)
    // What is booked after the block's payments is paid as the fund has ECC.
    let owed = try world.fund.overheadOpen
    #expect(owed > .zero)
    let ecc = try world.fund.ecc
    let statement = try world.network.run().statement
    #expect(statement.fundOverhead > statement.overheadDue)
    #expect(try world.fund.ecc < ecc)
    #expect(world.faults.isEmpty)
  }

  @Test("with neither buffer nor bond the fund destroys ECC for what backed it")
  func fundsDebt() throws {
    var (world, first) = try world()
    let lots = try (0..<world.book.lots).filter {
      try world.lot($0).state == .buffer && world.lot($0).custodian == custodian
    }
    let range = LotRange(lot: first + 3, start: 51, end: 70)
    #expect(try world.lot(range.lot).state == .inReserve)
    let buffer = try #require(lots.first)
    #expect(
      try world.run([
        (
          custodian,
          [.setBuffer(SetBuffer(range: LotRange(lot: buffer, start: 5, end: 100), isBuffer: false))]
        )
      ]) == [.applied])
    try world.carry(.invalidate(range), by: custodian)
    try world.run([], slots: World.obligationSlots + 1)
    #expect(try world.obligation(0).open == Amount(16 * tonne))
    #expect(try world.obligation(0).bondTaken)
    #expect(try world.fund.reserveOpen == Amount(16 * tonne))
    let before = try world.fund.ecc
    #expect(before > .zero)
    try world.run([])
    #expect(try world.fund.ecc == .zero)
    #expect(try world.fund.reserveOpen < Amount(16 * tonne))
    #expect(try world.reserve.obligations == world.fund.reserveOpen)
    #expect(world.faults.isEmpty)
  }
}
