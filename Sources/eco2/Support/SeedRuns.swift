import Foundation
import Simulation
import Synchronization

/// Runs many seeds, one thread each at a time: a run shares nothing with another.
final class SeedRuns: Sendable {
  private struct State {
    var next: UInt64
    var summary = SimulationSummary()
    var shown: [SimulationReport] = []
    var progress: SeedProgress
    var isInterrupted = false
    var failure: (any Error)?
  }

  /// What the runs saw.
  struct Outcome {
    let summary: SimulationSummary
    /// By seed: the runs that broke an invariant, or the only one.
    let shown: [SimulationReport]
    /// Ctrl-C came before the last seed: the summary is of the seeds before.
    let isInterrupted: Bool
  }

  private let first: UInt64
  private let count: UInt64
  private let options: SimulationOptions
  private let state: Mutex<State>

  init(first: UInt64, count: UInt64, options: SimulationOptions) {
    self.first = first
    self.count = count
    self.options = options
    state = Mutex(State(next: first, progress: SeedProgress(count: count)))
  }

  /// All seeds, also after one that fails.
  func run(jobs: Int) throws -> Outcome {
    let interrupt = count > 1 ? endOnInterrupt() : nil
    defer { interrupt?.cancel() }
    state.withLock { $0.progress.begin() }
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in work() }
    return try state.withLock { state in
      state.progress.clear()
      if let failure = state.failure { throw failure }
      return Outcome(
        summary: state.summary, shown: state.shown.sorted { $0.seed < $1.seed },
        isInterrupted: state.isInterrupted && state.summary.seeds < count)
    }
  }

  private func work() {
    while let seed = take() {
      do {
        let report = try Simulator.run(seed: seed, options: options)
        state.withLock { state in
          state.summary.add(report)
          if !report.violations.isEmpty || count == 1 { state.shown.append(report) }
          state.progress.ended(report, state.summary)
        }
      } catch {
        state.withLock { $0.failure = error }
      }
    }
  }

  private func take() -> UInt64? {
    state.withLock { state in
      guard state.failure == nil, !state.isInterrupted, state.next - first < count else {
        return nil
      }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Ctrl-C lets the runs under way end, so that what was seen is summed up; a second one kills.
  private func endOnInterrupt() -> any DispatchSourceSignal {
    signal(SIGINT, SIG_IGN)
    // A queue of its own: the runs keep every thread of the shared ones busy.
    let source = DispatchSource.makeSignalSource(
      signal: SIGINT, queue: DispatchQueue(label: "interrupt"))
    source.setEventHandler { [self] in
      signal(SIGINT, SIG_DFL)
      state.withLock { $0.isInterrupted = true }
    }
    source.resume()
    return source
  }
}
