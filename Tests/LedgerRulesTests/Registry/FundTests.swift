import LedgerCore
import Testing

@testable import LedgerRules

@Suite("The fund's bid, withdrawals and debtors")
struct FundTests {
  typealias World = RegistryNetwork
  private let alice = World.owners[0]

  @Test("a bid rises by a hundredth a step, rounded up, and stops at its cap")
  func steps() {
    var parameters = FundParameters.standard
    parameters.bidPriceMin = Amount(1_000)
    parameters.bidPriceMax = Amount(1_060)
    parameters.bidStepMilliseconds = 600_000
    let bid = FundBid(openedAt: 1_000_000)
    func price(_ time: UInt64) -> UInt128 { bid.price(at: time, parameters).baseUnits }
    #expect(price(0) == 1_000)
    #expect(price(1_599_999) == 1_000)
    #expect([1_600_000, 2_200_000, 2_800_000].map(price) == [1_010, 1_021, 1_032])
    #expect(price(.max) == 1_060)
    parameters.bidPriceMin = .zero
    #expect(price(.max) == 0)
  }

  @Test("a day's price of the standard parameters ends below the cap")
  func standardDay() {
    let bid = FundBid(openedAt: 0)
    let last = bid.price(at: 86_399_999, .standard).baseUnits
    #expect(last > 4_100_000_000 && last < 4_200_000_000)
    #expect(bid.price(at: 30 * 86_400_000, .standard) == FundParameters.standard.bidPriceMax)
  }

