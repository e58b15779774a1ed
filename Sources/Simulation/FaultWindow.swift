/// Something that goes wrong for a while.
struct FaultWindow {
  enum Kind {
    // Links.
    /// Frames between the two sides are lost.
    case partition(side: Set<Int>)
    /// Frames from one side to the other are lost, those back are not.
    case oneWayPartition(side: Set<Int>)
    /// Frames between two groups are lost; both reach everybody else.
    case partialPartition(Set<Int>, Set<Int>)
    /// What a node sends is lost.
    case mute(Int)
    /// What is sent to a node is lost.
    case deafen(Int)
    /// Frames between the two sides are kept, then come one by one in a drawn order.
    case clog(side: Set<Int>)
    /// So many bytes a second leave these nodes.
    case narrow([Int], bytesPerSecond: UInt64)
    case loss(permille: UInt64)
    case doubling(permille: UInt64)
    case slowLinks(milliseconds: UInt64)
    /// Frames of earlier come once more, one each so many milliseconds at most.
    case replays(milliseconds: UInt64)

    // Processes.
    /// The process stands still; what comes in waits.
    case pause(Int)
    /// Each event costs so many milliseconds at most; what comes in waits.
    case slowCPU(Int, milliseconds: UInt64)
    /// The nodes are down.
    case down([Int])
    /// The node goes down in the middle of carrying out what its replica wants.
    case crashMidway(Int, afterEffects: Int)
    /// The node goes down, and again so many times soon after it has started.
    case crashInRecovery(Int, times: Int)
    /// One node after the other goes down for a while.
    case rollingRestart(order: [Int], downMilliseconds: UInt64, gapMilliseconds: UInt64)

    // Clocks.
    /// The node's clock is off by this much more.
    case clockError(Int, milliseconds: Int64)
    /// The node's clock runs faster, or slower, by this much in a million.
    case clockDrift(Int, partsPerMillion: Int64)
    /// The node's clock is set wrong at once, and right again in the end.
    case clockJump(Int, milliseconds: Int64)

    // Disks.
    case slowDisk(Int, milliseconds: UInt64)
    /// Writes fail: the node stops, and starts again when there is room.
    case fullDisk(Int)
    /// The next sync fails: the node stops, and starts again a little later.
    case syncError(Int)
    /// One bit of what is on the disk turns over.
    case flippedBit(Int, SimulatedDisk.Place)
    /// The disk is empty.
    case wipe(Int)
    /// The disk holds what it held some time ago; the signer's file may be the present one.
    case restore(Int, keepsWatermark: Bool)
  }

  let number: UInt64
  let kind: Kind
  let milliseconds: UInt64
  /// Connections across a cut break on both ends, rather than only going silent.
  let breaksConnections: Bool
}

/// Kinds of faults, as reports count them.
public enum FaultKind: String, Sendable, CaseIterable, Encodable {
  case partition, oneWayPartition, partialPartition, singleNodePartition, mute, deafen, clog, narrow
  case loss, doubling, slowLinks, replays
  case pause, longPause, slowCPU, down, allDown, crashMidway, crashInRecovery, rollingRestart
  case clockError, clockDrift, clockJump
  case slowDisk, fullDisk, syncError, flippedBit, wipe, restoreAll, restoreData
}

/// Draws what goes wrong, and when.
struct FaultPlan {
  private var random: SeededRandom
  private let nodes: Int
  /// Those whose disks may forget: of the members no more than the budget has, and all full nodes.
  private let forgetful: [Int]
  /// Windows drawn.
  private(set) var drawn: UInt64 = 0
  private(set) var counts: [FaultKind: UInt64] = [:]
  /// How often a kind of fault is drawn in this run: some runs are of crashes, some of partitions.
  private let weights: [UInt64]
  private let pauseMillisecondsMax: UInt64

  /// Windows that a run has at least before it heals.
  static let windowsMin: UInt64 = 5

  init(nodes: Int, forgetful: [Int], random: SeededRandom) {
    var random = random
    weights = FaultKind.allCases.map { kind in
      let weight = random.within(0...10)
      // What stops the whole network for a while is rare: little happens meanwhile.
      return [.allDown, .rollingRestart].contains(kind) ? weight / 4 : weight
    }
    pauseMillisecondsMax = random.within(1_000...8_000)
    self.random = random
    self.nodes = nodes
    self.forgetful = forgetful
  }

  /// How long until the next fault.
  mutating func pause() -> UInt64 { random.within(200...pauseMillisecondsMax) }

  mutating func next() -> FaultWindow {
    drawn += 1
    let kind = kind()
    counts[kind, default: 0] += 1
    // Some are outages: the network must survive them, and what piles up meanwhile.
    let isLong = kind == .longPause || random.happens(permille: 30)
    let milliseconds = isLong ? random.within(4_000...20_000) : random.within(200...6_000)
    return FaultWindow(
      number: drawn, kind: window(kind), milliseconds: milliseconds,
      breaksConnections: random.happens(permille: 500))
  }

