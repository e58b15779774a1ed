/// What many runs saw, together.
public struct SimulationSummary: Sendable, Encodable {
  public private(set) var seeds: UInt64 = 0
  /// Seeds that broke an invariant, ascending.
  public private(set) var failed: [UInt64] = []
  public private(set) var simulatedMilliseconds: UInt64 = 0
  public private(set) var events: UInt64 = 0
  public private(set) var blocks: UInt64 = 0
  /// Blocks that were decided in a later view than the first.
  public private(set) var viewChanges: UInt64 = 0
  public private(set) var crashes: UInt64 = 0
  public private(set) var disksSetBack: UInt64 = 0
  public private(set) var keysStopped: UInt64 = 0
  public private(set) var startsRefused: UInt64 = 0
  public private(set) var framesSent: UInt64 = 0
  public private(set) var framesLost: UInt64 = 0
  public private(set) var framesReplayed: UInt64 = 0
  public private(set) var transactionsFinal: UInt64 = 0
  /// Seeds in which a member was Byzantine, and how many such members there were.
  public private(set) var seedsWithByzantine: UInt64 = 0
  public private(set) var byzantineMembers: UInt64 = 0
  /// Seeds in which the validator set changed, and how sets followed each other in all.
  public private(set) var seedsWithChanges: UInt64 = 0
  public private(set) var sets = SetCounts()
  /// By what Byzantine members did, most frequent first; some did two things.
  public var strategies: [StrategyCount] {
    ByzantineKind.allCases.compactMap { kind in
      strategyCounts[kind].map { StrategyCount(strategy: kind, count: $0) }
    }.sorted { $0.count > $1.count }
  }
  /// By kind, most frequent first.
  public var faults: [FaultCount] {
    FaultKind.allCases.compactMap { kind in
      counts[kind].map { FaultCount(kind: kind, count: $0) }
    }.sorted { $0.count > $1.count }
  }
  /// The longest time to progress once faults stopped, in thousandths of the view timeout that
  /// nodes had come to, and its seed.
  public private(set) var livenessPermille: UInt64 = 0
  public private(set) var livenessSeed: UInt64?
  private var counts: [FaultKind: UInt64] = [:]
  private var strategyCounts: [ByzantineKind: UInt64] = [:]

  public init() {}

  public mutating func add(_ report: SimulationReport) {
    seeds += 1
    if !report.violations.isEmpty {
      failed.insert(report.seed, at: failed.firstIndex { $0 > report.seed } ?? failed.count)
    }
    simulatedMilliseconds += report.simulatedMilliseconds
    events += report.events
    blocks += report.heights
    viewChanges += report.viewChanges
    crashes += report.crashes
    disksSetBack += report.disksSetBack
    keysStopped += report.keysStopped
    startsRefused += report.startsRefused
    framesSent += report.framesSent
    framesLost += report.framesLost
    framesReplayed += report.framesReplayed
    transactionsFinal += report.transactionsFinal
    if !report.byzantine.isEmpty { seedsWithByzantine += 1 }
    if report.sets.changes > 0 { seedsWithChanges += 1 }
    sets.add(report.sets)
    byzantineMembers += UInt64(report.byzantine.count)
    for kind in report.byzantine.flatMap(\.strategies) { strategyCounts[kind, default: 0] += 1 }
    for fault in report.faults { counts[fault.kind, default: 0] += fault.count }
    guard
      (report.livenessPermille, livenessSeed ?? .max) > (livenessPermille, report.seed)
    else { return }
    (livenessPermille, livenessSeed) = (report.livenessPermille, report.seed)
  }

  private enum CodingKeys: String, CodingKey {
    case seeds, failed, simulatedMilliseconds, events, blocks, viewChanges, crashes, disksSetBack
    case keysStopped, startsRefused, framesSent, framesLost, framesReplayed, transactionsFinal
    case faults
    case seedsWithByzantine, byzantineMembers, strategies, livenessPermille, livenessSeed
    case seedsWithChanges, sets
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seeds, forKey: .seeds)
    try container.encode(failed, forKey: .failed)
    try container.encode(simulatedMilliseconds, forKey: .simulatedMilliseconds)
    try container.encode(events, forKey: .events)
    try container.encode(blocks, forKey: .blocks)
    try container.encode(viewChanges, forKey: .viewChanges)
    try container.encode(crashes, forKey: .crashes)
    try container.encode(disksSetBack, forKey: .disksSetBack)
    try container.encode(keysStopped, forKey: .keysStopped)
    try container.encode(startsRefused, forKey: .startsRefused)
    try container.encode(framesSent, forKey: .framesSent)
    try container.encode(framesLost, forKey: .framesLost)
    try container.encode(framesReplayed, forKey: .framesReplayed)
    try container.encode(transactionsFinal, forKey: .transactionsFinal)
    try container.encode(faults, forKey: .faults)
    try container.encode(seedsWithByzantine, forKey: .seedsWithByzantine)
    try container.encode(byzantineMembers, forKey: .byzantineMembers)
    try container.encode(seedsWithChanges, forKey: .seedsWithChanges)
    try container.encode(sets, forKey: .sets)
    try container.encode(strategies, forKey: .strategies)
    try container.encode(livenessPermille, forKey: .livenessPermille)
    try container.encode(livenessSeed, forKey: .livenessSeed)
  }
}

/// How many Byzantine members did something.
public struct StrategyCount: Hashable, Sendable, Encodable {
  public let strategy: ByzantineKind
  public let count: UInt64
}
