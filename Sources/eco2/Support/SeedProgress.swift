import Foundation
import Simulation

/// How far many seeds are, on standard error: a bar on the last line where a person looks, else a
/// line now and then, for a log. What a seed breaks is told as soon as its run ends; the whole
/// reports come with the summary.
struct SeedProgress {
  private static let barWidth = 20
  /// Between two lines of a log.
  private static let logPause = Duration.seconds(30)
  /// Seeds that are told of one by one; the summary lists more, and the reports all.
  private static let toldMax = 50

  private let count: UInt64
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let begun = ContinuousClock.now
  private var logged = ContinuousClock.now
  private var told = 0

  /// - Parameter count: of seeds; one alone needs no progress, its report says all.
  init(count: UInt64) { self.count = count }

  private var isSilent: Bool { count == 1 }

  /// Before the first seed has ended, which may take seconds.
  func begin() {
    if isTerminal, !isSilent { write(bar(SimulationSummary())) }
  }

  /// A run has ended, and is part of the summary.
  mutating func ended(_ report: SimulationReport, _ summary: SimulationSummary) {
    guard !isSilent else { return }
    if let violation = report.violations.first, told <= Self.toldMax {
      let text =
        told < Self.toldMax
        ? Self.told(violation, of: report)
        : "more seeds broke something: the reports in the end tell of them"
      write(text + "\n")
      told += 1
    }
    if isTerminal {
      write(bar(summary))
    } else if ContinuousClock.now - logged >= Self.logPause {
      logged = .now
      write(facts(summary) + "\n")
    }
  }

  /// Takes the bar away.
  func clear() {
    if isTerminal, !isSilent { write("") }
  }

  /// What one seed broke, on one line.
  private static func told(_ violation: Violation, of report: SimulationReport) -> String {
    "seed \(report.seed) with \(report.nodes) nodes BROKE \(violation.invariant.rawValue), event "
      + "\(violation.event), nodes \(violation.nodes): \(violation.detail)"
  }

  /// `[######..............]  120 of 500 seeds, 3.1/s, 122 s left, none failed`: within 80 columns.
  private func bar(_ summary: SimulationSummary) -> String {
    let full = Int(summary.seeds * UInt64(Self.barWidth) / count)
    return "[" + String(repeating: "#", count: full)
      + String(repeating: ".", count: Self.barWidth - full) + "]  " + facts(summary)
  }

  private func facts(_ summary: SimulationSummary) -> String {
    let failed = summary.failed.isEmpty ? "none failed" : "\(summary.failed.count) FAILED"
    guard summary.seeds > 0 else { return "0 of \(count) seeds" }
    let seconds = max(0.001, (ContinuousClock.now - begun) / .seconds(1))
    let rate = Double(summary.seeds) / seconds
    let left = Int(Double(count - summary.seeds) / rate)
    return "\(summary.seeds) of \(count) seeds, \(Self.pace(rate)), \(Self.time(left)) left, "
      + failed
  }

  /// A pace of seeds a second, or a minute where that says more.
  private static func pace(_ rate: Double) -> String {
    let (number, unit) = rate < 1 ? (rate * 60, "min") : (rate, "s")
    return "\(Int(number)).\(Int(number * 10) % 10)/\(unit)"
  }

  private static func time(_ seconds: Int) -> String {
    if seconds < 180 { return "\(seconds) s" }
    if seconds < 180 * 60 { return "\(seconds / 60) min" }
    return "\(seconds / 3_600) h \(seconds / 60 % 60) min"
  }

  /// On a terminal the bar goes before anything is written.
  private func write(_ text: String) {
    let before = isTerminal ? "\r\u{1B}[K" : ""
    FileHandle.standardError.write(Data((before + text).utf8))
  }
}
