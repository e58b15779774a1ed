import Consensus
import LedgerCore
import Testing

/// A node whose clock was far ahead when its timers were started; then it is set right.
@Suite("A clock that is set right stops no timer")
struct ClockTests {
  let members = Members(4)
  let slot = Members.genesisTime + Members.interval
  static let hour: UInt64 = 3_600_000

  @Test("a view that began an hour ahead is over one view timeout after the clock is right")
  func view() {
    var bench = Bench(members, own: 2, at: slot + Self.hour)
    bench.tick(at: slot + 100)
    #expect(bench.asked.isEmpty)
    #expect(bench.wakes.allSatisfy { $0 <= slot + Self.hour + 2_000 })
    bench.tick(at: slot + 100 + members.timing.timeout(view: 0) - 1)
    #expect(bench.asked.isEmpty)
    bench.tick(at: slot + 100 + members.timing.timeout(view: 0))
    #expect(bench.asked == [members.viewChange(2, to: 1).vote.statement])
  }

  @Test("it asks to be woken by the clock that is right")
  func wake() throws {
    var bench = Bench(members, own: 2, at: slot + Self.hour)
    bench.effects = []
    bench.tick(at: slot + 100)
    let wake = try #require(bench.wakes.last)
    #expect(wake > slot + 100)
    #expect(wake <= slot + 100 + members.timing.retransmitMilliseconds)
  }

  @Test("what is undecided is sent again one pause after the clock is right")
  func retransmission() {
    var bench = Bench(members, own: 2, at: slot + Self.hour)
    bench.tick(at: bench.now + members.timing.timeout(view: 0))
    let change = ConsensusMessage.viewChange(members.viewChange(2, to: 1))
    #expect(bench.broadcasts == [change])
    bench.tick(at: slot + 10)
    #expect(bench.broadcasts == [change])
    bench.tick(at: slot + 10 + members.timing.retransmitMilliseconds)
    #expect(bench.broadcasts == [change, change])
  }

  @Test("timers of a clock that goes on as it did are not shortened")
  func steady() {
    var bench = Bench(members, own: 2, at: slot)
    bench.pass(members.timing.timeout(view: 0) - 1)
    #expect(bench.asked.isEmpty)
    bench.pass(1)
    #expect(bench.asked == [members.viewChange(2, to: 1).vote.statement])
  }
}
