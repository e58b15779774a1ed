import Testing

@testable import LoadTest

@Suite("The schedule")
struct ScheduleTests {
  @Test(
    "chunks hold every transaction once, each within its second, and batches within their window",
    arguments: [0.3, 1, 7.5, 40, 999.9, 20_000])
  func chunks(rate: Double) throws {
    let schedule = Schedule(rate: rate, seconds: 4.25)
    let count = try #require(schedule.count)
    #expect(count == Int((4.25 * rate).rounded(.up)))
    var next = 0
    for index in 0..<(try #require(schedule.chunkCount)) {
      let chunk = schedule.chunk(index)
      guard !chunk.isEmpty else { continue }
      #expect(chunk.lowerBound == next)
      #expect(schedule.due(chunk.lowerBound) + 1 >= UInt64(index) * 1_000_000_000)
      #expect(schedule.due(chunk.upperBound - 1) <= UInt64(index + 1) * 1_000_000_000)
      var first = chunk.lowerBound
      while first < chunk.upperBound {
        let end = schedule.batchEnd(first, in: chunk)
        #expect(end > first && end - first <= schedule.batchMax)
        #expect(schedule.due(end - 1) - schedule.due(first) < schedule.batchNanoseconds)
        first = end
      }
      next = chunk.upperBound
    }
    #expect(next == count)
    #expect(schedule.chunk(try #require(schedule.chunkCount)).isEmpty)
  }

  @Test("times depend on the number alone: a late one moves none of those behind it")
  func times() {
    let schedule = Schedule(rate: 4, seconds: nil)
    #expect((0..<5).map(schedule.due) == [0, 250_000_000, 500_000_000, 750_000_000, 1_000_000_000])
    #expect(schedule.chunk(1_000_000).count == 4)
    #expect(schedule.chunkCount == nil)
  }

  @Test("draws by Zipf's law: the hottest of a thousand has its share, and all are in range")
  func zipf() {
    let zipf = ZipfDraw(count: 1_000, exponent: 1)
    var draw = Draw(seed: 3)
    var counts = [Int](repeating: 0, count: 1_000)
    for _ in 0..<100_000 { counts[zipf.number(&draw)] += 1 }
    // ln 2 / ln 1001 of the continuous law: 10 %.
    #expect((9_000...11_200).contains(counts[0]))
    #expect(counts[0] > 2 * counts[2] && counts[500] > 0)
  }
}
