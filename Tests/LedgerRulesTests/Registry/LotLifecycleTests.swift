import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Lots from their registry and back")
struct LotLifecycleTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]
  private let bob = World.owners[1]
  private let custodian = World.custodians[0]
  private let tonne = Supply.microgramsPerTonne

  private func brought(_ start: UInt64 = 1, _ end: UInt64 = 100) throws -> (World, UInt64) {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", start, end)])], to: alice)
    return (world, lot)
  }

  @Test("three of five approve; nothing exists before, everything after, and the deposit is back")
  func onboarding() throws {
    var world = try World()
    let before = try (lots: world.book.lots, live: world.custodian().live)
    let request = World.onboarding(
      [
        World.batch("P", [World.range("gs:P", 1, 10), World.range("gs:P", 11, 15)]),
        World.batch("V", [World.range("vcs:1", 7, 7)], "verra"),
      ], to: alice)
    let number = try world.file(request, by: custodian)
    #expect(try world.book.deposits == Amount(World.deposit))
    try world.decide(number, 0..<2)
    #expect(try world.book.lots == before.lots)
    #expect(try world.custodian().live == before.live)
    #expect(try world.decide(number, 2..<3) == .applied)
    let lots = try (before.lots..<before.lots + 3).map { try world.lot($0) }
    #expect(try world.book.lots == before.lots + 3)
    #expect(lots.map(\.start) == [1, 11, 7])
    #expect(lots.map(\.end) == [10, 15, 7])
    #expect(lots.allSatisfy { $0.owner == alice && $0.state == .tradable })
    #expect(try world.custodian().live.baseUnits == before.live.baseUnits + 16 * tonne)
    #expect(try world.book.deposits == .zero)
    let record = try world.request(number)
    #expect(record.standing == .approved)
    #expect(record.approvals == Array(World.registrars[0..<3]))
    var queries = world.network.queries
    let issuance = try #require(try queries.issuance(lots[0].issuance))
    #expect(issuance.request == number)
    #expect(try queries.project(registry: "gold-standard", id: "P")?.serials == 15)
    #expect(world.faults.isEmpty)
  }

  @Test("parts of exported lots come back, whoever brings them, and only without a gap")
  func comingBack() throws {
    var (world, lot) = try brought()
    try world.carry(.export(LotRange(lot: lot, start: 21, end: 80)), by: alice)
    let exported = try world.book.lots - 1
    #expect(try world.lot(exported).state == .exported)
    func back(_ start: UInt64, _ end: UInt64, _ id: String = "P") -> CreditRequest {
      World.onboarding([World.batch(id, [World.range("gs:P", start, end)])], to: bob)
    }
    #expect(
      try world.attempt(back(20, 30), by: custodian) == .fault(.serialOverlap, lot))
    #expect(
      try world.attempt(back(30, 40, "Q"), by: custodian) == .fault(.projectDiffers, exported))
    let onboarded = try world.book.onboarded
    var labelled = World.range("gs:P", 30, 40)
    labelled.labels = .coreCarbonPrinciples
    try world.carry(
      World.onboarding([World.batch("P", [labelled])], to: bob), by: World.custodians[1])
    let returned = try #require(
      try (0..<world.book.lots).first { try world.lot($0).start == 30 })
    #expect(try world.lot(returned).owner == bob)
    #expect(try world.lot(returned).custodian == World.custodians[1])
    #expect(try world.lot(returned).state == .tradable)
    #expect(try world.lot(returned).labels == .coreCarbonPrinciples)
    #expect(try world.book[.exported] == Amount(49 * tonne))
    // Two exported lots with the returned one between them.
    #expect(
      try world.attempt(back(21, 50), by: custodian) == .fault(.serialOverlap, returned))
    try world.carry(.export(LotRange(lot: returned, start: 30, end: 40)), by: bob)
    try world.carry(back(21, 80), by: custodian)
    #expect(try world.book[.exported] == .zero)
    #expect(try world.book.onboarded == onboarded)
    #expect(try world.book[.tradable] == Amount(100 * tonne))
    var queries = world.network.queries
    #expect(try queries.project(registry: "gold-standard", id: "P")?.serials == 100)
    #expect(world.faults.isEmpty)
  }

  @Test("beyond the end of what was exported nothing comes back with it")
  func partlyExported() throws {
    var (world, lot) = try brought(10, 20)
    try world.carry(.export(LotRange(lot: lot, start: 10, end: 20)), by: alice)
    for (start, end) in [(5, 12), (15, 25), (9, 21)] as [(UInt64, UInt64)] {
      let request = World.onboarding(
        [World.batch("P", [World.range("gs:P", start, end)])], to: alice)
      #expect(try world.attempt(request, by: custodian) == .fault(.partlyExported, lot))
    }
  }

  @Test("splits and transfers of parts partition the issuance, and a lot keeps its first serial")
  func partition() throws {
    var (world, lot) = try brought()
    #expect(
      try world.run(
        .transferLot(
          TransferLot(range: LotRange(lot: lot, start: 40, end: 60), recipient: bob)), by: alice)
        == .applied)
    let lots = try (lot..<world.book.lots).map { try world.lot($0) }
    #expect(lots.map(\.start) == [1, 61, 40])
    #expect(lots.map(\.end) == [39, 100, 60])
    #expect(lots.map(\.owner) == [alice, alice, bob])
    #expect(
      try world.run(.splitLot(SplitLot(lot: lot, at: 1)), by: alice).fault == .rangeOutsideLot)
    #expect(try world.run(.splitLot(SplitLot(lot: lot, at: 39)), by: bob) == .fault(.notOwner, lot))
    #expect(try world.run(.splitLot(SplitLot(lot: lot, at: 39)), by: alice) == .applied)
    #expect(try world.lot(lot).end == 38)
    #expect(
      try world.run(
        .transferLot(
          TransferLot(range: LotRange(lot: lot, start: 1, end: 1), recipient: alice)), by: alice)
        == .fault(.selfTransfer))
    #expect(try world.book[.tradable] == Amount(100 * tonne))
    #expect(world.faults.isEmpty)
  }

  @Test("a deposit gives exactly a million ECC a tonne")
  func deposit() throws {
    var (world, lot) = try brought()
    let operation = DepositLot(range: LotRange(lot: lot, start: 51, end: 57))
    #expect(try world.run(.depositLot(operation), by: bob) == .fault(.notOwner, lot))
    let old = World.range("gs:old", 1, 9, to: 20_101_231)
    let ineligible = try world.bring([World.batch("P", [old])], to: alice)
    let part = DepositLot(range: LotRange(lot: ineligible, start: 3, end: 5))
    // The fault names the lot that is there, not the part that would have been cut.
    #expect(
      try world.run(.depositLot(part), by: alice) == .fault(.notEligible, ineligible))
    let before = try world.ecc(alice)
    #expect(try world.run(.depositLot(operation), by: alice) == .applied)
    let charge = before + 7 * tonne - (try world.ecc(alice))
    #expect(charge > 0 && charge < 100)
    #expect(try world.reserve.tonnes == 87)
    #expect(world.faults.isEmpty)
  }

  @Test("the pool retires oldest vintage first, through lots of kilograms and parts of lots")
  func pool() throws {
    var world = try World()
    let ranges = [
      World.range("gs:young", 1, 20, to: 20_221_231), World.range("gs:old", 5, 7, to: 20_171_231),
    ]
    let first = try world.bring([World.batch("P", ranges)], to: alice)
    let kilograms = try world.bring(
      [World.batch("K", [World.range("kg:1", 1, 4_000, to: 20_181_231)], World.kilograms)],
      to: alice)
    for (lot, end) in [(first, 20), (first + 1, 7), (kilograms, 4_000)] as [(UInt64, UInt64)] {
      let start = try world.lot(lot).start
      #expect(
        try world.run(
          .depositLot(DepositLot(range: LotRange(lot: lot, start: start, end: end))), by: alice)
          == .applied)
    }
    // Nine tonnes and a half on the line, as if offset by Alice.
    let amount = Amount(9 * tonne + tonne / 2)
    try world.change(NumberLine.key, as: NumberLine.self) {
      $0.consumed = try $0.consumed.adding(amount)
    }
    try world.change(Account.key(alice), as: Account.self) {
      $0.ecc = try $0.ecc.subtracting(amount)
    }
    #expect(try world.network.run().statement.tonnesRetiredCumulative == 9)
    var queries = world.network.queries
    let retirements = try (0..<3).map { try #require(try queries.retirement($0)) }
    #expect(retirements.map(\.lot) == [first + 1, kilograms, first])
    #expect(retirements.map(\.start) == [5, 1, 1])
    #expect(retirements.map(\.end) == [7, 4_000, 2])
    #expect(
      retirements.map(\.purpose)
        == [.pool(firstTonne: 1), .pool(firstTonne: 4), .pool(firstTonne: 8)])
    #expect(try world.lot(first).state == .retired)
    #expect(try world.lot(first).end == 2)
    #expect(try world.reserve.tonnes == 80 + 27 - 9)
    let faults = world.faults.filter { if case .statement = $0 { false } else { true } }
    #expect(faults.isEmpty)
  }

  @Test("lots of a custodian that has not attested in time are suspended, and free again after")
  func suspension() throws {
    var (world, lot) = try brought()
    let range = LotRange(lot: lot, start: 1, end: 10)
    let claim = RetirementClaim(reason: .voluntary)
    try world.run([], slots: World.attestationSlots)
    let lapsed = try world.custodian()
    #expect(try world.lot(lot).state(at: world.network.timestamp, custodian: lapsed) == .suspended)
    for operation: Operation in [
      .transferLot(TransferLot(range: range, recipient: bob)),
      .depositLot(DepositLot(range: range)), .cancelLot(CancelLot(range: range)),
      .retireLot(RetireLot(range: range, claim: claim)),
    ] {
      #expect(try world.run(operation, by: alice) == .fault(.custodyLapsed, lot))
    }
    #expect(try world.attempt(.export(range), by: alice) == .fault(.custodyLapsed, lot))
    let more = World.onboarding([World.batch("P", [World.range("gs:P", 200, 201)])], to: alice)
    #expect(try world.attempt(more, by: custodian) == .fault(.custodyLapsed))
    let attest = Operation.attestCustody(AttestCustody(document: World.document(of: 5)))
    #expect(try world.run(attest, by: alice) == .fault(.notCustodian))
    #expect(try world.run(attest, by: custodian) == .applied)
    #expect(try world.custodian().attestation == World.document(of: 5))
    #expect(
      try world.run(.transferLot(TransferLot(range: range, recipient: bob)), by: alice) == .applied)
    #expect(world.faults.isEmpty)
  }

  @Test("a custodian's buffer, limit and bond bound what it brings")
  func bounds() throws {
    var world = try World(bufferTonnes: 0)
    func batch(_ end: UInt64) -> [CreditRequest.Onboarding.Batch] {
      [World.batch("P", [World.range("gs:P", 1, end)])]
    }
    #expect(
      try world.attempt(World.onboarding(batch(10), to: alice), by: custodian)
        == .fault(.bufferTooSmall))
    let buffer = try world.bring(
      [World.batch("B", [World.range("gs:B", 1, 2)])], to: alice, isBuffer: true)
    #expect(try world.lot(buffer).owner == custodian)
    #expect(
      try world.attempt(World.onboarding(batch(99), to: alice), by: custodian)
        == .fault(.bufferTooSmall))
    try world.bring(batch(98), to: custodian)
    let out = SetBuffer(range: LotRange(lot: buffer, start: 2, end: 2), isBuffer: false)
    #expect(try world.run(.setBuffer(out), by: custodian) == .fault(.bufferTooSmall))
    #expect(try world.run(.setBuffer(out), by: alice) == .fault(.notCustodian))
    let into = SetBuffer(range: LotRange(lot: buffer + 1, start: 98, end: 98), isBuffer: true)
    #expect(try world.run(.setBuffer(into), by: custodian) == .applied)
    #expect(try world.run(.setBuffer(out), by: custodian) == .applied)
    #expect(try world.custodian().buffer == Amount(2 * tonne))
    #expect(try world.custodian().live == Amount(100 * tonne))
    try world.change(Custodian.key(custodian), as: Custodian.self) { $0.limit = $0.live }
    let more = World.onboarding([World.batch("Q", [World.range("gs:Q", 1, 1)])], to: alice)
    #expect(try world.attempt(more, by: custodian) == .fault(.custodianLimit))
    try world.change(Parameters.key, as: Parameters.self) {
      $0.registry.custodianBond = Amount(World.bond + 1)
    }
    #expect(try world.attempt(more, by: custodian) == .fault(.bondTooSmall))
    #expect(try world.attempt(more, by: alice) == .fault(.notCustodian))
    #expect(world.faults.isEmpty)
  }

  @Test("labels and adjustment are declared of any serials, retired ones too, however divided")
  func declarations() throws {
    var (world, lot) = try brought()
    let claim = RetirementClaim(reason: .voluntary)
    let range = LotRange(lot: lot, start: 1, end: 50)
    #expect(try world.run(.retireLot(RetireLot(range: range, claim: claim)), by: alice) == .applied)
    let adjustment = CorrespondingAdjustment(
      declaration: .committed, status: .pending, date: 20_250_601)
    func declaration(_ start: UInt64, _ end: UInt64) -> CreditRequest {
      .declare(
        CreditRequest.Declaration(
          range: LotRange(lot: lot, start: start, end: end), labels: .article6Authorised,
          adjustment: adjustment))
    }
    #expect(
      try world.attempt(declaration(41, 60), by: World.custodians[1])
        == .fault(.notCustodian, lot))
    let number = try world.file(declaration(41, 60), by: custodian)
    // Meanwhile the other half is divided: the request means its serials.
    let upper = try world.book.lots - 1
    #expect(try world.run(.splitLot(SplitLot(lot: upper, at: 55)), by: alice) == .applied)
    #expect(try world.decide(number) == .applied)
    for number in lot..<(try world.book.lots) {
      let record = try world.lot(number)
      let isMeant = record.start >= 41 && record.end <= 60
      #expect(record.labels == (isMeant ? .article6Authorised : []))
      #expect(record.adjustment == (isMeant ? adjustment : .undeclared))
      #expect(record.state == (record.end <= 50 ? .retired : .tradable))
    }
    // A lot that is leaving is one request's: it is declared whole or not at all.
    let leaving = try world.book.lots - 1
    let places = try world.lot(leaving)
    try world.file(
      .export(LotRange(lot: leaving, start: places.start, end: places.end)), by: alice)
    let part = CreditRequest.Declaration(
      range: LotRange(lot: leaving, start: places.start, end: places.start), labels: [],
      adjustment: .undeclared)
    #expect(try world.attempt(.declare(part), by: custodian) == .fault(.lotNotTradable, leaving))
    #expect(world.faults.isEmpty)
  }

  @Test("the mirror at the source is confirmed once, by the custodian, with a date")
  func mirror() throws {
    var (world, lot) = try brought()
    let claim = RetirementClaim(reason: .voluntary)
    let range = LotRange(lot: lot, start: 1, end: 50)
    #expect(try world.run(.retireLot(RetireLot(range: range, claim: claim)), by: alice) == .applied)
    func confirm(_ date: UInt32, by account: AccountID) throws -> Receipt.Outcome {
      try world.run(
        .confirmRetirement(ConfirmRetirement(retirement: 0, reference: "R-1", date: date)),
        by: account)
    }
    #expect(try confirm(20_250_615, by: World.custodians[1]) == .fault(.notCustodian, lot))
    #expect(try confirm(20_250_617, by: custodian) == .fault(.invalidDate))
    #expect(try confirm(20_250_615, by: custodian) == .applied)
    #expect(try confirm(20_250_615, by: custodian) == .fault(.alreadyConfirmed, 0))
    var queries = world.network.queries
    #expect(try queries.retirement(0)?.mirror?.reference == "R-1")
    #expect(world.faults.isEmpty)
  }
}
