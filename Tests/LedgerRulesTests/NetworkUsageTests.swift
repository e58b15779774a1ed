import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Energy and transactions of a range of blocks")
struct NetworkUsageTests {
  private let joule: UInt128 = 1_000_000_000_000_000
  private let alice = TestGenesis.accounts[0]

  private func transfer(_ network: TestNetwork, _ sequence: UInt64) throws -> Transaction {
    try network.sign(
      network.body(
        from: alice, sequence,
        [
          .transfer(
            Transfer(token: .eco2, recipient: TestGenesis.accounts[1], amount: Amount(1)))
        ]))
  }

  @Test(
    "four nodes of 48 W at PUE 1.58 use 4,550.4 J in 10 s with their overhead, 3,986.15 kWh a year")
  func worked() throws {
    var network = try TestNetwork(TestGenesis.document())
    for _ in 0..<3 { try network.run() }
    var queries = network.queries
    let usage = try #require(try queries.usage(from: 1, to: 3))
    #expect(usage.energy == 3 * 45_504 * joule / 10)
    #expect(usage.milliseconds == 30_000)
    #expect(usage.transactions == 0)
    #expect(usage.perTransaction(usage.energy) == nil)
    let year = try #require(usage.perYear(usage.energy))
    // 4 × 48 W × 1.58 × 1.5 × 8,760 h
    #expect(year == NetworkUsage.femtojoulesPerKilowattHour * 398_615_040 / 100_000)
  }

  @Test("ranges that follow each other add up, whatever their transactions and pauses")
  func adds() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run(slots: 9)
    try network.run([try transfer(network, 1), try transfer(network, 2)], slots: 3)
    // The same again is skipped: it was not validated.
    try network.run([try transfer(network, 2), try transfer(network, 3)])
    try network.run(slots: 70)
    var queries = network.queries
    let all = try #require(try queries.usage(from: 1, to: 4))
    #expect(all.transactions == 3)
    // Block 1 is charged for one interval.
    #expect(all.milliseconds == (1 + 3 + 1 + 70) * 10_000)
    for cut in UInt64(1)..<4 {
      let one = try #require(try queries.usage(from: 1, to: cut))
      let other = try #require(try queries.usage(from: cut + 1, to: 4))
      #expect(one.energy + other.energy == all.energy)
      #expect(one.milliseconds + other.milliseconds == all.milliseconds)
      #expect(one.transactions + other.transactions == all.transactions)
      #expect(
        one.footprint.baseUnits + other.footprint.baseUnits == all.footprint.baseUnits)
      #expect(one.timestampTo == other.timestampFrom)
    }
    let idle = 75 * 45_504 * joule / 10
    #expect(all.energy > idle)
    // Three transfers are some hundredths of a joule.
    #expect(all.energy - idle < joule)
  }

  @Test("there is no usage of blocks that are not there")
  func absent() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run()
    var queries = network.queries
    for (from, to) in [(UInt64(0), UInt64(1)), (1, 2), (2, 1), (2, 2)] {
      #expect(try queries.usage(from: from, to: to) == nil)
    }
  }

  @Test("what is a year's and what is a transaction's is rounded to the nearest")
  func rounding() throws {
    var network = try TestNetwork(TestGenesis.document())
    try network.run([try transfer(network, 1), try transfer(network, 2)])
    var queries = network.queries
    let usage = try #require(try queries.usage(from: 1, to: 1))
    #expect(usage.perTransaction(4) == 2)
    #expect(usage.perTransaction(5) == 3)
    #expect(usage.perTransaction(0) == 0)
    #expect(usage.perYear(10_000) == 31_536_000_000)
    #expect(usage.perYear(1) == 3_153_600)
    #expect(usage.perYear(.max) == nil)
  }
}
