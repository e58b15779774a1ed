import Dispatch
import Foundation

/// A long-lived thread that runs work in order: one for each thing that may block.
///
/// What is queued is bounded by what the replica has under way: it asks for nothing more of a kind
/// until it has the answer.
final class Lane: Sendable {
  private let queue = EventQueue<@Sendable () -> Void>(weightMax: .max)
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread.
  init(name: String) {
    let thread = Thread { [queue, ended] in
      while let work = queue.take(until: .distantFuture) {
        for piece in work { piece() }
      }
      ended.signal()
    }
    thread.name = name
    thread.stackSize = 8 * 1024 * 1024
    thread.start()
  }

  /// Runs the work after all before it.
  func run(_ work: @escaping @Sendable () -> Void) { queue.require(work) }

  /// Finishes what is queued, then ends the thread; returns when it has ended.
  func finish() {
    queue.close()
    ended.wait()
  }
}
