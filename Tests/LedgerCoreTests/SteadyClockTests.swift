import LedgerCore
import Testing

@Suite struct SteadyClockTests {
  @Test("where the clock steps back, the machine's own time goes on")
  func stepsBack() {
    var clock = SteadyClock()
    #expect(clock.advance(to: 1_000) == 1_000)
    #expect(clock.advance(to: 5_000) == 5_000)
    #expect(!clock.hasSteppedBack)
    #expect(clock.advance(to: 1_500) == 5_000)
    #expect(clock.hasSteppedBack)
    #expect(clock.advance(to: 1_600) == 5_100)
    #expect(clock.instant(of: 5_200) == 1_700)
    #expect(clock.advance(to: 1_600) == 5_100)
  }

  @Test("no time makes it overflow")
  func extremes() {
    var clock = SteadyClock()
    #expect(clock.advance(to: .max) == .max)
    #expect(clock.advance(to: 0) == .max)
    #expect(clock.advance(to: .max) == .max)
    #expect(clock.instant(of: 0) == 0)
  }
}
