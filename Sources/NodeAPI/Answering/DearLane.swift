import Dispatch

/// The one thread on which dear requests are answered: lists, contents of blocks, events. However
/// many are asked, they use one core, and nobody who asks for little waits behind them.
final class DearLane: TaskExecutor {
  private let queue = DispatchQueue(label: "eco2.api.dear", qos: .utility)

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
