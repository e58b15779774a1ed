/// Everything a node counts, declared once: name, help and kind stand beside the number.
public final class NodeMetrics: Sendable {
  /// Nanoseconds of CPU by stage, in the order of `Stage`.
  private let stages: [Counter] = Stage.allCases.map { _ in Counter() }

  public let transactionsSubmitted = Counter()
  public let transactionsRefused = Counter()
  public let transactionsFinal = Counter()
  public let signaturesVerified = Counter()
  public let blocksFinal = Counter()
  public let viewChanges = Counter()
  public let bundlesSealed = Counter()
  public let messagesDropped = Counter()
  public let connectionsRefused = Counter()
  public let height = Gauge()
  public let peersConnected = Gauge()
  public let pendingTransactions = Gauge()
  public let unflushedBlocks = Gauge()

  public init() {}

  /// Books CPU time to a stage.
  public func book(_ stage: Stage, nanoseconds: UInt64) { stages[stage.rawValue].add(nanoseconds) }

  /// Runs the body and books the calling thread's CPU time for it.
  public func measure<Result, Failure: Error>(
    _ stage: Stage, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = CPUClock.threadNanoseconds()
    defer { book(stage, nanoseconds: CPUClock.threadNanoseconds() &- start) }
    return try body()
  }

  /// CPU-µs of a stage since the node's start. `api` is what the process used and no other stage
  /// booked, so that the stages add up to the process.
  public func microseconds(_ stage: Stage) -> UInt64 {
    guard stage == .api else { return stages[stage.rawValue].value / 1_000 }
    let booked = stages.reduce(0) { $0 + $1.value }
    let used = CPUClock.processNanoseconds()
    return used > booked ? (used - booked) / 1_000 : 0
  }

  /// Every metric with its name, help, kind and value, in a fixed order.
  public var samples: [MetricSample] {
    var list = Stage.allCases.map { stage in
      MetricSample(
        name: "eco2_stage_cpu_microseconds_total", help: "CPU time of the stage.", kind: .counter,
        labels: [("stage", stage.name)], value: microseconds(stage))
    }
    let counters: [(String, String, Counter)] = [
      ("eco2_transactions_submitted_total", "Transactions clients sent.", transactionsSubmitted),
      ("eco2_transactions_refused_total", "Transactions refused on arrival.", transactionsRefused),
      ("eco2_transactions_final_total", "Transactions in final blocks.", transactionsFinal),
      ("eco2_signatures_verified_total", "Signatures verified.", signaturesVerified),
      ("eco2_blocks_final_total", "Blocks made final.", blocksFinal),
      ("eco2_view_changes_total", "View changes this node voted for.", viewChanges),
      ("eco2_bundles_sealed_total", "Bundles this node made.", bundlesSealed),
      ("eco2_messages_dropped_total", "Peer messages dropped.", messagesDropped),
      ("eco2_peer_connections_refused_total", "Peer connections refused.", connectionsRefused),
    ]
    list += counters.map {
      MetricSample(name: $0.0, help: $0.1, kind: .counter, labels: [], value: $0.2.value)
    }
    let gauges: [(String, String, Gauge)] = [
      ("eco2_height", "Height of the last final block.", height),
      ("eco2_peers_connected", "ER Nodes connected.", peersConnected),
      ("eco2_pending_transactions", "Transactions waiting for a bundle.", pendingTransactions),
      ("eco2_unflushed_blocks", "Final blocks not yet in LMDB.", unflushedBlocks),
    ]
    list += gauges.map {
      MetricSample(name: $0.0, help: $0.1, kind: .gauge, labels: [], value: $0.2.value)
    }
    return list
  }
}
