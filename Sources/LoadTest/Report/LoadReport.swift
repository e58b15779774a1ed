/// What a load run did and what became of it: the JSON file.
public struct LoadReport: Codable, Equatable, Sendable {
  /// `passed`, or `failed` with `problems`.
  public var verdict = "failed"
  /// What went wrong, a sentence each.
  public var problems: [String] = []

  // MARK: Counts

  /// Valid transactions sent. Every one ends in exactly one of `final`, `rejected`, `skipped`,
  /// `expired`, `lost` and `open`.
  public var offered = 0
  /// Of the offered ones, those a node said are in a bundle that f + 1 ER Nodes hold, or further.
  public var accepted = 0
  /// Executed in a final block, exactly once, as the blocks' receipts say.
  public var final = 0
  /// Of the final ones, those whose operations were applied.
  public var applied = 0
  /// Refused before they were accepted, by stable code.
  public var rejected: [String: Int] = [:]
  /// In a final block, but not executed there, by stable code.
  public var skipped: [String: Int] = [:]
  /// Reported expired: the height they were valid until passed first.
  public var expired = 0
  /// Accepted, and neither final nor reported ended when the run gave up waiting.
  public var lost = 0
  /// Never accepted, and of unknown fate when the run gave up waiting.
  public var open = 0
  /// Transactions of requests that failed as a whole (their node was down): the same bytes were
  /// sent to the next node.
  public var unanswered = 0
  /// Executed a second time.
  public var executedTwice = 0
  /// Traffic that must be refused.
  public var invalid = Invalid()

  // MARK: Rates, of the steady phase

  public var offeredPerSecond = 0.0
  public var acceptedPerSecond = 0.0
  /// What stands in the blocks of the steady phase but the first, over the time between the slots
  /// of the first and the last.
  public var finalPerSecond = 0.0
  /// From the intended send until the block's certificate, as the node that was asked saw it.
  public var latencyMilliseconds = Percentiles()
  /// From the intended send until a node said accepted.
  public var acceptedMilliseconds = Percentiles()
  /// From a slot's start until its block's certificate, on the slowest node.
  public var certificateMilliseconds = Percentiles()
  /// How much later than intended requests left: above a few milliseconds the generator, not the
  /// network, was too slow.
  public var lateMilliseconds = Percentiles()

  // MARK: Costs

  public var cpuMicrosecondsPerTransaction = CPU()
  /// g CO2e of the blocks' statements for each transaction that this run made final.
  public var carbonGramsPerTransaction = 0.0
  /// Of the whole machine while it ran, by its own meter; nil where it has none.
  public var energyJoules: Double?

  // MARK: Circumstances

  /// Whether all nodes had the same blocks and states, at each height of the run.
  public var rootsEqual = false
  public var nodes = 0
  /// The steady phase.
  public var durationSeconds = 0.0
  public var warmUpSeconds = 0.0
  /// From the last send until the last end.
  public var drainSeconds = 0.0
  public var blocks = 0
  public var machine = Machine()
  public var configuration = Configuration()
  /// Each block and each slice of time, for plots; not where only a summary is wanted.
  public var blockList: [LoadBlock]?
  public var timeline: [TimelineSlice]?
  /// Latencies: milliseconds, and how many did not exceed them but the one before.
  public var latencyDistribution: [Bucket]?
  /// Of workers on other machines, how their clocks stand to this one's.
  public var workers: [Worker]?

  public init() {}

  /// The same without lists.
  public var withoutDetail: LoadReport {
    var report = self
    report.blockList = nil
    report.timeline = nil
    report.latencyDistribution = nil
    return report
  }

  /// Something was accepted, and nothing is wrong.
  public var isSound: Bool { problems.isEmpty && lost == 0 && open == 0 && accepted > 0 }

  enum CodingKeys: String, CodingKey {
    case verdict, problems, offered, accepted, final, applied, rejected, skipped, expired, lost
    case open, invalid, nodes, blocks, machine, configuration, timeline, workers
    case unanswered = "sent_again"
    case executedTwice = "executed_twice"
    case offeredPerSecond = "offered_per_s"
    case acceptedPerSecond = "accepted_per_s"
    case finalPerSecond = "final_per_s"
    case latencyMilliseconds = "latency_ms"
    case acceptedMilliseconds = "accepted_ms"
    case certificateMilliseconds = "certificate_ms"
    case lateMilliseconds = "late_ms"
    case cpuMicrosecondsPerTransaction = "cpu_us_per_tx"
    case carbonGramsPerTransaction = "carbon_g_per_tx"
    case energyJoules = "energy_j"
    case rootsEqual = "roots_equal"
    case durationSeconds = "duration_s"
    case warmUpSeconds = "warm_up_s"
    case drainSeconds = "drain_s"
    case blockList = "block_list"
    case latencyDistribution = "latency_distribution"
  }
}

extension LoadReport {
  /// Percentiles of a distribution.
  public struct Percentiles: Codable, Equatable, Sendable {
    public var p50 = 0.0
    public var p90 = 0.0
    public var p95 = 0.0
    public var p99 = 0.0
    public var p999 = 0.0
    public var max = 0.0
    public var mean = 0.0

    public init() {}

