import LedgerClient
import NodeAnswers

/// Finds the highest rate at which a network keeps up: all that is offered is final within one
/// interval and two seconds, at the 99th percentile, over a steady phase of a minute or more.
public struct MaximumSearch: Sendable {
  /// Beyond the interval that a transaction may have to wait for its slot.
  public static let graceSeconds = 2.0
  /// The shortest steady phase that counts.
  public static let steadySecondsMin = 60.0
  /// Steps at most.
  private static let stepsMax = 24
  /// Of what is offered, this share must be final each second.
  private static let finalShareMin = 0.98
  /// A generator whose requests leave later than this, at the 99th percentile, measures itself.
  private static let lateMillisecondsMax = 250.0

  /// One rate that was tried.
  public struct Step: Codable, Sendable {
    public var rate: Double
    public var held: Bool
    /// Why not; empty where it was held.
    public var because: [String]
    public var offeredPerSecond: Double
    public var finalPerSecond: Double
    public var p99Milliseconds: Double
    public var certificateMilliseconds: Double
    public var nodeMicroseconds: Double

    enum CodingKeys: String, CodingKey {
      case rate, held, because
      case offeredPerSecond = "offered_per_s"
      case finalPerSecond = "final_per_s"
      case p99Milliseconds = "latency_p99_ms"
      case certificateMilliseconds = "certificate_p50_ms"
      case nodeMicroseconds = "cpu_us_per_tx_and_node"
    }
  }

  /// What was found.
  public struct Result: Codable, Sendable {
    /// The highest rate that was held; nil when none was.
    public var maximum: Double?
    public var steps: [Step] = []
    /// Of the run at the maximum, or of the last when none was held.
    public var report: LoadReport?
    /// Runs that lost something or ended with different roots: then the network is at fault, not
    /// its speed.
    public var problems: [String] = []

    enum CodingKeys: String, CodingKey {
      case steps, report, problems
      case maximum = "max_rate"
    }
  }

  private let plan: LoadGenerator.Plan
  private let intervalSeconds: Double
  private let software: String

  /// - Parameter plan: its rate is the first that is tried.
  public init(_ plan: LoadGenerator.Plan, intervalSeconds: Double, software: String) {
    self.plan = plan
    self.intervalSeconds = intervalSeconds
    self.software = software
  }

  /// Tries one rate after another.
  ///
  /// - Parameters:
  ///   - begin: called with each generator before it runs.
  ///   - show: called with each step's end.
  public func run(
    begin: @Sendable (LoadGenerator, Double) async -> Void,
    show: @Sendable (Step) async -> Void
  ) async throws -> Result {
    var search = RateSearch(from: plan.rate)
    var result = Result()
    let memory = LoadMemory()
    while let rate = search.next, result.steps.count < Self.stepsMax, !Task.isCancelled {
      var plan = plan
      plan.rate = rate
      plan.memory = memory
      // Traffic of its own for each step.
      plan.seed = self.plan.seed &+ UInt64(result.steps.count)
      let generator = LoadGenerator(plan, software: software)
      await begin(generator, rate)
      let report = try await generator.run()
      if await generator.wasStopped { break }
      let step = judge(report, rate: rate)
      result.steps.append(step)
      await show(step)
      if step.held || search.best == nil { result.report = report }
      result.problems += report.problems.filter { _ in report.lost > 0 || !report.rootsEqual }
      search.take(held: step.held)
      result.maximum = search.best
    }
    return result
  }

  /// Whether a rate was held.
  func judge(_ report: LoadReport, rate: Double) -> Step {
    var because: [String] = []
    let limit = (intervalSeconds + Self.graceSeconds) * 1_000
    if report.latencyMilliseconds.p99 > limit {
      because.append("99 % final only within \(Int(report.latencyMilliseconds.p99)) ms")
    }
    let refused =
      report.rejected.values.reduce(0, +) + report.skipped.values.reduce(0, +) + report.expired
    if refused > 0 { because.append("\(refused) refused, skipped or expired") }
    if report.lost + report.open > 0 { because.append("\(report.lost + report.open) without end") }
    if report.finalPerSecond < Self.finalShareMin * report.offeredPerSecond {
      because.append("only \(Int(report.finalPerSecond)) a second final")
    }
    if report.lateMilliseconds.p99 > Self.lateMillisecondsMax {
      because.append("the generator itself was late")
    }
    return Step(
      rate: rate, held: because.isEmpty, because: because,
      offeredPerSecond: report.offeredPerSecond, finalPerSecond: report.finalPerSecond,
      p99Milliseconds: report.latencyMilliseconds.p99,
      certificateMilliseconds: report.certificateMilliseconds.p50,
      nodeMicroseconds: report.cpuMicrosecondsPerTransaction.perNode["process"] ?? 0)
  }
}
