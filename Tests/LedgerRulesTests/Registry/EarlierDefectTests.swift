import LedgerCore
import Testing

@testable import LedgerRules

/// What went wrong in earlier ledgers of credits. Each test fails without the rule that it names.
@Suite("Defects of earlier ledgers: issuance and requests")
struct EarlierDefectTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]
  private let bob = World.owners[1]
  private let custodian = World.custodians[0]

  /// On-boards one range of a project for Alice; returns its lot.
  private func brought(
    _ start: UInt64 = 1, _ end: UInt64 = 100
  ) throws -> (world: World, lot: UInt64) {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", start, end)])], to: alice)
    return (world, lot)
  }

  private func onboarding(_ range: CreditRange, _ id: String = "P") -> CreditRequest {
    World.onboarding([World.batch(id, [range])], to: alice)
  }

  @Test("a project's cap holds over several requests that each fit when they are filed")
  func cap() throws {
    var world = try World()
    func part(_ block: String) -> CreditRequest {
      World.onboarding([World.batch("P", [World.range(block, 1, 60)], cap: 100)], to: alice)
    }
    let first = try world.file(part("gs:1"), by: custodian)
    let second = try world.file(part("gs:2"), by: World.custodians[1])
    #expect(try world.decide(first) == .applied)
    #expect(try world.decide(second) == .fault(.capExceeded))
    #expect(try world.request(second).standing == .pending)
    #expect(try world.attempt(part("gs:3"), by: custodian) == .fault(.capExceeded))
    // Two ranges of one request count together too.
    let both = World.batch(
      "Q", [World.range("gs:4", 1, 60), World.range("gs:5", 1, 41)], cap: 100)
    #expect(
      try world.attempt(World.onboarding([both], to: alice), by: custodian)
        == .fault(.capExceeded))
    #expect(world.faults.isEmpty)
  }

  @Test("an amendment cannot put a project's cap below what was brought")
  func capBelow() throws {
    var (world, _) = try brought()
    #expect(
      try world.attempt(.amend(World.project("P", cap: 99)), by: custodian)
        == .fault(.capExceeded))
    try world.carry(.amend(World.project("P", cap: 100)), by: custodian)
    let more = World.batch("P", [World.range("gs:P", 101, 101)], cap: 100)
    #expect(
      try world.attempt(World.onboarding([more], to: alice), by: custodian)
        == .fault(.capExceeded))
  }

  @Test(
    "any overlap of serials is refused and names the lot it hits",
    arguments: [(95, 104), (105, 300), (99, 99), (1, 1_000), (90, 110), (110, 110), (90, 90)]
      as [(UInt64, UInt64)])
  func overlap(_ start: UInt64, _ end: UInt64) throws {
    // As texts "100" < "90" and "1000" < "90": comparing serials as strings misses most of these.
    var (world, lot) = try brought(90, 110)
    #expect(
      try world.attempt(onboarding(World.range("gs:P", start, end)), by: custodian)
        == .fault(.serialOverlap, lot))
  }

  @Test("ranges that touch do not overlap; a split lot is hit in the part that holds the serial")
  func touching() throws {
    var (world, lot) = try brought(90, 110)
    try world.bring([World.batch("P", [World.range("gs:P", 80, 89)])], to: alice)
    try world.bring([World.batch("P", [World.range("gs:P", 111, 120)])], to: alice)
    #expect(try world.run(.splitLot(SplitLot(lot: lot, at: 100)), by: alice) == .applied)
    let upper = try world.book.lots - 1
    #expect(
      try world.attempt(onboarding(World.range("gs:P", 105, 106)), by: custodian)
        == .fault(.serialOverlap, upper))
    #expect(world.faults.isEmpty)
  }

  @Test("a canonical twin in another notation, project or registry is the same serial")
  func twin() throws {
    var (world, lot) = try brought()
    let twin = World.range("gs:P", 50, 50, text: "CN-05-000-000050")
    #expect(try world.attempt(onboarding(twin), by: custodian) == .fault(.serialOverlap, lot))
    #expect(
      try world.attempt(onboarding(twin, "OTHER"), by: custodian) == .fault(.serialOverlap, lot))
    let elsewhere = World.batch("V1", [twin], "verra")
    #expect(
      try world.attempt(World.onboarding([elsewhere], to: alice), by: custodian)
        == .fault(.serialOverlap, lot))
  }

  @Test("two requests for the same serials: the second approval finds the first one's lot")
  func race() throws {
    var world = try World()
    let request = onboarding(World.range("gs:P", 1, 10))
    let first = try world.file(request, by: custodian)
    let second = try world.file(request, by: World.custodians[1])
    #expect(try world.decide(second) == .applied)
    let lot = try world.book.lots - 1
    #expect(try world.decide(first) == .fault(.serialOverlap, lot))
    // Within one request no lot that stays is hit.
    let twice = World.onboarding(
      [World.batch("P", [World.range("gs:P", 20, 30), World.range("gs:P", 30, 31)])], to: alice)
    #expect(try world.attempt(twice, by: custodian) == .fault(.serialOverlap))
  }

  enum End: CaseIterable { case rejected, withdrawn, expired }

  @Test("what a request locked comes back however it ends", arguments: End.allCases)
  func lockedComesBack(_ end: End) throws {
    var (world, lot) = try brought()
    let range = LotRange(lot: lot, start: 11, end: 20)
    let before = try (eco2: world.eco2(alice), states: world.book[.tradable])
    let number = try world.file(.export(range), by: alice)
    #expect(try world.book.deposits == Amount(World.deposit))
    #expect(try world.eco2(alice) < before.eco2 - World.deposit)
    #expect(try world.book[.exporting] == Amount(10 * Supply.microgramsPerTonne))
    let standing: RequestRecord.Standing
    switch end {
    case .rejected:
      try world.decide(number, approves: false)
      standing = .rejected
    case .withdrawn:
      let request = WithdrawRequest(request: number)
      #expect(try world.run(.withdrawRequest(request), by: bob) == .fault(.notOwner, number))
      #expect(try world.run(.withdrawRequest(request), by: alice) == .applied)
      standing = .withdrawn
    case .expired:
      try world.run([], slots: World.requestSlots)
      standing = .expired
    }
    #expect(try world.request(number).standing == standing)
    #expect(try world.book.deposits == .zero)
    #expect(try world.book[.tradable] == before.states)
    // Fees apart, the deposit is back.
    #expect(try world.eco2(alice) > before.eco2 - World.deposit / 2)
    #expect(try world.decide(number) == .fault(.requestClosed, number))
    let whole = LotRange(lot: try world.book.lots - 1, start: 21, end: 100)
    #expect(try world.lot(whole.lot).start == 11 || world.lot(whole.lot).start == 21)
    #expect(world.faults.isEmpty)
  }

  @Test("nothing leaves twice: an export in progress or done locks its serials")
  func burnTwice() throws {
    var (world, lot) = try brought()
    let range = LotRange(lot: lot, start: 1, end: 100)
    let number = try world.file(.export(range), by: alice)
    let claim = RetirementClaim(reason: .voluntary)
    func tryAll() throws {
      #expect(try world.attempt(.export(range), by: alice) == .fault(.lotNotTradable, lot))
      for operation: Operation in [
        .retireLot(RetireLot(range: range, claim: claim)), .cancelLot(CancelLot(range: range)),
        .transferLot(TransferLot(range: range, recipient: bob)),
        .depositLot(DepositLot(range: range)), .splitLot(SplitLot(lot: lot, at: 50)),
      ] {
        #expect(try world.run(operation, by: alice) == .fault(.lotNotTradable, lot))
      }
    }
    try tryAll()
    try world.decide(number)
    #expect(try world.lot(lot).state == .exported)
    #expect(try world.decide(number, 3..<4) == .fault(.requestClosed, number))
    #expect(
      try world.run(.withdrawRequest(WithdrawRequest(request: number)), by: alice)
        == .fault(.requestClosed, number))
    try tryAll()
    #expect(try world.book[.exported] == Amount(100 * Supply.microgramsPerTonne))
  }

  @Test("retired is final: nothing moves it, and its serials never come on chain again")
  func retired() throws {
    var (world, lot) = try brought()
    let range = LotRange(lot: lot, start: 1, end: 100)
    let claim = RetirementClaim(reason: .voluntary)
    let retire = Operation.retireLot(RetireLot(range: range, claim: claim))
    #expect(try world.run(retire, by: alice) == .applied)
    for operation: Operation in [
      retire, .transferLot(TransferLot(range: range, recipient: bob)),
      .cancelLot(CancelLot(range: range)), .depositLot(DepositLot(range: range)),
      .splitLot(SplitLot(lot: lot, at: 50)),
    ] {
      #expect(try world.run(operation, by: alice) == .fault(.lotNotTradable, lot))
    }
    #expect(try world.attempt(.export(range), by: alice) == .fault(.lotNotTradable, lot))
    #expect(
      try world.attempt(onboarding(World.range("gs:P", 100, 101)), by: custodian)
        == .fault(.serialOverlap, lot))
    #expect(try world.book.retirements == 1)
    #expect(try world.book[.retired] == Amount(100 * Supply.microgramsPerTonne))
  }

  @Test("nobody decides on a request of its own, nor does a custodian or an ER Node")
  func selfApproval() throws {
    var world = try World()
    let filer = World.registrars[0]
    let number = try world.file(
      .addRegistry(CreditRegistry(name: "new", unit: .tonne)), by: filer)
    #expect(try world.decide(number, 0..<1) == .fault(.ownRequest, number))
    let node = world.network.document.nodes[0].account
    try world.change(Registrars.key, as: Registrars.self) {
      $0.seats = ($0.seats + [custodian, node]).sorted()
    }
    let approve = Operation.decideRequest(
      DecideRequest(request: number, approves: true, lotsMax: 0))
    #expect(try world.run(approve, by: custodian) == .fault(.notRegistrar))
    #expect(try world.run(approve, by: alice) == .fault(.notRegistrar))
    #expect(try world.decide(number, 1..<3) == .applied)
    #expect(try world.request(number).standing == .pending)
    #expect(try world.decide(number, 1..<2) == .fault(.alreadyDecided, number))
    #expect(try world.decide(number, 3..<4) == .applied)
    #expect(try world.request(number).standing == .approved)
  }

  @Test("an approval counts only while its signer holds the seat")
  func lostSeat() throws {
    var world = try World()
    let number = try world.file(onboarding(World.range("gs:P", 1, 10)), by: custodian)
    let lots = try world.book.lots
    try world.decide(number, 0..<2)
    try world.change(Registrars.key, as: Registrars.self) {
      $0.seats.removeAll { $0 == World.registrars[0] }
    }
    #expect(try world.decide(number, 2..<3) == .applied)
    #expect(try world.request(number).standing == .pending)
    #expect(try world.book.lots == lots)
    #expect(try world.decide(number, 3..<4) == .applied)
    #expect(try world.request(number).standing == .approved)
    #expect(try world.book.lots == lots + 1)
  }

  @Test("rejections that leave too few who could approve end a request")
  func rejection() throws {
    var world = try World()
    let first = try world.file(onboarding(World.range("gs:P", 1, 10)), by: custodian)
    try world.decide(first, 0..<2, approves: false)
    #expect(try world.request(first).standing == .pending)
    try world.decide(first, 2..<3, approves: false)
    #expect(try world.request(first).standing == .rejected)
    // A registrar that files cannot approve: two rejections leave two of the five.
    let second = try world.file(
      .addRegistry(CreditRegistry(name: "new", unit: .tonne)), by: World.registrars[0])
    try world.decide(second, 1..<3, approves: false)
    #expect(try world.request(second).standing == .rejected)
  }

  @Test(
    "planned units, vintages to come, and texts, ranges and dates of no registry stay out"
  )
  func notIssued() throws {
    var world = try World()
    var ranges = [
      World.range("gs:P", 1, 10, product: .planned),
      World.range("gs:P", 1, 10, to: 20_991_231), World.range("gs:P", 10, 9),
      World.range("", 1, 10), World.range("gs:\0", 1, 10), World.range("gs:P", 1, 10, text: ""),
      World.range("gs:P", 0, 1 << 48), World.range("gs:P", .max - 1, .max),
    ]
    var wrong = World.range("gs:P", 1, 10)
    wrong.vintageFrom = 20_230_230
    ranges.append(wrong)
    wrong.vintageFrom = 20_240_101
    ranges.append(wrong)
    for range in ranges {
      #expect(
        try world.attempt(onboarding(range), by: custodian) == .fault(.invalidCredit), "\(range)")
    }
    var dated = World.range("gs:P", 1, 10)
    dated.adjustment.date = 20_230_101
    #expect(try world.attempt(onboarding(dated), by: custodian) == .fault(.invalidDate))
    #expect(try world.book.requests == 2)
  }

  @Test("the reserve takes what is listed, issued and young enough, and nothing else")
  func eligibility() throws {
    var world = try World()
    func deposit(_ lot: UInt64) throws -> Receipt.Outcome {
      let record = try world.lot(lot)
      return try world.run(
        .depositLot(DepositLot(range: LotRange(lot: lot, start: record.start, end: record.end))),
        by: alice)
    }
    let ranges = [
      World.range("gs:old", 1, 5, to: 20_141_231),
      World.range("gs:cer", 1, 5, product: .certified), World.range("gs:good", 1, 5),
    ]
    let first = try world.bring([World.batch("P", ranges)], to: alice)
    let verra = try world.bring(
      [World.batch("V", [World.range("vcs:1", 1, 5)], "verra")], to: alice)
    #expect(try deposit(first) == .fault(.notEligible, first))
    #expect(try deposit(first + 1) == .fault(.notEligible, first + 1))
    #expect(try deposit(verra) == .fault(.notEligible, verra))
    // Planned units cannot come on chain; were one there, it would stay out.
    let issuance = try world.lot(first + 2).issuance
    func issued(as product: CreditProduct) throws {
      try world.change(Issuance.key(issuance), as: Issuance.self) {
        var range = $0.range
        range.product = product
        $0 = Issuance(
          registry: $0.registry, projectID: $0.projectID, range: range, unit: $0.unit,
          block: $0.block, request: $0.request, height: $0.height)
      }
    }
    try issued(as: .planned)
    #expect(try deposit(first + 2) == .fault(.notEligible, first + 2))
    try issued(as: .verified)
    #expect(try deposit(first + 2) == .applied)
    #expect(world.faults.isEmpty)
  }
}
