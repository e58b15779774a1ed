import DequeModule
import Dispatch
import LedgerCore
import LedgerMetrics
import Synchronization

/// Events for one consuming thread, from any number of producers, bounded by weight.
///
/// Answers to what the consumer itself has asked for (`require`) are always taken: their number is
/// bounded by what it asks. What comes from outside (`offer`) is refused when the queue is full,
/// and whoever sent it is told. No source fills the queue alone, and none that has nothing inside
/// is refused for what others have: a peer that floods costs the others nothing, and an event above
/// the whole bound (a peer's largest block) still passes. Full nodes that follow this one share a
/// small part, and are refused first.
final class EventQueue<Event: Sendable>: Sendable {
  /// What an event weighs beside its bytes, so that many empty ones are bounded too.
  static var overheadBytes: Int { 256 }
  /// A source with something inside may have at most this part of the bound.
  static var sourceShare: Int { 4 }

  /// All followers together may have this part of the bound, and none of them more than a quarter
  /// of that.
  static var followersShare: Int { 16 }

  /// Who an event from outside comes from.
  enum Source {
    case peer(AccountID)
    /// A full node: what it sends gives way to everything else.
    case follower(AccountID)
  }

  private struct Contents {
    var events = Deque<Event>()
    var weight = 0
    var weightBySource: [AccountID: Int] = [:]
    var followersWeight = 0
    var isClosed = false
  }

  private let contents = Mutex(Contents())
  private let available = DispatchSemaphore(value: 0)
  private let weightMax: Int
  private let meter: QueueMeter?

  /// A queue that takes events from outside up to a total weight in bytes.
  init(weightMax: Int, meter: QueueMeter? = nil) {
    self.weightMax = weightMax
    self.meter = meter
  }

  /// What becomes of an event from outside.
  private enum Admission {
    case taken
    case full
    case sourceFull
  }

  /// Adds an event of this many bytes from outside; false when the queue is full or closed.
  func offer(_ event: Event, bytes: Int, from source: Source? = nil) -> Bool {
    push(event) { contents in
      let weight = bytes + Self.overheadBytes
      let isInside = contents.weight + weight <= weightMax
      switch source {
      case .peer(let peer):
        let own = contents.weightBySource[peer] ?? 0
        guard own == 0 || (isInside && own + weight <= weightMax / Self.sourceShare) else {
          return isInside ? .sourceFull : .full
        }
        contents.weightBySource[peer] = own + weight
      case .follower(let follower):
        let own = contents.weightBySource[follower] ?? 0
        let share = weightMax / Self.followersShare
        guard isInside, contents.followersWeight + weight <= share,
          own + weight <= share / Self.sourceShare
        else { return isInside ? .sourceFull : .full }
        contents.weightBySource[follower] = own + weight
        contents.followersWeight += weight
      case nil:
        guard isInside else { return .full }
      }
      contents.weight += weight
      return .taken
    }
  }

  /// Adds an answer the consumer waits for; false only when the queue is closed.
  @discardableResult
  func require(_ event: Event) -> Bool { push(event) { _ in .taken } }

  private func push(_ event: Event, _ admit: (inout Contents) -> Admission) -> Bool {
    let (taken, wasEmpty) = contents.withLock { contents in
      guard !contents.isClosed else { return (false, false) }
      let admission = admit(&contents)
      guard admission == .taken else {
        meter?.refused(fromFullSource: admission == .sourceFull)
        return (false, false)
      }
      contents.events.append(event)
      meter?.waiting(contents.events.count)
      return (true, contents.events.count == 1)
    }
    if wasEmpty { available.signal() }
    return taken
  }

  /// Waits for events until a deadline and takes all there are; nil once closed and empty.
  func take(until deadline: DispatchTime) -> [Event]? {
    while true {
      let (events, isClosed): ([Event], Bool) = contents.withLock { contents in
        guard !contents.events.isEmpty else { return ([], contents.isClosed) }
        let events = Array(contents.events)
        contents.events.removeAll(keepingCapacity: true)
        contents.weight = 0
        contents.followersWeight = 0
        contents.weightBySource.removeAll(keepingCapacity: true)
        meter?.waiting(0)
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
