import RegistryFiles
import Testing

@Suite("Overlaps within a serial block")
struct OverlapTests {
  private func row(_ start: UInt64, _ end: UInt64, block: String = "GS1-1-TW-GS1-1-2019-7")
    -> GoldStandardRow
  {
    GoldStandardRow(serial: "\(block)-\(start)-\(end)", quantity: "\(end - start + 1)")
  }

  @Test("ranges that touch do not overlap")
  func touching() throws {
    let report = try GoldStandardRow.read([row(11, 20), row(1, 10), row(21, 30)])
    #expect(report.accepted == 3)
    #expect(report.tonnesAccepted == 30)
  }

  @Test(
    "any overlap is refused and names the record it meets: equal, inside, around, at either end",
    arguments: [(11, 20), (12, 13), (5, 40), (5, 11), (20, 25)] as [(UInt64, UInt64)])
  func overlapping(start: UInt64, end: UInt64) throws {
    let report = try GoldStandardRow.read([row(41, 50), row(11, 20), row(start, end)])
    #expect(report.accepted == 2)
    #expect(report.rejected(.overlap) == 1)
    #expect(report.rows.map(\.overlappedRecord) == [2])
  }

  @Test("the same numbers in another block are other units")
  func otherBlock() throws {
    let report = try GoldStandardRow.read([row(1, 10), row(1, 10, block: "GS1-1-TW-GS1-1-2019-8")])
    #expect(report.accepted == 2)
  }

  @Test("the canonical twin in another notation overlaps")
  func canonicalTwin() throws {
    let report = try GoldStandardRow.read([
      GoldStandardRow(serial: "CN-5-1-2-2-0-1318 - CN-5-100-2-2-0-1318"),
      GoldStandardRow(
        serial: "CN-05-00-100-02-02-000-001318 - CN-05-00-199-02-02-000-001318"),
    ])
    #expect(report.rows.map(\.reason) == [.overlap])
  }

  @Test("a record refused for another reason holds no range")
  func refusedHoldsNothing() throws {
    var wrong = row(1, 10)
    wrong.quantity = "11"
    let report = try GoldStandardRow.read([wrong, row(1, 10)])
    #expect(report.credits.map(\.record) == [2])
  }

  @Test("random ranges: accepted ones are what a plain model accepts")
  func againstModel() throws {
    var seed: UInt64 = 42
    func next(_ bound: UInt64) -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (seed >> 33) % bound
    }
    var rows: [GoldStandardRow] = []
    var taken = Set<UInt64>()
    var expected: [Int] = []
    for number in 1...400 {
      let start = next(2_000)
      let end = start + next(12)
      rows.append(row(start, end))
      if taken.isDisjoint(with: start...end) {
        taken.formUnion(start...end)
        expected.append(number)
      }
    }
    let report = try GoldStandardRow.read(rows)
    #expect(report.credits.map(\.record) == expected)
    #expect(report.tonnesAccepted == UInt64(taken.count))
    #expect(report.rejected(.overlap) == 400 - expected.count)
  }
}
