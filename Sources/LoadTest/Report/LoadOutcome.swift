import Foundation
import NodeAnswers

/// Everything a run has gathered, on its way to the report.
struct LoadOutcome {
  let plan: LoadGenerator.Plan
  let status: StatusAnswer
  let counts: LoadCounts
  var samples: [NodeSample] = []
  var blocks: [LoadBlock] = []
  var problems: [String] = []
  var isAgreed = false
  var sentSeconds = 0.0
  var drainSeconds = 0.0
  var generatorSeconds = 0.0
  var signingSeconds = 0.0
  var energyJoules: Double?

  private var warmUp: Double { plan.warmUp / .seconds(1) }

  /// How long the steady phase was.
  private var steady: Double {
    max(0.001, min(plan.duration.map { $0 / .seconds(1) } ?? .infinity, sentSeconds - warmUp))
  }

  func report(software: String) -> LoadReport {
    var report = LoadReport()
    count(&report)
    report.durationSeconds = steady
    report.warmUpSeconds = warmUp
    report.drainSeconds = drainSeconds
    report.nodes = plan.nodes.count
    report.blocks = blocks.count
    report.rootsEqual = isAgreed
    report.offeredPerSecond = Double(counts.steadyOffered) / steady
    report.acceptedPerSecond = Double(counts.steadyAccepted) / steady
    report.finalPerSecond = finalPerSecond
    report.latencyMilliseconds = .init(counts.latency)
    report.acceptedMilliseconds = .init(counts.acceptance)
    report.lateMilliseconds = .init(counts.lateness)
    report.certificateMilliseconds = .init(of: blocks.compactMap(\.certificateMilliseconds))
    cost(&report)
    describe(&report, software: software)
    detail(&report)
    judge(&report)
    return report
  }

  private func count(_ report: inout LoadReport) {
    report.offered = counts.offered
    report.accepted = counts.accepted
    report.final = counts.final
    report.applied = counts.applied
    report.rejected = counts.rejected
    report.skipped = counts.skipped
    report.expired = counts.expired
    report.lost = counts.lost
    report.open = counts.open
    report.unanswered = counts.unanswered
    report.executedTwice = counts.executedTwice
    report.invalid.sent = counts.invalidSent
    report.invalid.answers = counts.invalidRejected
    report.invalid.executed = counts.invalidExecuted
  }

  /// Blocks come in steps: what stands in those of the steady phase behind its first, over the time
  /// between their slots. Where there are too few, the share of the offered that became final.
  private var finalPerSecond: Double {
    let within = blocks.filter { $0.at >= warmUp && $0.at <= warmUp + steady }
    guard let first = within.first, let last = within.last,
      Double(last.timestamp - first.timestamp) / 1_000 >= steady / 4
    else { return Double(counts.steadyFinal) / steady }
    let own = within.dropFirst().reduce(0) { $0 + $1.own }
    return Double(own) / (Double(last.timestamp - first.timestamp) / 1_000)
  }

  private func cost(_ report: inout LoadReport) {
    let final = Double(counts.final)
    guard final > 0, !samples.isEmpty else { return }
    var cpu = LoadReport.CPU()
    cpu.generator = generatorSeconds * 1e6 / final
    cpu.signing = signingSeconds * 1e6 / Double(max(1, counts.offered))
    cpu.ofNodes = samples.map { Double($0.process) / final }
    cpu.all = cpu.ofNodes.reduce(0, +) + cpu.generator
    let nodes = Double(samples.count)
    for sample in samples {
      for (stage, value) in sample.stages {
        cpu.perNode[stage, default: 0] += Double(value) / final / nodes
      }
    }
    cpu.perNode["process"] = cpu.ofNodes.reduce(0, +) / nodes
    report.cpuMicrosecondsPerTransaction = cpu
    report.carbonGramsPerTransaction = blocks.reduce(0) { $0 + $1.footprintGrams } / final
    report.energyJoules = energyJoules
  }

  private func describe(_ report: inout LoadReport, software: String) {
    report.machine = MachineFacts.describe(
      software: software, engines: samples.first { $0.isUp }?.engines ?? "")
    report.configuration.chain = status.chain
    report.configuration.network = status.network
    report.configuration.intervalMilliseconds = status.intervalMilliseconds
    report.configuration.rate = plan.rate
    report.configuration.profile = plan.profile.rawValue
    report.configuration.routing = plan.routing.rawValue
    report.configuration.accounts = plan.accountsOfPart
    report.configuration.invalidShare = plan.invalidShare
    report.configuration.seed = plan.seed
    report.configuration.signedAhead = plan.signsAhead
    report.configuration.targets = plan.nodes.map { "\($0)" }
  }

  private func detail(_ report: inout LoadReport) {
    report.blockList = blocks
    let width = counts.timeline.seconds
    report.timeline = counts.timeline.slices.enumerated().map { index, slice in
      var entry = LoadReport.TimelineSlice()
      entry.at = Double(index) * width
      entry.offered = Double(slice.offered) / width
      entry.accepted = Double(slice.accepted) / width
      entry.final = Double(slice.final) / width
      entry.rejected = Double(slice.rejected) / width
      if slice.latency.count > 0 {
        entry.p50 = Double(slice.latency.quantile(0.5)) / 1_000
        entry.p99 = Double(slice.latency.quantile(0.99)) / 1_000
      }
      return entry
    }
    report.latencyDistribution = counts.latency.buckets.map {
      .init(milliseconds: Double($0.upper) / 1_000, count: $0.count)
    }
  }

  private func judge(_ report: inout LoadReport) {
    report.problems = problems
    func unless(_ isFine: Bool, _ sentence: String) {
      if !isFine { report.problems.append(sentence) }
    }
    unless(report.accepted > 0, "No transaction was accepted.")
    unless(report.lost == 0, "\(report.lost) accepted transactions were lost.")
    unless(report.open == 0, "The fate of \(report.open) transactions is not known.")
    unless(
      report.executedTwice == 0, "\(report.executedTwice) transactions were executed twice.")
    for (kind, count) in report.invalid.executed.sorted(by: { $0.key < $1.key }) {
      unless(false, "\(count) \(kind) transactions were executed.")
    }
    let ended =
      report.final + report.expired + report.lost + report.open
      + report.rejected.values.reduce(0, +) + report.skipped.values.reduce(0, +)
    unless(
      ended == report.offered,
      "\(report.offered) were offered and \(ended) ended: the report does not add up.")
    report.verdict = report.problems.isEmpty ? "passed" : "failed"
  }
}
