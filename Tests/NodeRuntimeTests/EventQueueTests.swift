import Dispatch
import LedgerCore
import Testing

@testable import NodeRuntime

@Suite("The replica's queue is bounded, by source and in all")
struct EventQueueTests {
  private let one = AccountID(bytes(1))
  private let other = AccountID(bytes(2))

  @Test("events come out in the order they went in")
  func order() {
    let queue = EventQueue<Int>(weightMax: 10_000)
    #expect(queue.offer(1, bytes: 10))
    #expect(queue.require(2))
    #expect(queue.offer(3, bytes: 10, from: .peer(one)))
    #expect(queue.take(until: .now()) == [1, 2, 3])
    #expect(queue.take(until: .now()) == [])
  }

  @Test("empty events weigh something: their number is bounded")
  func emptyEvents() {
    let queue = EventQueue<Int>(weightMax: 10 * EventQueue<Int>.overheadBytes)
    let taken = (0..<100).count { queue.offer($0, bytes: 0) }
    #expect(taken == 10)
  }

  @Test("a source that floods leaves room for the others")
  func flood() {
    let queue = EventQueue<Int>(weightMax: 80_000)
    let flooded = (0..<1_000).count { queue.offer($0, bytes: 744, from: .peer(one)) }
    #expect(flooded == 20)
    #expect(queue.offer(1, bytes: 744, from: .peer(other)))
    #expect(queue.offer(2, bytes: 744))
  }

  @Test("a full queue still takes the first event of a source that has none inside")
  func firstOfASource() {
    let queue = EventQueue<Int>(weightMax: 1_000)
    #expect(queue.offer(1, bytes: 700))
    #expect(!queue.offer(2, bytes: 700))
    #expect(queue.offer(3, bytes: 700, from: .peer(one)))
    #expect(!queue.offer(4, bytes: 0, from: .peer(one)))
  }

  @Test("an event above the whole bound passes when its source has none inside")
  func largest() {
    let queue = EventQueue<Int>(weightMax: 1_000)
    #expect(queue.offer(1, bytes: 5_000, from: .peer(one)))
    #expect(!queue.offer(2, bytes: 5_000, from: .peer(one)))
    #expect(queue.take(until: .now()) == [1])
    #expect(queue.offer(2, bytes: 5_000, from: .peer(one)))
  }

  @Test("answers are taken when the queue is full, and nothing when it is closed")
  func closing() {
    let queue = EventQueue<Int>(weightMax: 0)
    #expect(!queue.offer(1, bytes: 0))
    #expect(queue.require(2))
    queue.close()
    #expect(!queue.require(3))
    #expect(!queue.offer(4, bytes: 0, from: .peer(one)))
    #expect(queue.take(until: .distantFuture) == [2])
    #expect(queue.take(until: .distantFuture) == nil)
  }
}

/// 32 equal bytes.
func bytes(_ value: UInt8) -> Bytes32 { Bytes32(Array(repeating: value, count: 32)) ?? .zero }

@Suite("Warnings that others can provoke are bounded")
struct WarningBudgetTests {
  @Test("of many in a second the first are written, and the next second says how many were not")
  func budget() {
    var budget = WarningBudget()
    let shown = (0..<50).count { _ in budget.next(second: 7).isShown }
    #expect(shown == WarningBudget.perSecondMax)
    let next = budget.next(second: 8)
    #expect(next.isShown)
    #expect(next.unshown == 50 - WarningBudget.perSecondMax)
    #expect(budget.next(second: 8).unshown == 0)
  }
}