    /// Of the values given, which need not be sorted.
    public init(of values: [Double]) {
      let sorted = values.sorted()
      guard let last = sorted.last else { return }
      func at(_ share: Double) -> Double { sorted[Int(Double(sorted.count - 1) * share)] }
      p50 = at(0.5)
      p90 = at(0.9)
      p95 = at(0.95)
      p99 = at(0.99)
      p999 = at(0.999)
      max = last
      mean = values.reduce(0, +) / Double(values.count)
    }

    /// In milliseconds, of durations in microseconds.
    public init(_ histogram: LatencyHistogram) {
      func at(_ share: Double) -> Double { Double(histogram.quantile(share)) / 1_000 }
      p50 = at(0.5)
      p90 = at(0.9)
      p95 = at(0.95)
      p99 = at(0.99)
      p999 = at(0.999)
      max = Double(histogram.maximum) / 1_000
      mean = histogram.mean / 1_000
    }
  }

  /// Traffic that must be refused, by kind (`badly_signed`, `replayed`, `unpayable`, `oversized`).
  public struct Invalid: Codable, Equatable, Sendable {
    public var sent: [String: Int] = [:]
    /// What the nodes said, by stable code; `known` of a replay that was answered as the original.
    public var answers: [String: Int] = [:]
    public var executed: [String: Int] = [:]

    public init() {}
  }

  /// CPU time, µs for each final transaction.
  public struct CPU: Codable, Equatable, Sendable {
    /// All nodes and the generator together.
    public var all = 0.0
    /// The generator while it sent and followed.
    public var generator = 0.0
    /// Deriving keys and signing beforehand; 0 when it was done beside the sending, where it is
    /// part of `generator`.
    public var signing = 0.0
    /// Of one node, on average, by stage; `process` is all of it.
    public var perNode: [String: Double] = [:]
    /// Of each node, all of it, in the order of the nodes.
    public var ofNodes: [Double] = []

    public init() {}

    enum CodingKeys: String, CodingKey {
      case all, generator, signing
      case perNode = "per_node"
      case ofNodes = "of_nodes"
    }
  }

  /// What the run ran on.
  public struct Machine: Codable, Equatable, Sendable {
    public var processor = ""
    public var cores = 0
    public var memoryBytes: UInt64 = 0
    public var system = ""
    /// This package's release.
    public var software = ""
    /// What computes signatures and hashes on the nodes.
    public var engines = ""
    /// When the run began, milliseconds since 1970.
    public var began: UInt64 = 0

    public init() {}

    enum CodingKeys: String, CodingKey {
      case processor, cores, system, software, engines, began
      case memoryBytes = "memory_bytes"
    }
  }

  /// What was asked for.
  public struct Configuration: Codable, Equatable, Sendable {
    public var chain = ""
    public var network = ""
    public var intervalMilliseconds: UInt64 = 0
    public var rate = 0.0
    public var profile = ""
    public var routing = ""
    public var accounts = 0
    public var invalidShare = 0.0
    public var seed: UInt64 = 0
    public var signedAhead = false
    public var targets: [String] = []

    public init() {}

    enum CodingKeys: String, CodingKey {
      case chain, network, rate, profile, routing, accounts, seed, targets
      case intervalMilliseconds = "interval_ms"
      case invalidShare = "invalid_share"
      case signedAhead = "signed_ahead"
    }
  }

  /// A slice of the run's time.
  public struct TimelineSlice: Codable, Equatable, Sendable {
    /// Its start, seconds after the first send.
    public var at = 0.0
    public var offered = 0.0
    public var accepted = 0.0
    public var final = 0.0
    public var rejected = 0.0
    /// Of the transactions due in it, milliseconds; nil where none ended.
    public var p50: Double?
    public var p99: Double?

    public init() {}
  }

  /// How many latencies lie up to here and above the bucket before.
  public struct Bucket: Codable, Equatable, Sendable {
    public var milliseconds: Double
    public var count: UInt64

    public init(milliseconds: Double, count: UInt64) {
      self.milliseconds = milliseconds
      self.count = count
    }

    enum CodingKeys: String, CodingKey {
      case milliseconds = "ms"
      case count
    }
  }

  /// A generator on another machine.
  public struct Worker: Codable, Equatable, Sendable {
    public var address = ""
    /// Its clock less ours, ms, and the greatest error of that.
    public var clockOffsetMilliseconds = 0.0
    public var clockErrorMilliseconds = 0.0
    public var offered = 0
    public var final = 0
    public var cpuMicrosecondsPerTransaction = 0.0

    public init() {}

    enum CodingKeys: String, CodingKey {
      case address, offered, final
      case clockOffsetMilliseconds = "clock_offset_ms"
      case clockErrorMilliseconds = "clock_error_ms"
      case cpuMicrosecondsPerTransaction = "cpu_us_per_tx"
    }
  }
}

/// One block of the run.
public struct LoadBlock: Codable, Equatable, Sendable {
  public var height: UInt64
  /// Of its slot, milliseconds since 1970.
  public var timestamp: UInt64
  /// Seconds after the first send when it was certified.
  public var at: Double
  public var view: UInt64
  public var transactions: Int
  /// Of these, this run's.
  public var own: Int
  public var failed: Int
  public var skipped: Int
  /// From the slot's start to the certificate, on the slowest node; nil when no node saw it.
  public var certificateMilliseconds: Double?
  /// Of its statement, g CO2e.
  public var footprintGrams: Double

  enum CodingKeys: String, CodingKey {
    case height, timestamp, at, view, transactions, own, failed, skipped
    case certificateMilliseconds = "certificate_ms"
    case footprintGrams = "footprint_g"
  }
}
