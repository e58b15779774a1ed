import Foundation
import Synchronization

/// A bar on the terminal's last line while something long goes on: on standard error, and only
/// where a person looks at it. Any thread may report.
final class ProgressLine: Sendable {
  private static let barWidth = 30
  /// Between two drawings.
  private static let pause = Duration.milliseconds(100)

  private let name: String
  private let unit: String
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let drawn: Mutex<ContinuousClock.Instant?>

  init(_ name: String, unit: String = "records") {
    self.name = name
    self.unit = unit
    isShown = isatty(STDERR_FILENO) == 1
    drawn = Mutex(nil)
  }

  /// Draws how far it is, if it was not drawn just now.
  func show(_ done: UInt64, of expected: UInt64) {
    guard isShown else { return }
    let now = ContinuousClock.now
    drawn.withLock { last in
      if let last, now - last < Self.pause, done < expected { return }
      last = now
      write("\r\u{1B}[K" + text(done, of: expected, after: now - start))
    }
  }

  /// Takes the bar away.
  func clear() {
    guard isShown else { return }
    write("\r\u{1B}[K")
  }

  /// `verifying  [#####.....]  50 %  1,000,000 of 2,000,000 records  500,000/s`.
  func text(_ done: UInt64, of expected: UInt64, after elapsed: Duration) -> String {
    let share = expected == 0 ? 1 : min(1, Double(done) / Double(expected))
    let full = Int(share * Double(Self.barWidth))
    let bar =
      String(repeating: "#", count: full) + String(repeating: ".", count: Self.barWidth - full)
    let seconds = elapsed / .seconds(1)
    let rate = seconds > 0.2 ? "  \(Int(Double(done) / seconds).formatted())/s" : ""
    return "\(name)  [\(bar)]  \(Int(share * 100)) %  \(done.formatted()) of "
      + "\(expected.formatted()) \(unit)" + rate
  }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