  private mutating func kind() -> FaultKind {
    let kinds = FaultKind.allCases
    let total = weights.reduce(0, +)
    guard total > 0 else { return .down }
    var ticket = random.within(0...total - 1)
    var choice = 0
    while ticket >= weights[choice] {
      ticket -= weights[choice]
      choice += 1
    }
    guard forgetful.isEmpty else { return kinds[choice] }
    switch kinds[choice] {
    case .wipe, .restoreAll, .restoreData: return .crashInRecovery
    default: return kinds[choice]
    }
  }

  private mutating func window(_ kind: FaultKind) -> FaultWindow.Kind {
    switch kind {
    case .partition, .oneWayPartition, .partialPartition, .singleNodePartition, .mute, .deafen,
      .clog, .narrow, .loss, .doubling, .slowLinks, .replays:
      links(kind)
    case .pause, .longPause, .slowCPU, .down, .allDown, .crashMidway, .crashInRecovery,
      .rollingRestart:
      processes(kind)
    case .clockError, .clockDrift, .clockJump: clocks(kind)
    case .slowDisk, .fullDisk, .syncError, .flippedBit, .wipe, .restoreAll, .restoreData:
      disks(kind)
    }
  }

  private mutating func links(_ kind: FaultKind) -> FaultWindow.Kind {
    switch kind {
    case .oneWayPartition: .oneWayPartition(side: side())
    case .partialPartition: partialPartition()
    case .singleNodePartition: .partition(side: [node()])
    case .mute: .mute(node())
    case .deafen: .deafen(node())
    case .clog: .clog(side: side())
    case .narrow:
      .narrow(
        Array(random.order(nodes).prefix(1 + random.index(nodes))).sorted(),
        bytesPerSecond: random.within(2_000...200_000))
    case .loss: .loss(permille: random.within(10...300))
    case .doubling: .doubling(permille: random.within(50...500))
    case .slowLinks: .slowLinks(milliseconds: random.within(50...1_500))
    case .replays: .replays(milliseconds: random.within(10...200))
    default: .partition(side: side())
    }
  }

  private mutating func processes(_ kind: FaultKind) -> FaultWindow.Kind {
    switch kind {
    case .slowCPU: .slowCPU(node(), milliseconds: random.within(2...25))
    case .down: .down(downNodes())
    case .allDown: .down(random.order(nodes))
    case .crashMidway: .crashMidway(node(), afterEffects: random.index(6))
    case .crashInRecovery: .crashInRecovery(node(), times: 1 + random.index(4))
    case .rollingRestart:
      .rollingRestart(
        order: random.order(nodes), downMilliseconds: random.within(50...1_500),
        gapMilliseconds: random.within(0...1_000))
    default: .pause(node())
    }
  }

  private mutating func clocks(_ kind: FaultKind) -> FaultWindow.Kind {
    let isBehind = random.happens(permille: 500)
    func signed(_ size: UInt64) -> Int64 { isBehind ? -Int64(size) : Int64(size) }
    switch kind {
    case .clockDrift:
      return .clockDrift(node(), partsPerMillion: signed(random.within(100...50_000)))
    case .clockJump:
      // Seconds are as likely as minutes and as an hour.
      let size = random.within(500...1_000) << random.within(0...12)
      return .clockJump(node(), milliseconds: signed(size))
    default: return .clockError(node(), milliseconds: signed(random.within(1...400)))
    }
  }

  private mutating func disks(_ kind: FaultKind) -> FaultWindow.Kind {
    switch kind {
    case .fullDisk: .fullDisk(node())
    case .syncError: .syncError(node())
    case .flippedBit: flippedBit()
    case .wipe: .wipe(forgetfulNode())
    case .restoreAll: .restore(forgetfulNode(), keepsWatermark: false)
    case .restoreData: .restore(forgetfulNode(), keepsWatermark: true)
    default: .slowDisk(node(), milliseconds: random.within(20...1_000))
    }
  }

  private mutating func node() -> Int { random.index(nodes) }

  private mutating func forgetfulNode() -> Int {
    forgetful.isEmpty ? node() : forgetful[random.index(forgetful.count)]
  }

  private mutating func side() -> Set<Int> {
    Set(random.order(nodes).prefix(1 + random.index(nodes - 1)))
  }

  private mutating func partialPartition() -> FaultWindow.Kind {
    let order = random.order(nodes)
    let one = 1 + random.index(nodes - 1)
    let other = 1 + random.index(nodes - one)
    return .partialPartition(Set(order.prefix(one)), Set(order.dropFirst(one).prefix(other)))
  }

  /// An old block in anybody's log; anything on a disk that may forget.
  private mutating func flippedBit() -> FaultWindow.Kind {
    guard !forgetful.isEmpty, random.happens(permille: 600) else {
      return .flippedBit(node(), .oldBlock)
    }
    let places = SimulatedDisk.Place.allCases
    return .flippedBit(forgetfulNode(), places[random.index(places.count)])
  }

  /// Mostly one, sometimes several.
  private mutating func downNodes() -> [Int] {
    let order = random.order(nodes)
    return random.index(5) == 0 ? Array(order.prefix(1 + random.index(nodes))) : [order[0]]
  }
}
