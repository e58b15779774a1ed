import Dissemination
import Replica
import Testing

@testable import NodeRuntime

@Suite("Submissions gathered for one step")
struct GatheredSubmissionsTests {
  private func submitted(_ ticket: UInt64, _ count: Int = 1) -> NodeEvent {
    .replica(
      .submitted([
        ClientSubmission(ticket: ticket, Array(repeating: [UInt8(1)][...], count: count))
      ]))
  }

  /// Tickets of each submission event; -1 for a tick.
  private func shape(_ events: [NodeEvent]) -> [[Int]] {
    GatheredSubmissions.gather(events).map { event in
      guard case .replica(.submitted(let list)) = event else { return [-1] }
      return list.map { Int($0.ticket) }
    }
  }

  @Test("all submissions stand in the place of the first, in their order, the rest keeps its own")
  func order() {
    let tick = NodeEvent.replica(.tick)
    #expect(
      shape([tick, submitted(1), submitted(2), tick, submitted(3), tick])
        == [[-1], [1, 2, 3], [-1], [-1]])
    #expect(shape([tick, tick]) == [[-1], [-1]])
    #expect(shape([]) == [])
  }

  @Test("no event holds more transactions than one step shall have")
  func bound() {
    let most = GatheredSubmissions.transactionsMax
    #expect(
      shape([submitted(1, most - 1), submitted(2), submitted(3), submitted(4, 4_096), submitted(5)])
        == [[1, 2], [3], [4], [5]])
  }
}
