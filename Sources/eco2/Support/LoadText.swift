import Foundation
import LoadTest

/// A load report in words.
enum LoadText {
  static func facts(_ report: LoadReport) -> [(String, String)] {
    let latency = report.latencyMilliseconds
    var facts = [
      (
        "transactions",
        "\(report.offered) offered, \(report.accepted) accepted, \(report.final) final, "
          + "\(report.lost) lost"
      ),
      ("latency to final", percentiles(latency)),
    ]
    if report.applied < report.final {
      facts.append(("not applied", "\(report.final - report.applied) of the final ones"))
    }
    if !report.rejected.isEmpty { facts.append(("refused", counted(report.rejected))) }
    if !report.skipped.isEmpty { facts.append(("not executed", counted(report.skipped))) }
    if report.expired > 0 { facts.append(("expired", "\(report.expired)")) }
    if report.unanswered > 0 {
      facts.append(
        ("sent again", "\(report.unanswered), whose node was down before it answered"))
    }
    if report.executedTwice > 0 { facts.append(("executed twice", "\(report.executedTwice)")) }
    if report.open > 0 { facts.append(("fate unknown", "\(report.open)")) }
    return facts
  }

  /// The whole of a report of `eco2 load`.
  static func all(_ report: LoadReport) -> String {
    let cpu = report.cpuMicrosecondsPerTransaction
    var facts = [
      (
        "steady for",
        Printing.seconds(report.durationSeconds)
          + ", after \(Printing.seconds(report.warmUpSeconds)) of warm-up"
      ),
      (
        "a second",
        "\(rate(report.offeredPerSecond)) offered, \(rate(report.acceptedPerSecond)) accepted, "
          + "\(rate(report.finalPerSecond)) final"
      ),
    ]
    facts += self.facts(report)
    facts += [
      ("latency to accepted", percentiles(report.acceptedMilliseconds)),
      (
        "certificate",
        percentiles(report.certificateMilliseconds) + ", slowest node, "
          + "\(report.blocks) blocks"
      ),
      ("sent late by", percentiles(report.lateMilliseconds)),
      (
        "CPU",
        "\(micro(cpu.all)) a transaction: generator \(micro(cpu.generator)), a node "
          + micro(cpu.perNode["process"] ?? 0)
      ),
      ("  a node by stage", stages(cpu.perNode)),
      ("carbon", micro(report.carbonGramsPerTransaction * 1e6, " µg CO2e") + " a transaction"),
      ("roots", report.rootsEqual ? "equal on all \(report.nodes) nodes" : "NOT EQUAL"),
    ]
    if !report.invalid.sent.isEmpty {
      facts.append(
        (
          "invalid", "\(counted(report.invalid.sent)); answered \(counted(report.invalid.answers))"
        ))
    }
    if let joules = report.energyJoules {
      facts.append(("energy", "\(micro(joules, "J")) by the processor's meter"))
    }
    var text = Printing.facts(facts)
    if report.problems.isEmpty {
      text += "\n\nPassed: every accepted transaction ended once, and all roots are equal."
    } else {
      text += "\n\nFailed:\n" + report.problems.map { "  - \($0)" }.joined(separator: "\n")
    }
    return text
  }

  /// A step of the search for the highest rate.
  static func step(_ step: MaximumSearch.Step) -> String {
    let end = step.held ? "held" : "not held: " + step.because.joined(separator: "; ")
    return "\(rate(step.rate)) a second: \(rate(step.finalPerSecond)) final, 99 % within "
      + "\(Printing.seconds(step.p99Milliseconds / 1_000)), certificate "
      + "\(Printing.seconds(step.certificateMilliseconds / 1_000)), "
      + "\(micro(step.nodeMicroseconds)) a transaction and node  \(end)"
  }

  /// What the search found.
  static func found(_ result: MaximumSearch.Result, intervalSeconds: Double) -> String {
    let limit = Printing.seconds(intervalSeconds + MaximumSearch.graceSeconds)
    guard let maximum = result.maximum else {
      return "\nNo rate that was tried stayed final within \(limit) at 99 %."
    }
    var text =
      "\nThe highest rate that stays final within \(limit) at 99 %: "
      + "\(rate(maximum)) transactions a second.\n"
    if let report = result.report { text += "\n" + all(report) }
    return text
  }

  /// The stages that cost most, first.
  static func stages(_ perNode: [String: Double]) -> String {
    perNode.filter { $0.key != "process" && $0.value >= 0.05 }
      .sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.key) \(micro($0.value, ""))" }.joined(separator: ", ")
  }

  static func counted(_ counts: [String: Int]) -> String {
    counts.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
  }

  static func rate(_ value: Double) -> String { Int(value.rounded()).formatted() }

  static func micro(_ value: Double, _ unit: String = " µs") -> String {
    value.formatted(.number.precision(.fractionLength(1)).grouping(.never)) + unit
  }

  private static func percentiles(_ latency: LoadReport.Percentiles) -> String {
    func seconds(_ milliseconds: Double) -> String { Printing.seconds(milliseconds / 1_000) }
    return "median \(seconds(latency.p50)), 90 % \(seconds(latency.p90)), 99 % "
      + "\(seconds(latency.p99)), worst \(seconds(latency.max))"
  }
}
