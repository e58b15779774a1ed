import Foundation
import Simulation
import Synchronization

/// Runs many seeds, one thread each at a time: a run shares nothing with another.
final class SeedRuns: Sendable {
  private struct State {
    var next: UInt64
    var summary = SimulationSummary()
    var shown: [SimulationReport] = []
    var failure: (any Error)?
  }

  private let first: UInt64
  private let count: UInt64
  private let options: SimulationOptions
  private let progress: Bool
  private let begun = ContinuousClock.now
  private let state: Mutex<State>

  init(first: UInt64, count: UInt64, options: SimulationOptions) {
    self.first = first
    self.count = count
    self.options = options
    progress = isatty(STDERR_FILENO) == 1 && count > 1
    state = Mutex(State(next: first))
  }

  /// All seeds, also after one that fails; what they saw, and by seed the runs to be shown: those
  /// that broke an invariant, or the only one.
  func run(jobs: Int) throws -> (summary: SimulationSummary, shown: [SimulationReport]) {
    DispatchQueue.concurrentPerform(iterations: jobs) { _ in work() }
    if progress { write("\r\u{1B}[K") }
    let end = state.withLock { ($0.summary, $0.shown, $0.failure) }
    if let failure = end.2 { throw failure }
    return (end.0, end.1.sorted { $0.seed < $1.seed })
  }

  private func work() {
    while let seed = take() {
      do {
        let report = try Simulator.run(seed: seed, options: options)
        let text = state.withLock { state in
          state.summary.add(report)
          if !report.violations.isEmpty || count == 1 { state.shown.append(report) }
          return line(state.summary)
        }
        if progress { write("\r\u{1B}[K" + text) }
      } catch {
        state.withLock { $0.failure = error }
      }
    }
  }

  private func take() -> UInt64? {
    state.withLock { state in
      guard state.failure == nil, state.next - first < count else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  private static let barWidth = 30

  /// `seeds  [######........]  120 of 500  3.1/s  2 min left  0 failed`.
  private func line(_ summary: SimulationSummary) -> String {
    let done = summary.seeds
    let full = Int(done * UInt64(Self.barWidth) / count)
    let bar =
      String(repeating: "#", count: full) + String(repeating: ".", count: Self.barWidth - full)
    let seconds = max(0.001, (ContinuousClock.now - begun) / .seconds(1))
    let rate = Double(done) / seconds
    let left = Int(Double(count - done) / rate)
    let time = left < 120 ? "\(left) s" : "\(left / 60) min"
    return "seeds  [\(bar)]  \(done) of \(count)  \(Int(rate * 10) / 10).\(Int(rate * 10) % 10)/s  "
      + "\(time) left  \(summary.failed.count) failed"
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
