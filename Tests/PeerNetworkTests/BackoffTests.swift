import Testing

@testable import PeerNetwork

@Suite("Back-off")
struct BackoffTests {
  @Test("waits double from the first to the largest, each between half of it and all of it")
  func doublesUpToTheMaximum() {
    var backoff = Backoff(initialMilliseconds: 100, maxMilliseconds: 5_000, seed: 7)
    for whole: Int64 in [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000] {
      let wait = backoff.next()
      #expect(wait >= whole / 2 && wait <= whole)
    }
  }

  @Test("a seed gives the same waits again, another seed others")
  func repeatsOnItsSeed() {
    func waits(_ seed: UInt64) -> [Int64] {
      var backoff = Backoff(initialMilliseconds: 1_000, maxMilliseconds: 60_000, seed: seed)
      return (0..<10).map { _ in backoff.next() }
    }
    #expect(waits(1) == waits(1))
    #expect(waits(1) != waits(2))
  }

  @Test("after a reset the first wait comes again, and ten thousand attempts overflow nothing")
  func resets() {
    var backoff = Backoff(initialMilliseconds: 100, maxMilliseconds: .max, seed: 3)
    for _ in 0..<10_000 { _ = backoff.next() }
    backoff.reset()
    #expect(backoff.next() <= 100)
  }
}
