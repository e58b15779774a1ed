import Testing

@testable import LedgerClient

@Suite("Which node is asked next")
struct NodeStandingsTests {
  @Test("the most advanced node is asked first, and equals in turn")
  func order() {
    var nodes = NodeStandings(count: 3)
    for (index, height) in [5, 7, 7].enumerated() {
      nodes.stands(index, at: UInt64(height))
    }
    var firsts: [Int] = []
    for _ in 0..<6 { firsts.append(nodes.order(now: 0)[0]) }
    #expect(Set(firsts) == [1, 2])
    let order = nodes.order(now: 0)
    #expect(order.last == 0)
    #expect(nodes.height == 7)
  }

  @Test("a node that fails rests, twice as long each time up to a bound, and is asked last")
  func backoff() {
    var nodes = NodeStandings(count: 2)
    nodes.stands(0, at: 9)
    var pauses: [Int64] = []
    for _ in 0..<10 {
      nodes.failed(0, now: 0)
      pauses.append(nodes.list[0].retryAt)
    }
    #expect(Array(pauses.prefix(4)) == [250, 500, 1_000, 2_000])
    #expect(pauses.last == ClientLimits.backoffMillisecondsMax)
    let resting = nodes.order(now: 1)
    #expect(resting == [1, 0])
    let rested = nodes.order(now: ClientLimits.backoffMillisecondsMax)
    #expect(rested == [0, 1])
    nodes.succeeded(0, height: 10)
    nodes.failed(0, now: 0)
    #expect(nodes.list[0].retryAt == 250)
  }

  @Test("a node that says when to come back is not asked before, and is waited for when alone")
  func closed() {
    var nodes = NodeStandings(count: 2)
    nodes.failed(0, now: 0, retryAfterMilliseconds: 3_000)
    let others = nodes.order(now: 2_999)
    #expect(others == [1] && nodes.opensAt(now: 2_999) == nil && nodes.rests(0, now: 2_999))
    nodes.failed(1, now: 0, retryAfterMilliseconds: 2_000)
    let none = nodes.order(now: 1_999)
    #expect(none.isEmpty && nodes.opensAt(now: 1_999) == 2_000)
    let first = nodes.order(now: 2_000)
    #expect(first == [1])
    nodes.succeeded(0)
    let open = nodes.order(now: 0)
    #expect(open == [0])
  }

  @Test("what a node says of when to come back is heeded within a bound")
  func bound() {
    func pause(_ seconds: Int?) -> Int64 {
      ClientError.refused(status: 429, code: "", sentence: "", retryAfterSeconds: seconds)
        .retryAfterMilliseconds
    }
    #expect([nil, 0, 1, 7].map(pause) == [0, 0, 1_000, 7_000])
    #expect(pause(.max) == ClientLimits.retryAfterMillisecondsMax)
    #expect(ClientError.connectionClosed.retryAfterMilliseconds == 0)
  }

  @Test("a node that showed what is not true is not asked at all for a long time")
  func liars() {
    var nodes = NodeStandings(count: 2)
    nodes.stands(1, at: 50)
    nodes.lied(1, now: 0)
    let honest = nodes.order(now: 1)
    #expect(honest == [0])
    #expect(nodes.height == 0)
    let later = nodes.order(now: ClientLimits.distrustMilliseconds)
    #expect(Set(later) == [0, 1])
  }

  @Test("heights are asked for once in a while, and never of a single node")
  func refreshing() {
    var one = NodeStandings(count: 1)
    let isAsked = one.isTimeToAsk(now: 0)
    #expect(!isAsked)
    var two = NodeStandings(count: 2)
    var asked: [Bool] = []
    for now: Int64 in [0, 1, 1_999, 2_000, 2_001, 5_000] { asked.append(two.isTimeToAsk(now: now)) }
    #expect(asked == [true, false, false, true, false, true])
  }
}
