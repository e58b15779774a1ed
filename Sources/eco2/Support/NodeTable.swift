import Foundation
import LoadTest

/// Nodes as `eco2 top` and the view of `eco2 load` show them: a row each, and what is saturated.
struct NodeTable {
  let nodes: [NodeSample]
  /// Cores of this machine at work, and all of them; nil when the nodes are not here, or unknown.
  let cores: (busy: Double, all: Double)?

  /// Above this share of its time at work, a thread or a machine has nothing left.
  private static let saturatedShare = 0.9

  var rows: [String] {
    let header = [
      "node", "height", "view", "pending", "unflushed", "final", "CPU", "most in",
      "queue",
    ]
    let rows = nodes.map { node in
      guard node.isUp else {
        return [node.name.isEmpty ? "\(node.node)" : node.name, "does not answer"]
          + Array(repeating: "", count: 7)
      }
      return [
        node.name.isEmpty ? "\(node.node)" : node.name, "\(node.height)", "\(node.view)",
        "\(node.pending)", "\(node.unflushed)", "\(node.transactionsFinal)",
        share(node.load), Self.stages(node.stageLoad), queue(node),
      ]
    }
    return Printing.table(rows, header: header).split(separator: "\n").map(String.init)
  }

  /// What limits the network now, as far as can be seen from outside.
  var limit: String {
    var stages: [String: Double] = [:]
    for node in nodes { stages.merge(node.stageLoad) { $0 + $1 } }
    let most = Self.stages(stages)
    if let cores, cores.all > 0, cores.busy / cores.all >= Self.saturatedShare {
      return "saturated: the processor, \(share(cores.busy / cores.all)) of all cores at work; "
        + "nodes use most in \(most)"
    }
    let threads = nodes.flatMap { node in node.threads.map { (node, $0.key, $0.value) } }
    if let (node, name, value) = threads.max(by: { $0.2 < $1.2 }), value >= Self.saturatedShare {
      return "saturated: the thread `\(name)` of \(node.name), at work \(share(value)) of its time"
    }
    var text = "nothing is saturated; nodes use most in \(most)"
    if let (node, name, value) = threads.max(by: { $0.2 < $1.2 }) {
      text += "; busiest thread `\(name)` of \(node.name), \(share(value))"
    }
    if let cores, cores.all > 0 { text += "; cores at work \(share(cores.busy / cores.all))" }
    return text
  }

  private func queue(_ node: NodeSample) -> String {
    guard let deepest = node.queues.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
      deepest.value > 0
    else { return "-" }
    return "\(deepest.key) \(deepest.value)"
  }

  private static func stages(_ load: [String: Double]) -> String {
    let sorted = load.filter { $0.value >= 0.005 }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    return sorted.isEmpty
      ? "-" : sorted.prefix(2).map { "\($0.key) \(Self.share($0.value))" }.joined(separator: ", ")
  }

  private func share(_ value: Double) -> String { Self.share(value) }

  static func share(_ value: Double) -> String {
    value.formatted(.percent.precision(.fractionLength(value < 0.1 ? 1 : 0)))
  }
}

/// How busy this machine is, between two looks.
struct CoreMeter {
  private var last = MachineFacts.cores()
  private var lastJoules: (joules: Double, at: ContinuousClock.Instant)?

  /// Cores at work since the last look, and all of them.
  mutating func look() -> (busy: Double, all: Double)? {
    guard let now = MachineFacts.cores() else { return nil }
    defer { last = now }
    guard let last, now.all > last.all else { return nil }
    let count = Double(ProcessInfo.processInfo.activeProcessorCount)
    return ((now.busy - last.busy) / (now.all - last.all) * count, count)
  }

  /// Watts since the last look, by the processors' own meter; nil where there is none.
  mutating func watts() -> Double? {
    guard let joules = MachineFacts.joules() else { return nil }
    let now = ContinuousClock.now
    defer { lastJoules = (joules, now) }
    guard let last = lastJoules, joules >= last.joules else { return nil }
    let seconds = (now - last.at) / .seconds(1)
    return seconds > 0 ? (joules - last.joules) / seconds : nil
  }
}
