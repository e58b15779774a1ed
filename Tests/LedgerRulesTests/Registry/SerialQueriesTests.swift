import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Serials and retirements are found")
struct SerialQueriesTests {
  private let alice = RegistryNetwork.owners[0]
  private let custodian = RegistryNetwork.custodians[0]

  /// Two ranges of one block with a gap between them; the second is cut into tens.
  private func world() throws -> (world: RegistryNetwork, first: UInt64) {
    var world = try RegistryNetwork()
    let first = try world.book.lots
    let ranges = [
      RegistryNetwork.range("gs:a", 1, 50), RegistryNetwork.range("gs:a", 61, 100),
      RegistryNetwork.range("gs:b", 1, 200),
    ]
    try world.bring([RegistryNetwork.batch("A", ranges)], to: alice, by: custodian)
    for at in [UInt64(91), 81, 71] {
      let split = Operation.splitLot(SplitLot(lot: first + 1, at: at))
      #expect(try world.run(split, by: alice) == .applied)
    }
    return (world, first)
  }

  @Test("each serial is found in the one lot that holds it, and no other is found")
  func holding() throws {
    let (world, _) = try world()
    var queries = world.network.queries
    for serial in UInt64(0)...110 {
      let number = try queries.lot(holding: serial, block: "gs:a")
      let isOnChain = (1...50).contains(serial) || (61...100).contains(serial)
      #expect((number != nil) == isOnChain, "serial \(serial)")
      guard let number, let lot = try queries.lot(number) else { continue }
      #expect((lot.start...lot.end).contains(serial), "serial \(serial)")
    }
    for serial in [UInt64(0), 201, .max] {
      #expect(try queries.lot(holding: serial, block: "gs:b") == nil)
    }
    #expect(try queries.lot(holding: 1, block: "gs:c") == nil)
  }

  @Test("a range meets exactly the lots that hold one of its serials, ascending")
  func overlapping() throws {
    let (world, _) = try world()
    var queries = world.network.queries
    for (first, last) in [(1, 110), (50, 61), (51, 60), (60, 61), (75, 75), (72, 99), (0, 0)] {
      let serials = UInt64(first)...UInt64(last)
      let numbers = try queries.lots(overlapping: serials, block: "gs:a", max: 99)
      let starts = try numbers.map { try #require(try queries.lot($0)).start }
      let expected = try serials.compactMap { try queries.lot(holding: $0, block: "gs:a") }
      #expect(numbers == expected.reduce(into: []) { if $0.last != $1 { $0.append($1) } })
      #expect(starts == starts.sorted())
      #expect(
        try queries.lots(overlapping: serials, block: "gs:a", max: 2) == Array(numbers.suffix(2)))
    }
    #expect(try queries.lots(overlapping: 1...100, block: "gs:c", max: 9) == [])
  }

  @Test("an issuance's lots come in the order of serials, from any of them on, and no others")
  func neighbours() throws {
    let (world, first) = try world()
    var queries = world.network.queries
    let lot = try #require(try queries.lot(first + 1))
    let issuance = try #require(try queries.issuance(lot.issuance))
    func starts(_ serial: UInt64, before: Int = 0, max: Int) throws -> [UInt64] {
      try queries.lots(of: issuance, from: serial, before: before, max: max).map {
        try #require(try queries.lot($0)).start
      }
    }
    #expect(try starts(0, max: 9) == [61, 71, 81, 91])
    #expect(try starts(75, max: 9) == [71, 81, 91])
    #expect(try starts(75, max: 2) == [71, 81])
    #expect(try starts(100, before: 1, max: 9) == [81, 91])
    #expect(try starts(100, before: 9, max: 9) == [61, 71, 81, 91])
    #expect(try starts(.max, max: 9) == [91])
    #expect(try starts(75, max: 0) == [])
  }

  @Test("the first retirement of a height is found among all, also where there is none")
  func retirements() throws {
    var (world, first) = try world()
    var heights: [UInt64] = []
    for serial in [UInt64(5), 4, 3] {
      let range = LotRange(lot: first, start: serial, end: serial)
      let claim = RetirementClaim(reason: .voluntary)
      #expect(
        try world.run(.retireLot(RetireLot(range: range, claim: claim)), by: alice, slots: 2)
          == .applied)
      var now = world.network.queries
      heights.append(try now.tip().height)
    }
    var queries = world.network.queries
    let tip = try queries.tip().height
    for height in 0...(tip + 1) {
      let expected = UInt64(heights.count { $0 < height })
      #expect(try queries.firstRetirement(from: height) == expected, "height \(height)")
    }
  }
}
