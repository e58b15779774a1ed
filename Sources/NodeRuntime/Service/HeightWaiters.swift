import NodeAPI
import Synchronization

/// Those who wait for the next final block: a bounded number, each answered exactly once.
final class HeightWaiters: Sendable {
  private typealias Continuation = CheckedContinuation<Result<UInt64, NodeServiceError>, Never>

  private struct State {
    var height: UInt64 = 0
    var isClosed = false
    var nextWaiter: UInt64 = 0
    var waiting: [UInt64: (above: UInt64, continuation: Continuation)] = [:]
  }

  private let state = Mutex(State())
  private let waitersMax: Int

  init(waitersMax: Int) { self.waitersMax = waitersMax }

  /// The height of the last final block once it is above `height`.
  ///
  /// - Throws: `busy` when too many wait; `unavailable` when the task is cancelled or the node
  ///   stops.
  func wait(above height: UInt64) async throws(NodeServiceError) -> UInt64 {
    let waiter = state.withLock { state in
      state.nextWaiter += 1
      return state.nextWaiter
    }
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // A task cancelled before this sees it here; one cancelled after finds its entry.
        let now = state.withLock { state -> Result<UInt64, NodeServiceError>? in
          if state.height > height { return .success(state.height) }
          if state.isClosed || Task.isCancelled { return .failure(.unavailable) }
          if state.waiting.count >= waitersMax { return .failure(.busy) }
          state.waiting[waiter] = (height, continuation)
          return nil
        }
        if let now { continuation.resume(returning: now) }
      }
    } onCancel: {
      let entry = state.withLock { $0.waiting.removeValue(forKey: waiter) }
      entry?.continuation.resume(returning: .failure(.unavailable))
    }
    return try result.get()
  }

  /// A block is final: answers who waited for it.
  func reached(_ height: UInt64) {
    let due = state.withLock { state in
      state.height = height
      let due = state.waiting.filter { $0.value.above < height }
      if due.count == state.waiting.count {
        state.waiting.removeAll(keepingCapacity: true)
      } else {
        for waiter in due.keys { state.waiting[waiter] = nil }
      }
      return due
    }
    for entry in due.values { entry.continuation.resume(returning: .success(height)) }
  }

  /// The node stops: answers everybody, and refuses who comes.
  func close() {
    let left = state.withLock { state in
      defer { state.waiting = [:] }
      state.isClosed = true
      return state.waiting
    }
    for entry in left.values { entry.continuation.resume(returning: .failure(.unavailable)) }
  }

  /// How many wait.
  var count: Int { state.withLock { $0.waiting.count } }
}