  @Test("the fund bids once a day for its gap; sales fill it, and no more is bought")
  func bid() throws {
    var world = try World()
    var queries = world.network.queries
    #expect(try queries.fundBid().left == .zero)
    #expect(
      try world.run(.sellToFund(SellToFund(amount: Amount(1), priceMin: .zero)), by: alice)
        == .fault(.noOpenBid))
    try world.run([], slots: 8_640)
    queries = world.network.queries
    let bid = try queries.fundBid()
    #expect(bid.openedAt == world.network.timestamp)
    let parameters = world.network.document.parameters
    let price = bid.price(at: bid.openedAt + 10_000, parameters.fund)
    #expect(price == parameters.fund.bidPriceMin)
    try world.change(FundBid.key, as: FundBid.self) { $0.left = Amount(5_000_000) }
    let asked = SellToFund(
      amount: Amount(5_000_000), priceMin: try price.adding(Amount(1)))
    #expect(try world.run(.sellToFund(asked), by: alice) == .fault(.bidBelowMinimum))
    let ecc = try world.fund.ecc
    let sale = SellToFund(amount: Amount(5_000_000), priceMin: price)
    #expect(try world.run(.sellToFund(sale), by: alice) == .applied)
    #expect(try world.fund.ecc > ecc)
    #expect(try world.run(.sellToFund(sale), by: alice) == .fault(.noOpenBid))
    queries = world.network.queries
    #expect(try queries.fundBid().left == .zero)
    #expect(world.faults.isEmpty)
  }

  @Test("a node takes back what exceeds thirty days' due, after the wait, and no more")
  func withdrawal() throws {
    var world = try World()
    let node = world.network.document.nodes[0].account
    let deposit = Transfer(token: .eco2, recipient: node, amount: Amount(10_000_000_000))
    let charges = Transfer(token: .ecc, recipient: node, amount: Amount(1_000_000))
    #expect(
      try world.run([(alice, [.transfer(deposit), .transfer(charges)])], slots: 1) == [.applied])
    let reserve = try world.network.nodeCarbon(0).reserve.baseUnits
    let monthly = (48_000 * 30 * 86_400_000 * 1_580 * 557_500_000 * 110 as UInt128) / Dues.unit + 1
    func withdraw(_ amount: UInt128) throws -> TransactionFault? {
      try world.run(.withdrawReserve(WithdrawReserve(amount: Amount(amount))), by: node).fault
    }
    #expect(try withdraw(reserve - monthly + 1) == .reserveTooLow)
    #expect(try withdraw(.max) == .reserveTooLow)
    #expect(
      try world.run(.withdrawReserve(WithdrawReserve(amount: Amount(1))), by: alice).fault
        == .unknownNode)
    #expect(try world.run(.collectReserve(CollectReserve()), by: node).fault == .notCollectable)
    let amount = reserve / 2
    #expect(try withdraw(amount) == nil)
    #expect(try world.run(.collectReserve(CollectReserve()), by: node).fault == .notCollectable)
    try world.run([], slots: World.withdrawalSlots - 2)
    let before = try world.ecc(node)
    #expect(try world.run(.collectReserve(CollectReserve()), by: node) == .applied)
    #expect(try before + amount - world.ecc(node) < 1_000)
    #expect(try world.run(.collectReserve(CollectReserve()), by: node).fault == .notCollectable)
    // An earlier wish is taken back with zero; and what is no longer there is not collected.
    let left = try world.network.nodeCarbon(0).reserve.baseUnits - monthly
    #expect(try withdraw(left * 9 / 10) == nil)
    #expect(try withdraw(0) == nil)
    try world.run([], slots: World.withdrawalSlots)
    #expect(try world.run(.collectReserve(CollectReserve()), by: node).fault == .notCollectable)
    #expect(try withdraw(left * 9 / 10) == nil)
    try world.run([], slots: 10 * 8_640)
    #expect(try world.run(.collectReserve(CollectReserve()), by: node).fault == .reserveTooLow)
    #expect(world.faults.isEmpty)
  }

  @Test("who owes for a day without a break leaves the set, longest debt first, never below four")
  func jail() throws {
    var world = try World(World.document(nodes: 7))
    // Three nodes without a reserve, one after the other; the fund covers them.
    var drained = Amount.zero
    for index in [1, 3, 5, 2] {
      let node = world.network.document.nodes[index].account
      try world.change(NodeCarbon.key(node), as: NodeCarbon.self) {
        drained = $0.reserve
        $0.reserve = .zero
      }
      try world.change(Account.key(alice), as: Account.self) { $0.ecc = try $0.ecc.adding(drained) }
      try world.run([])
      #expect(try world.network.nodeCarbon(index).owesSince == world.network.timestamp)
    }
    let members = world.network.document.nodes.map(\.account)
    func set() throws -> [AccountID] {
      var queries = world.network.queries
      return try queries.validatorSets().following.members.map(\.account)
    }
    try world.run([], slots: World.debtSlots - 4)
    #expect(try set().count == 7)
    // One that pays in time stays.
    let top = TopUpReserve(node: members[3], amount: Amount(5_000_000_000))
    #expect(try world.run(.topUpReserve(top), by: alice) == .applied)
    #expect(try set() == members.filter { $0 != members[1] }.sorted())
    #expect(try world.network.candidate(1).jailedAt == world.network.timestamp)
    try world.run([], slots: 1)
    try world.run([], slots: 1)
    try world.run([], slots: 1)
    // All are jailed, but of six that are left one leaves in two rounds, and of five one.
    #expect(try set() == [0, 2, 3, 4, 5, 6].map { members[$0] }.sorted())
    for index in [5, 2] { #expect(try world.network.candidate(index).jailedAt > 0) }
    for _ in 0..<12 { try world.run([], slots: 1) }
    #expect(try set() == [0, 2, 3, 4, 6].map { members[$0] }.sorted())
    for _ in 0..<10 { try world.run([], slots: 1) }
    #expect(try set() == [members[0], members[3], members[4], members[6]].sorted())
    // Below four nobody leaves, however long the debt.
    let last = world.network.document.nodes[0].account
    try world.change(NodeCarbon.key(last), as: NodeCarbon.self) {
      drained = $0.reserve
      $0.reserve = .zero
    }
    try world.change(Account.key(alice), as: Account.self) { $0.ecc = try $0.ecc.adding(drained) }
    try world.run([])
    let outcome = try world.network.run([], slots: 5 * World.debtSlots)
    #expect(try set().count == 4)
    #expect(outcome.debtors.count == 1)
    #expect(world.faults.isEmpty)
  }
}
