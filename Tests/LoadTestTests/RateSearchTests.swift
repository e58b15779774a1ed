import LedgerCore
import NodeAnswers
import Testing

@testable import LoadTest

@Suite("The search for the highest rate")
struct RateSearchTests {
  /// Tries rates against a network that holds up to `limit`.
  private func search(from first: Double, limit: Double) -> (best: Double?, steps: Int) {
    var search = RateSearch(from: first)
    var steps = 0
    while let rate = search.next, steps < 100 {
      search.take(held: rate <= limit)
      steps += 1
    }
    return (search.best, steps)
  }

  @Test(
    "ends within a twentieth below the limit, in few steps, wherever it begins",
    arguments: [3.0, 170, 999, 20_000], [1.0, 100, 1_000, 50_000])
  func found(limit: Double, first: Double) throws {
    let (best, steps) = search(from: first, limit: limit)
    let rate = try #require(best)
    #expect(rate <= limit && rate >= limit * 0.94)
    #expect(steps <= 40)
  }

  @Test("a network that holds nothing ends the search without a rate")
  func nothing() {
    let (best, steps) = search(from: 1_000, limit: 0)
    #expect(best == nil && steps <= 12)
  }

  @Test("a rate is held only when all is final in time, nothing is refused, and we kept up")
  func judgement() {
    let plan = LoadGenerator.Plan(
      nodes: [], accounts: LoadAccounts(seed: [], count: 2), chain: .init(.zero), rate: 1,
      duration: nil, estimate: .init(charge: "", fee: "", creationFee: ""))
    let search = MaximumSearch(plan, intervalSeconds: 10, software: "")
    var good = LoadReport()
    good.offeredPerSecond = 1_000
    good.finalPerSecond = 995
    good.latencyMilliseconds.p99 = 12_000
    #expect(search.judge(good, rate: 1_000).held)
    let changes: [(inout LoadReport) -> Void] = [
      { $0.latencyMilliseconds.p99 = 12_001 }, { $0.finalPerSecond = 979 },
      { $0.rejected = ["pool_full": 1] }, { $0.skipped = ["x": 1] }, { $0.expired = 1 },
      { $0.lost = 1 }, { $0.open = 1 }, { $0.lateMilliseconds.p99 = 251 },
    ]
    for change in changes {
      var bad = good
      change(&bad)
      let step = search.judge(bad, rate: 1_000)
      #expect(!step.held && step.because.count == 1)
    }
  }

  @Test("clocks are compared by the middle of a question, and the error is half of its length")
  func clocks() {
    let behind = LoadCoordinator.ClockComparison(asked: 1_000, answered: 1_400, said: 700)
    #expect(behind.offset == -500 && behind.error == 200)
    let ahead = LoadCoordinator.ClockComparison(asked: 1_000, answered: 1_000, said: 5_000)
    #expect(ahead.offset == 4_000 && ahead.error == 0)
  }

  @Test("two generators' reports are added, and their latencies counted together")
  func merging() {
    func report(_ milliseconds: Double, _ final: Int) -> LoadReport {
      var report = LoadReport()
      report.offered = final
      report.final = final
      report.rootsEqual = true
      report.latencyDistribution = [
        .init(milliseconds: milliseconds, count: UInt64(final))
      ]
      report.cpuMicrosecondsPerTransaction.ofNodes = [30, 30]
      report.cpuMicrosecondsPerTransaction.generator = 2
      return report
    }
    var one = report(0.063, 300)
    one.merge(report(0.032, 100))
    #expect(one.offered == 400 && one.final == 400 && one.rootsEqual)
    #expect(one.latencyMilliseconds.p50 == 0.063)
    #expect(one.latencyMilliseconds.max == 0.063)
    #expect(one.latencyDistribution?.map(\.count) == [100, 300])
    // The nodes' work was for all four hundred.
    #expect(one.cpuMicrosecondsPerTransaction.ofNodes == [22.5, 22.5])
    #expect(one.cpuMicrosecondsPerTransaction.generator == 2)
  }
}
