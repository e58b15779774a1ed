import DequeModule
import Dispatch
import Synchronization

/// Events for one consuming thread, from any number of producers, bounded by weight.
///
/// Answers to what the consumer itself has asked for (`require`) are always taken: their number is
/// bounded by what it asks. What comes from outside (`offer`) is refused when the queue is full, and
/// whoever sent it is told.
final class EventQueue<Event: Sendable>: Sendable {
  private struct Contents {
    var events = Deque<(event: Event, weight: Int)>()
    var weight = 0
    var isClosed = false
  }

  private let contents = Mutex(Contents())
  private let available = DispatchSemaphore(value: 0)
  private let weightMax: Int

  /// A queue that takes events from outside up to a total weight, in bytes or whatever the producer
  /// counts.
  init(weightMax: Int) { self.weightMax = weightMax }

  /// Adds an event from outside; false when the queue is full or closed.
  func offer(_ event: Event, weight: Int = 1) -> Bool {
    push(event, weight: weight, isBounded: true)
  }

  /// Adds an answer the consumer waits for; dropped only when the queue is closed.
  func require(_ event: Event) { _ = push(event, weight: 1, isBounded: false) }

  private func push(_ event: Event, weight: Int, isBounded: Bool) -> Bool {
    let (taken, wasEmpty) = contents.withLock { contents in
      if contents.isClosed || (isBounded && contents.weight + weight > weightMax) {
        return (false, false)
      }
      contents.events.append((event, weight))
      contents.weight += weight
      return (true, contents.events.count == 1)
    }
    if wasEmpty { available.signal() }
    return taken
  }

  /// Waits for events until a deadline and takes all there are; nil once closed and empty.
  func take(until deadline: DispatchTime) -> [Event]? {
    while true {
      let (events, isClosed) = contents.withLock { contents in
        let events = contents.events.map(\.event)
        contents.events.removeAll(keepingCapacity: true)
        contents.weight = 0
        return (events, contents.isClosed)
      }
      if !events.isEmpty { return events }
      if isClosed { return nil }
      if available.wait(timeout: deadline) == .timedOut { return [] }
    }
  }

  /// Refuses everything from now on; the consumer still gets what is inside.
  func close() {
    contents.withLock { $0.isClosed = true }
    available.signal()
  }
}
