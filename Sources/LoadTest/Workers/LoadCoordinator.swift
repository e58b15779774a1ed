public import LedgerClient

/// Several generators as one: each has a share of the rate and of the accounts, all begin at the
/// same moment by clocks that were compared, and their reports become one. The coordinator is the
/// first of them.
public struct LoadCoordinator: Sendable {
  /// How often a clock is asked; the shortest round trip counts.
  private static let clockQuestions = 32
  /// From when all are ready until they begin.
  private static let startNanoseconds: UInt64 = 500_000_000

  private let plan: LoadGenerator.Plan
  private let workers: [NodeAddress]
  private let software: String

  /// - Parameter plan: of all of them together; it has a duration.
  public init(_ plan: LoadGenerator.Plan, workers: [NodeAddress], software: String) {
    self.plan = plan
    self.workers = workers
    self.software = software
  }

  /// How a worker's clock stands to this machine's.
  struct ClockComparison: Sendable {
    /// Its clock less ours, nanoseconds.
    var offset: Int64
    /// Half of the shortest round trip.
    var error: UInt64

    /// Of a question asked and answered at these moments of our clock, with what the other said.
    init(asked: UInt64, answered: UInt64, said: UInt64) {
      let middle = asked &+ (answered &- asked) / 2
      offset = Int64(bitPattern: said &- middle)
      error = (answered &- asked) / 2
    }
  }

  /// Runs all of them; `begin` is called with this machine's own generator.
  public func run(begin: (LoadGenerator) async -> Void) async throws -> LoadReport {
    let count = workers.count + 1
    var sockets: [LineSocket] = []
    var clocks: [ClockComparison] = []
    for worker in workers {
      let socket = try LineSocket(to: worker)
      clocks.append(try await Self.compare(socket))
      sockets.append(socket)
    }
    for (index, socket) in sockets.enumerated() {
      try socket.send(.prepare(WorkerPlan(share(index + 1, of: count))))
    }
    var own = share(0, of: count)
    let (ready, offsets) = (sockets, clocks.map(\.offset))
    own.gate = {
      for socket in ready {
        guard case .ready = try await Blocking.run({ try socket.receive() }) else {
          throw RequestFault.malformed
        }
      }
      let moment = MonotonicClock.wall() &+ Self.startNanoseconds
      for (socket, offset) in zip(ready, offsets) {
        try socket.send(.begin(moment &+ UInt64(bitPattern: offset)))
      }
      return moment
    }
    let generator = LoadGenerator(own, software: software)
    await begin(generator)
    var report = try await generator.run()
    report.workers = []
    for (index, socket) in sockets.enumerated() {
      switch try await Blocking.run({ try socket.receive() }) {
      case .done(let other):
        report.merge(other)
        var entry = LoadReport.Worker()
        entry.address = "\(workers[index])"
        entry.clockOffsetMilliseconds = Double(clocks[index].offset) / 1e6
        entry.clockErrorMilliseconds = Double(clocks[index].error) / 1e6
        entry.offered = other.offered
        entry.final = other.final
        entry.cpuMicrosecondsPerTransaction = other.cpuMicrosecondsPerTransaction.generator
        report.workers?.append(entry)
      case .failed(let reason):
        report.problems.append("The worker \(workers[index]) failed: \(reason)")
      default: throw RequestFault.malformed
      }
    }
    report.verdict = report.problems.isEmpty ? "passed" : "failed"
    report.configuration.rate = plan.rate
    report.configuration.accounts = plan.accounts.count
    return report
  }

  private func share(_ index: Int, of count: Int) -> LoadGenerator.Plan {
    var share = plan
    share.rate = plan.rate / Double(count)
    share.part = .init(index: index, count: count)
    share.signsAhead = true
    return share
  }

  private static func compare(_ socket: LineSocket) async throws -> ClockComparison {
    try await Blocking.run {
      var best: ClockComparison?
      for _ in 0..<Self.clockQuestions {
        let asked = MonotonicClock.wall()
        try socket.send(.askClock)
        guard case .clock(let said) = try socket.receive() else { throw RequestFault.malformed }
        let comparison = ClockComparison(
          asked: asked, answered: MonotonicClock.wall(), said: said)
        if comparison.error < best?.error ?? .max { best = comparison }
      }
      guard let best else { throw RequestFault.closed }
      return best
    }
  }
}
