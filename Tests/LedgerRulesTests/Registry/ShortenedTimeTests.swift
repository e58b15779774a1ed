import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Times of requests and obligations that are shortened")
struct ShortenedTimeTests {
  private typealias World = RegistryNetwork

  private let custodian = World.custodians[0]
  private let alice = World.owners[0]
  private let tonne: UInt128 = 1_000_000_000_000

  private func onboarding(_ id: String) -> CreditRequest {
    World.onboarding([World.batch(id, [World.range("gs:\(id)", 1, 10)])], to: alice)
  }

  @Test("a request runs out while an older one with more time is still open")
  func requests() throws {
    var world = try World()
    let old = try world.file(onboarding("A"), by: custodian)
    try world.change(Parameters.key, as: Parameters.self) {
      $0.registry.requestMilliseconds = 100_000
    }
    let new = try world.file(onboarding("B"), by: custodian)
    try world.run([], slots: 11)
    for _ in 0..<32 { try world.run([]) }
    #expect(try world.request(old).standing == .pending)
    #expect(try world.request(new).standing == .expired)
    #expect(try world.book.firstOpenRequest == old)
    #expect(try world.book.deposits == Amount(World.deposit))
    #expect(world.faults.isEmpty)
    try world.run([], slots: World.requestSlots)
    #expect(try world.request(old).standing == .expired)
    #expect(try world.book.firstOpenRequest == new + 1)
  }

  @Test("a request whose time is over can be taken back until a block has ended it")
  func withdrawal() throws {
    var world = try World()
    try world.file(onboarding("A"), by: custodian)
    try world.change(Parameters.key, as: Parameters.self) {
      $0.registry.requestMilliseconds = 100_000
    }
    var numbers: [UInt64] = []
    for index in 0..<40 { numbers.append(try world.file(onboarding("B\(index)"), by: custodian)) }
    try world.run([], slots: 11)
    let left = try #require(try numbers.last { try world.request($0).standing == .pending })
    let withdrawal = LedgerCore.Operation.withdrawRequest(WithdrawRequest(request: left))
    #expect(try world.run(withdrawal, by: custodian) == .applied)
    #expect(try world.request(left).standing == .withdrawn)
    #expect(world.faults.isEmpty)
  }

  @Test("an obligation is called in while an older one with more time is still open")
  func obligations() throws {
    var world = try World()
    let lot = try world.bring([World.batch("P", [World.range("gs:P", 1, 100)])], to: alice)
    try world.carry(.invalidate(LotRange(lot: lot, start: 1, end: 10)), by: custodian)
    try world.change(Parameters.key, as: Parameters.self) {
      $0.registry.obligationMilliseconds = 100_000
    }
    try world.carry(.invalidate(LotRange(lot: lot, start: 11, end: 20)), by: custodian)
    #expect(try world.book.obligations == 2)
    try world.run([], slots: 11)
    for _ in 0..<32 { try world.run([]) }
    #expect(try !world.obligation(0).isClosed)
    #expect(try world.obligation(1).isClosed)
    #expect(try world.book.firstOpenObligation == 0)
    #expect(try world.custodian().openObligations == 1)
    try world.run([], slots: World.obligationSlots)
    try world.run([])
    #expect(try world.obligation(0).isClosed)
    #expect(try world.book.firstOpenObligation == 2)
    #expect(world.faults.isEmpty)
  }
}
