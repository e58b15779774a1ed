import Dispatch
import Foundation
import LedgerMetrics

/// A long-lived thread that runs work in order: one for each thing that may block.
///
/// What is queued with `run` is bounded by what the replica has under way: it asks for nothing more
/// of a kind until it has the answer. What others ask for is queued with `offer`.
final class Lane: Sendable {
  private let queue: EventQueue<@Sendable () -> Void>
  private let ended = DispatchSemaphore(value: 0)

  /// Starts the thread; `offersMax` pieces of work that were offered may wait.
  init(name: String, offersMax: Int = 0, meter: LaneMeter) {
    queue = EventQueue(
      weightMax: offersMax * EventQueue<@Sendable () -> Void>.overheadBytes, meter: meter.queue)
    let thread = Thread { [queue, ended] in
      while let work = queue.take(until: .distantFuture) {
        let start = CPUClock.monotonicNanoseconds()
        for piece in work { piece() }
        meter.worked(since: start, items: work.count)
      }
      ended.signal()
    }
    thread.name = name
    thread.stackSize = 8 * 1024 * 1024
    thread.start()
  }

  /// Runs the work after all before it.
  func run(_ work: @escaping @Sendable () -> Void) { queue.require(work) }

  /// The same for work that others ask for; false when too much waits.
  func offer(_ work: @escaping @Sendable () -> Void) -> Bool { queue.offer(work, bytes: 0) }

  /// Finishes what is queued, then ends the thread; returns when it has ended.
  func finish() {
    queue.close()
    ended.wait()
  }
}
