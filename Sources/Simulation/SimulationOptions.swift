/// What a simulation is told beside its seed.
public struct SimulationOptions: Sendable {
  /// Nodes of the network, 4…64; nil: drawn of 4…31, half of them 4 and 7.
  public var nodes: Int?
  /// Full nodes beside them, 0…16, each following one to three of those before it; nil: drawn,
  /// none in half of the seeds, else one to three.
  public var fullNodes: Int?
  /// Heights to decide while faults happen; five more follow when none do.
  public var heights: UInt64
  /// Milliseconds between slots.
  public var intervalMilliseconds: UInt64
  /// Whether nodes crash, links fail and disks are slow; without it the network is healthy all the
  /// time.
  public var hasFaults: Bool
  /// Nodes that give their turns away from each of their starts on. Faults add pauses in some
  /// seeds.
  public var pausedNodes: [Int]
  /// The run ends after this event, whatever it has seen.
  public var lastEvent: UInt64?
  /// Byzantine nodes, drawn from the members: at most f for the invariants to hold, and never more
  /// where `nodes` is nil. Nil: 1…f in half of the seeds that have faults, or in all of them where
  /// `byzantineKinds` says what they do.
  public var byzantine: Int?
  /// What Byzantine nodes do, one way each or two of these; nil: drawn from everything there is.
  public var byzantineKinds: [ByzantineKind]?
  /// Whether the set that decided a height is always the set that decides the next. Nil: drawn in a
  /// quarter of the seeds that have faults, else it is.
  public var setChanges: SetChanges?
  /// A bug put in on purpose, to see that the checks find it.
  public var plantedBug: PlantedBug?
  /// Called with one line for each thing that happens.
  public var trace: (@Sendable (String) -> Void)?

  public init(
    nodes: Int? = nil, fullNodes: Int? = nil, heights: UInt64 = 40,
    intervalMilliseconds: UInt64 = 1_000, hasFaults: Bool = true, pausedNodes: [Int] = [],
    byzantine: Int? = nil, byzantineKinds: [ByzantineKind]? = nil,
    plantedBug: PlantedBug? = nil, trace: (@Sendable (String) -> Void)? = nil
  ) {
    self.nodes = nodes
    self.fullNodes = fullNodes
    self.heights = heights
    self.intervalMilliseconds = intervalMilliseconds
    self.hasFaults = hasFaults
    self.pausedNodes = pausedNodes
    self.byzantine = byzantine
    self.byzantineKinds = byzantineKinds
    self.plantedBug = plantedBug
    self.trace = trace
  }
}

/// Bugs of a node's machine that the checks must find.
public enum PlantedBug: String, Sendable, CaseIterable {
  /// A restarted node has forgotten its watermark, its votes and what it had prepared.
  case forgetsVotes
  /// The log says "synced" before it is: a crash takes the last block back.
  case losesLastBlock
  /// A flush writes one record with a flipped bit.
  case flipsRecordBit
}
