import Testing

@testable import RegistryFiles

@Suite("Parts of serials")
struct SerialPartTests {
  @Test(
    "a part is written in the notation of the whole, with zeros where that has them",
    arguments: [
      (
        "GS1-1-TW-GS1001-12-2019-20258-1-161285", 5...12 as ClosedRange<UInt64>,
        "GS1-1-TW-GS1001-12-2019-20258-5-12"
      ),
      (
        "HN-05-00-37743-01-01-000-0000492 - HN-05-00-44927-01-01-000-0000492", 40_000...40_000,
        "HN-05-00-40000-01-01-000-0000492 - HN-05-00-40000-01-01-000-0000492"
      ),
      (
        "CAR-1-US-1008-27-845-WA-2015-2010-1 to 8645", 2...3,
        "CAR-1-US-1008-27-845-WA-2015-2010-2 to 3"
      ),
    ])
  func part(whole: String, serials: ClosedRange<UInt64>, expected: String) throws {
    let range = try #require(SerialRange(whole))
    let part = try #require(range.part(serials))
    #expect(part.description == expected && part.block == range.block)
    #expect(SerialRange(part.description) == part)
    #expect(range.part(range.start...range.end)?.description == range.description)
    #expect(range.part(range.start...(range.end + 1)) == nil)
    #expect(range.part(0...range.end) == nil)
  }

  @Test("what no notation takes is no serial", arguments: ["", "-", "hello", "GS1-1-TW"])
  func none(text: String) {
    #expect(SerialRange(text) == nil)
  }
}
