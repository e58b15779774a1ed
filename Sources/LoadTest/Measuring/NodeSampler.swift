public import LedgerClient
import NodeAnswers

/// What a node has said of itself while it was watched.
public struct NodeSample: Sendable {
  public var node: NodeAddress
  public var name = ""
  /// Whether it answered last time.
  public var isUp = false
  public var height: UInt64 = 0
  public var view: UInt64 = 0
  public var mode = ""
  public var pending = 0
  public var unflushed = 0
  public var transactionsFinal: UInt64 = 0
  /// Cores in use, lately.
  public var load = 0.0
  /// Cores in use by stage, lately.
  public var stageLoad: [String: Double] = [:]
  /// CPU-µs by stage since the watching began, over restarts of the node.
  public var stages: [String: UInt64] = [:]
  /// CPU-µs of the process since the watching began.
  public var process: UInt64 = 0
  /// Final transactions since the watching began.
  public var final: UInt64 = 0
  public var engines = ""
  /// Busy share of each thread, and what waits in front of it, where metrics are read.
  public var threads: [String: Double] = [:]
  public var queues: [String: Int] = [:]
  public var residentBytes: UInt64 = 0

  public init(_ node: NodeAddress) { self.node = node }
}

/// Asks all nodes for their status again and again, and adds up what their stages use.
public actor NodeSampler {
  private struct Last {
    var at: UInt64
    var stages: [String: UInt64]
    var process: UInt64
    var final: UInt64
  }

  private let clients: [NodeClient]
  private var last: [Last?]
  private var lastBusy: [(at: UInt64, seconds: [String: Double])?]
  /// Every so many samples metrics are read, too; 0: never. They are 50 KB of text each.
  private let metricsEvery: Int
  private var turn = 0
  public private(set) var samples: [NodeSample]

  public init(_ nodes: [NodeAddress], metricsEvery: Int = 0) {
    clients = nodes.map { NodeClient($0) }
    self.metricsEvery = metricsEvery
    lastBusy = nodes.map { _ in nil }
    samples = nodes.map { NodeSample($0) }
    last = nodes.map { _ in nil }
  }

  /// Asks once; a node that does not answer within a second keeps what it said last.
  public func sample() async {
    await withTaskGroup(of: (Int, StatusAnswer?).self) { group in
      for (index, client) in clients.enumerated() {
        group.addTask { (index, await Self.ask(client)) }
      }
      for await (index, status) in group { take(status, of: index) }
    }
    turn += 1
    if metricsEvery > 0, turn % metricsEvery == 1 % metricsEvery { await readMetrics() }
  }

  private func readMetrics() async {
    await withTaskGroup(of: (Int, MetricsText?).self) { group in
      for (index, client) in clients.enumerated() where samples[index].isUp {
        group.addTask { (index, (try? await client.metrics()).map(MetricsText.init)) }
      }
      for await (index, metrics) in group {
        guard let metrics else { continue }
        let now = MonotonicClock.now()
        let busy = metrics.values("eco2_thread_busy_seconds_total", label: "thread")
        if let before = lastBusy[index] {
          let seconds = max(0.001, Double(now &- before.at) / 1e9)
          samples[index].threads = busy.reduce(into: [:]) { shares, entry in
            let used = entry.value - (before.seconds[entry.key] ?? 0)
            shares[entry.key] = max(0, used) / seconds
          }
        }
        lastBusy[index] = (now, busy)
        samples[index].queues = metrics.values("eco2_queue_depth", label: "queue")
          .mapValues { Int($0) }
        samples[index].residentBytes = UInt64(
          metrics.values("process_resident_memory_bytes", label: "")[""] ?? 0)
      }
    }
  }

  /// Asks once every period, until cancelled.
  public func run(every period: Duration = .seconds(1)) async {
    let clock = ContinuousClock()
    while !Task.isCancelled {
      let next = clock.now + period
      await sample()
      try? await clock.sleep(until: next)
    }
  }

  public func close() async {
    for client in clients { await client.close() }
  }

  private static func ask(_ client: NodeClient) async -> StatusAnswer? {
    try? await client.status()
  }

  private func take(_ status: StatusAnswer?, of index: Int) {
    guard let status else {
      samples[index].isUp = false
      return
    }
    let now = Last(
      at: MonotonicClock.now(),
      stages: Dictionary(
        status.stages.map { ($0.stage, $0.microseconds) }, uniquingKeysWith: { $1 }),
      process: status.processMicroseconds, final: status.transactionsFinal)
    samples[index].isUp = true
    samples[index].name = status.name
    samples[index].height = status.height
    samples[index].view = status.view
    samples[index].mode = status.mode
    samples[index].pending = status.pendingTransactions
    samples[index].unflushed = status.unflushedBlocks
    samples[index].transactionsFinal = status.transactionsFinal
    samples[index].engines = status.engines.map { "\($0.ed25519), \($0.sha256)" } ?? ""
    if let before = last[index] { add(now, since: before, to: index) }
    last[index] = now
  }

  /// A node that was started anew counts from zero.
  private func add(_ now: Last, since before: Last, to index: Int) {
    let isRestarted = now.process < before.process
    let seconds = max(0.001, Double(now.at &- before.at) / 1e9)
    func grown(_ new: UInt64, _ old: UInt64) -> UInt64 {
      isRestarted ? new : (new > old ? new - old : 0)
    }
    let process = grown(now.process, before.process)
    samples[index].process += process
    samples[index].load = Double(process) / 1e6 / seconds
    samples[index].final += grown(now.final, before.final)
    for (stage, value) in now.stages {
      let used = grown(value, before.stages[stage] ?? 0)
      samples[index].stages[stage, default: 0] += used
      samples[index].stageLoad[stage] = Double(used) / 1e6 / seconds
    }
  }
}
