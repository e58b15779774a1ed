import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Defects of earlier ledgers: amounts, and failures that leave something behind")
struct EarlierDefectAmountTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]
  private let bob = World.owners[1]
  private let custodian = World.custodians[0]

  @Test("a registry of kilograms: a thousand serials a tonne, whole tonnes in the reserve")
  func kilograms() throws {
    var world = try World()
    let lot = try world.bring(
      [World.batch("K", [World.range("kg:1", 1, 2_500)], World.kilograms)], to: alice)
    let kilogram = Supply.microgramsPerTonne / 1_000
    #expect(try world.book[.tradable] == Amount(2_500 * kilogram))
    func deposit(_ start: UInt64, _ end: UInt64) throws -> Receipt.Outcome {
      let place = try #require(
        try (0..<world.book.lots).first {
          let record = try world.lot($0)
          return try record.issuance == world.lot(lot).issuance && record.start <= start
            && start <= record.end
        })
      return try world.run(
        .depositLot(DepositLot(range: LotRange(lot: place, start: start, end: end))), by: alice)
    }
    #expect(try deposit(1, 2_500).fault == .notWholeTonnes)
    #expect(try deposit(1, 999).fault == .notWholeTonnes)
    let before = try world.ecc(alice)
    #expect(try deposit(501, 1_500) == .applied)
    let charges = before + Supply.microgramsPerTonne - (try world.ecc(alice))
    #expect(charges < 100)
    #expect(try world.reserve.tonnes == 81)
    // Half a tonne stands on each side; a retirement of one serial is a kilogram.
    let claim = RetirementClaim(reason: .voluntary)
    let one = LotRange(lot: lot, start: 1, end: 1)
    #expect(try world.run(.retireLot(RetireLot(range: one, claim: claim)), by: alice) == .applied)
    #expect(try world.book[.retired] == Amount(kilogram))
    #expect(world.faults.isEmpty)
  }

  @Test("a tonne of kilograms in the reserve is never divided: not by a word on labels either")
  func kilogramsStayWhole() throws {
    var world = try World()
    let lot = try world.bring(
      [World.batch("K", [World.range("kg:1", 1, 2_000)], World.kilograms)], to: alice)
    let range = LotRange(lot: lot, start: 1, end: 2_000)
    #expect(try world.run(.depositLot(DepositLot(range: range)), by: alice) == .applied)
    for (start, end) in [(1, 500), (1_001, 1_999), (500, 1_499)] as [(UInt64, UInt64)] {
      let part = LotRange(lot: lot, start: start, end: end)
      let declaration = CreditRequest.Declaration(
        range: part, labels: .coreCarbonPrinciples, adjustment: .undeclared)
      #expect(
        try world.attempt(.declare(declaration), by: custodian) == .fault(.notWholeTonnes, lot))
      #expect(try world.attempt(.invalidate(part), by: custodian) == .fault(.notWholeTonnes, lot))
    }
    let whole = LotRange(lot: lot, start: 1_001, end: 2_000)
    try world.carry(.invalidate(whole), by: custodian)
    #expect(try world.reserve.tonnes == 81)
    #expect(try world.reserve.obligations == Amount(Supply.microgramsPerTonne))
    #expect(world.faults.isEmpty)
  }

  @Test("a sale to the fund rounds the price down once, and makes or loses nothing")
  func fundPrice() throws {
    var world = try World()
    try world.run([], slots: 8_640)
    var queries = world.network.queries
    let bid = try queries.fundBid()
    #expect(bid.left > .zero)
    for amount: UInt128 in [1, 999, 1_000_000_007, 123_456_789] {
      let before = try (world.fund, world.eco2(alice))
      let price = bid.price(
        at: world.network.timestamp + 10_000, world.network.document.parameters.fund)
      let outcome = try world.run(
        .sellToFund(SellToFund(amount: Amount(amount), priceMin: .zero)), by: alice)
      #expect(outcome == .applied)
      let paid = amount * price.baseUnits / Supply.microgramsPerTonne
      let fee = try #require(world.receipts.first).fee.baseUnits
      #expect(try world.eco2(alice) == before.1 + paid - fee)
      // The reward's part without voters and the fee come, the payment goes.
      let share = BlockReward.shares(of: BlockReward.reward(at: world.network.height)).voters
      #expect(
        try world.fund.eco2.baseUnits == before.0.eco2.baseUnits - paid + fee + share.baseUnits)
    }
    #expect(world.faults.isEmpty)
  }

  @Test("amounts of zero, over a balance and at the end of the range fail by name")
  func amounts() throws {
    var world = try World()
    try world.run([], slots: 8_640)
    let node = world.network.document.nodes[0].account
    func outcome(_ operation: Operation, _ account: AccountID) throws -> TransactionFault? {
      try world.run(operation, by: account).fault
    }
    for amount in [Amount.max, Amount(.max - 1), Amount(1 << 100)] {
      #expect(try outcome(.postBond(PostBond(amount: amount)), custodian) == .insufficientBalance)
      #expect(
        try outcome(.topUpReserve(TopUpReserve(node: node, amount: amount)), alice)
          == .insufficientBalance)
      #expect(
        try outcome(.sellToFund(SellToFund(amount: amount, priceMin: .zero)), alice) == .noOpenBid)
      #expect(
        try outcome(.sellToFund(SellToFund(amount: Amount(1), priceMin: amount)), alice)
          == .bidBelowMinimum)
    }
    #expect(try outcome(.postBond(PostBond(amount: .zero)), custodian) == .zeroAmount)
    #expect(
      try outcome(.topUpReserve(TopUpReserve(node: node, amount: .zero)), alice) == .zeroAmount)
    #expect(
      try outcome(.sellToFund(SellToFund(amount: .zero, priceMin: .zero)), alice) == .zeroAmount)
    #expect(try outcome(.postBond(PostBond(amount: Amount(1))), alice) == .notCustodian)
    #expect(world.faults.isEmpty)
  }

  @Test("ranges of any numbers fail, trap nowhere and leave no trace")
  func hostileRanges() throws {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 10, 20)])], to: alice)
    let claim = RetirementClaim(reason: .voluntary)
    let numbers: [UInt64] = [0, 1, 9, 21, 1 << 48, .max - 1, .max]
    let before = try world.registryRecords()
    for start in numbers + [10, 15] {
      for end in numbers {
        for number in [lot, .max] {
          let range = LotRange(lot: number, start: start, end: end)
          let operations: [Operation] = [
            .transferLot(TransferLot(range: range, recipient: bob)),
            .depositLot(DepositLot(range: range)),
            .retireLot(RetireLot(range: range, claim: claim)),
            .cancelLot(CancelLot(range: range)),
          ]
          let requests: [CreditRequest] = [
            .export(range), .invalidate(range),
            .declare(
              CreditRequest.Declaration(range: range, labels: [], adjustment: .undeclared)),
          ]
          let filings = requests.map {
            Operation.fileRequest(
              FileRequest(
                request: $0, proof: CustodyProof(document: World.document(of: 1))))
          }
          let outcomes = try world.run(
            operations.map { (alice, [$0]) } + [(alice, [filings[0]])]
              + filings.dropFirst().map { (custodian, [$0]) })
          let expected = TransactionFault.self
          for outcome in outcomes {
            #expect(
              outcome.fault == (number == lot ? expected.rangeOutsideLot : .unknownLot),
              "\(range) \(outcome)")
          }
        }
      }
    }
    for at in numbers + [10] {
      let outcome = try world.run(.splitLot(SplitLot(lot: lot, at: at)), by: alice)
      #expect(outcome == .fault(.rangeOutsideLot, lot))
    }
    #expect(try world.registryRecords() == before)
  }

  @Test("numbers of what is not there, and words with hostile dates, fail by name")
  func hostileNumbers() throws {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 10, 20)])], to: alice)
    let before = try world.registryRecords()
    let range = LotRange(lot: lot, start: 10, end: 20)
    for number in [UInt64.max, 1 << 63, 999] {
      let cases: [(Operation, AccountID, TransactionFault)] = [
        (
          .decideRequest(DecideRequest(request: number, approves: true, lotsMax: 1)),
          World.registrars[0],
          .unknownRequest
        ),
        (.withdrawRequest(WithdrawRequest(request: number)), alice, .unknownRequest),
        (
          .replaceCredits(ReplaceCredits(obligation: number, range: range)), custodian,
          .unknownObligation
        ),
        (
          .confirmRetirement(ConfirmRetirement(retirement: number, reference: "", date: 0)),
          custodian, .unknownRetirement
        ),
      ]
      for (operation, account, fault) in cases {
        #expect(try world.run(operation, by: account) == .fault(fault, number))
      }
    }
    for (from, to) in [
      (0, 1), (1, 0), (.max, .max), (20_230_231, 20_240_101), (20_240_102, 20_240_101),
    ]
      as [(UInt32, UInt32)]
    {
      let claim = RetirementClaim(reason: .other, periodFrom: from, periodTo: to)
      #expect(
        try world.run(.retireLot(RetireLot(range: range, claim: claim)), by: alice)
          == .fault(.invalidDate))
    }
    #expect(try world.registryRecords() == before)
  }

  @Test("texts: empty ones, zero bytes and canonically equivalent ones are told apart")
  func texts() throws {
    var world = try World()
    for project in [
      World.project(""), World.project("P\0Q"), World.project("P", cap: 0),
    ] {
      let batch = CreditRequest.Onboarding.Batch(
        project: project, ranges: [World.range("gs:P", 1, 2)])
      #expect(
        try world.attempt(World.onboarding([batch], to: alice), by: custodian)
          == .fault(.invalidCredit))
    }
    for name in ["", "a\0b"] {
      #expect(
        try world.attempt(
          .addRegistry(CreditRegistry(name: name, unit: .tonne)), by: World.registrars[0])
          == .fault(.invalidCredit))
    }
    #expect(
      try world.attempt(
        .addRegistry(CreditRegistry(name: "verra", unit: .kilogram)), by: World.registrars[0])
        == .fault(.alreadyKnown))
    // The same letters in two encodings: equal as Swift strings, not as bytes.
    let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
    try world.bring([World.batch(composed, [World.range(composed, 1, 5)])], to: alice)
    try world.bring([World.batch(decomposed, [World.range(decomposed, 1, 5)])], to: alice)
    let entries = world.network.records.records.keys.count { RecordKind(of: $0) == .project }
    #expect(entries == 4)
    var statement = World.project(composed)
    statement.name = "project \(decomposed)"
    let batch = CreditRequest.Onboarding.Batch(
      project: statement, ranges: [World.range("gs:P", 1, 2)])
    #expect(
      try world.attempt(World.onboarding([batch], to: alice), by: custodian)
        == .fault(.projectDiffers))
    #expect(world.faults.isEmpty)
  }

  @Test(
    "the longest texts and the longest ranges that decode can be brought, deposited and retired")
  func longest() throws {
    var world = try World()
    let name = String(repeating: "r", count: CreditLimits.registryBytesMax)
    try world.carry(
      .addRegistry(CreditRegistry(name: name, unit: .tonne)), by: World.registrars[4])
    try world.change(Parameters.key, as: Parameters.self) { $0.reserveRegistries.append(name) }
    let id = String(repeating: "p", count: CreditLimits.projectIDBytesMax)
    let block = String(repeating: "b", count: CreditLimits.serialBlockBytesMax)
    let lot = try world.bring(
      [World.batch(id, [World.range(block, 1, 1_000)], name)], to: alice)
    #expect(
      try world.run(
        .depositLot(DepositLot(range: LotRange(lot: lot, start: 1, end: 1_000))), by: alice)
        == .applied)
    #expect(try world.lot(lot).state == .inReserve)
    // 2^48 serials are over every custodian's limit, and 2^56 tonnes over the ledger's.
    let range = World.range("gs:big", 0, (1 << 48) - 1)
    let big = World.onboarding([World.batch("P", [range])], to: alice)
    #expect(try world.attempt(big, by: custodian) == .fault(.custodianLimit))
    try world.change(Custodian.key(custodian), as: Custodian.self) { $0.limit = .max }
    let all = (0..<128).map { World.range("gs:big\($0)", 0, (1 << 48) - 1, text: "s") }
    let half = World.onboarding([World.batch("P", all)], to: custodian, isBuffer: true)
    try world.carry(half, by: custodian)
    let rest = (128..<256).map { World.range("gs:big\($0)", 0, (1 << 48) - 1, text: "s") }
    #expect(
      try world.attempt(
        World.onboarding([World.batch("P", rest)], to: custodian, isBuffer: true), by: custodian)
        == .fault(.overflow))
    #expect(world.faults.isEmpty)
  }

  @Test("a transaction whose last operation fails leaves no trace of the others")
  func noTrace() throws {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: custodian)
    func part(_ start: UInt64, _ end: UInt64) -> LotRange {
      LotRange(lot: lot, start: start, end: end)
    }
    let claim = RetirementClaim(reason: .voluntary)
    let filing = FileRequest(
      request: World.onboarding(
        [World.batch("N", [World.range("gs:new", 1, 5)])], to: alice),
      proof: CustodyProof(document: World.document(of: 1)))
    let operations: [Operation] = [
      .depositLot(DepositLot(range: part(91, 100))),
      .retireLot(RetireLot(range: part(81, 90), claim: claim)),
      .cancelLot(CancelLot(range: part(71, 80))),
      .transferLot(TransferLot(range: part(61, 70), recipient: bob)),
      .setBuffer(SetBuffer(range: part(51, 60), isBuffer: true)),
      .fileRequest(filing), .postBond(PostBond(amount: Amount(5))),
      .splitLot(SplitLot(lot: lot, at: 20)),
    ]
    let before = try world.registryRecords()
    let balances = try (world.eco2(custodian), world.ecc(custodian))
    let fails = Operation.splitLot(SplitLot(lot: .max, at: 20))
    for count in 1...operations.count {
      let outcomes = try world.run([(custodian, Array(operations.prefix(count)) + [fails])])
      #expect(
        outcomes == [.failed(operation: UInt8(count), .unknownLot, subject: .max)], "\(count)")
      #expect(try world.registryRecords() == before)
    }
    // Nothing but fees and charges.
    #expect(try balances.0 - world.eco2(custodian) < 10_000_000)
    #expect(try balances.1 - world.ecc(custodian) < 1_000)
    #expect(try world.run([(custodian, operations)]) == [.applied])
    #expect(try world.registryRecords() != before)
    #expect(world.faults.isEmpty)
  }
}
