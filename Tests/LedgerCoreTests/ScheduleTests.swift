import Testing

@testable import LedgerCore

@Suite("Schedule of primaries")
struct ScheduleTests {
  private let chain = ChainID(.zero)

  private func set(_ count: Int, firstHeight: UInt64) throws -> ValidatorSet {
    var samples = CoreSamples(seed: 12)
    let members = samples.list(count...count) {
      Validator(account: $0.id(), consensusKey: $0.id())
    }
    return try #require(ValidatorSet(firstHeight: firstHeight, members: members))
  }

  @Test("in a round every member is primary once, in an order of the round's own")
  func rounds() throws {
    let schedule = Schedule(chain: chain, set: try set(21, firstHeight: 100))
    var orders: Set<[Int]> = []
    for round in 0..<5 as Range<UInt64> {
      let first = 100 + 21 * round
      let primaries = (first..<first + 21).map { schedule.primary(height: $0, view: 0) }
      #expect(primaries.sorted() == Array(0..<21))
      #expect(primaries == schedule.order(at: first + 20))
      orders.insert(primaries)
    }
    #expect(orders.count == 5)
  }

  @Test("each view of a height has the next primary, round and round")
  func views() throws {
    let schedule = Schedule(chain: chain, set: try set(7, firstHeight: 1))
    let order = schedule.order(at: 3)
    for view in 0..<20 as Range<UInt64> {
      #expect(schedule.primary(height: 3, view: view) == order[Int((2 + view) % 7)])
    }
    #expect(schedule.primary(height: 3, view: .max) == order[Int((2 + UInt64.max % 7) % 7)])
  }

  @Test("members that owe are passed over, unless all owe")
  func debtors() throws {
    let schedule = Schedule(chain: chain, set: try set(4, firstHeight: 1))
    let order = schedule.order(at: 1)
    #expect(schedule.primary(height: 1, view: 0, debtors: [order[0], order[1]]) == order[2])
    #expect(schedule.primary(height: 1, view: 1, debtors: [order[1]]) == order[2])
    #expect(schedule.primary(height: 2, view: 0, debtors: Set(0..<4)) == order[1])
    for view in 0..<8 as Range<UInt64> {
      #expect(schedule.primary(height: 1, view: view, debtors: [2]) != 2)
    }
  }

  @Test("heights at the ends of the range, and before the set, never trap")
  func extremes() throws {
    for first in [0, 1, 50, .max] as [UInt64] {
      let schedule = Schedule(chain: chain, set: try set(4, firstHeight: first))
      for height in [0, 1, 49, 50, .max - 1, .max] as [UInt64] {
        #expect((0..<4).contains(schedule.primary(height: height, view: height)))
      }
      #expect(schedule.primary(height: 0, view: 0) == schedule.primary(height: first, view: 0))
    }
  }

  @Test("another chain or another first height has another order")
  func seeds() throws {
    let set = try set(21, firstHeight: 1)
    let other = ChainID(Bytes32(word0: 1, word1: 0, word2: 0, word3: 0))
    #expect(
      Schedule(chain: chain, set: set).order(at: 1) != Schedule(chain: other, set: set).order(at: 1)
    )
  }
}
