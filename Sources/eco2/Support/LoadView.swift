import Foundation
import LoadTest

/// The view of a run: a screen that is drawn every second, or a line every five where nobody looks.
actor LoadView {
  private let generator: LoadGenerator
  private let rate: Double
  private let total: Double?
  private var screen: LiveScreen
  private var meter = CoreMeter()
  private var history: [(seconds: Double, counts: LoadCounts)] = []
  private static let linePeriod = 5

  /// - Parameter total: seconds of warm-up and steady phase together; nil until somebody stops it.
  init(_ generator: LoadGenerator, rate: Double, total: Double?, onError: Bool) {
    self.generator = generator
    self.rate = rate
    self.total = total
    screen = LiveScreen(onError: onError)
  }

  /// Shows the run until it is over or the task is cancelled.
  func run() async {
    var turn = 0
    while !Task.isCancelled {
      let progress = await generator.progress()
      if progress.phase == .over { return }
      show(progress, turn: turn)
      turn += 1
      try? await ContinuousClock().sleep(for: .seconds(1))
    }
  }

  private func show(_ progress: LoadProgress, turn: Int) {
    let cores = meter.look()
    let watts = meter.watts()
    if progress.seconds > 0 { history.append((progress.seconds, progress.counts)) }
    if history.count > 12 { history.removeFirst() }
    guard screen.isTerminal else {
      if turn % Self.linePeriod == 0 { screen.line(line(progress)) }
      return
    }
    let table = NodeTable(nodes: progress.nodes, cores: cores)
    var lines = [headline(progress), ""]
    if progress.seconds > 0 {
      lines += [rates(progress), latencies(progress), rejections(progress), ""]
      lines += table.rows
      lines += ["", table.limit]
      if let watts { lines.append("processors \(LoadText.micro(watts, " W"))") }
    }
    screen.draw(lines)
  }

  private func headline(_ progress: LoadProgress) -> String {
    switch progress.phase {
    case .preparing: return "preparing"
    case .signing:
      return "signing ahead, \(NodeTable.share(min(1, progress.signedShare)))"
    default:
      let seconds = Printing.seconds(progress.seconds)
      return "\(progress.phase.rawValue)  \(seconds)"
        + (total.map { " of \(Printing.seconds($0))" } ?? "")
        + "  asked for \(LoadText.rate(rate)) a second"
    }
  }

  /// Over the last seconds.
  private func pace(_ count: (LoadCounts) -> Int) -> String {
    guard let first = history.first, let last = history.last, last.seconds > first.seconds else {
      return "-"
    }
    let rate = Double(count(last.counts) - count(first.counts)) / (last.seconds - first.seconds)
    return LoadText.rate(rate)
  }

  private func rates(_ progress: LoadProgress) -> String {
    let counts = progress.counts
    let blocks = progress.blocks.suffix(6)
    var final = "-"
    if let first = blocks.first, let last = blocks.last, last.at > first.at {
      let own = blocks.dropFirst().reduce(0) { $0 + $1.own }
      final = LoadText.rate(Double(own) / (last.at - first.at))
    }
    return "a second: offered \(pace { $0.offered }), accepted \(pace { $0.accepted }), "
      + "final \(final)   in all \(counts.offered), \(counts.accepted), \(counts.final); "
      + "under way \(progress.open)"
  }

  private func latencies(_ progress: LoadProgress) -> String {
    func text(_ histogram: LatencyHistogram) -> String {
      guard histogram.count > 0 else { return "-" }
      func at(_ share: Double) -> String {
        Printing.seconds(Double(histogram.quantile(share)) / 1e6)
      }
      return "median \(at(0.5)), 90 % \(at(0.9)), 99 % \(at(0.99))"
    }
    let certificates = progress.blocks.compactMap(\.certificateMilliseconds)
    let last = certificates.last.map { Printing.seconds($0 / 1_000) } ?? "-"
    return "to final: \(text(progress.counts.latency))   to accepted: "
      + "\(text(progress.counts.acceptance))   last certificate \(last)"
  }

  private func rejections(_ progress: LoadProgress) -> String {
    let counts = progress.counts
    var parts: [String] = []
    if !counts.rejected.isEmpty { parts.append("refused: " + LoadText.counted(counts.rejected)) }
    if !counts.skipped.isEmpty {
      parts.append("not executed: " + LoadText.counted(counts.skipped))
    }
    if !counts.invalidSent.isEmpty {
      parts.append("invalid: " + LoadText.counted(counts.invalidRejected))
    }
    if counts.unanswered > 0 { parts.append("sent again: \(counts.unanswered)") }
    return parts.isEmpty ? "nothing refused" : parts.joined(separator: "   ")
  }

  private func line(_ progress: LoadProgress) -> String {
    guard progress.seconds > 0 else { return headline(progress) }
    let counts = progress.counts
    let height = progress.blocks.last.map { "height \($0.height)" } ?? "no block yet"
    return "\(headline(progress))  \(height)  offered \(counts.offered), accepted "
      + "\(counts.accepted), final \(counts.final), refused "
      + "\(counts.rejected.values.reduce(0, +))  \(latencies(progress))"
  }
}
