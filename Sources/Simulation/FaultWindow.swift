/// Something that goes wrong for a while.
struct FaultWindow {
  enum Kind {
    /// Frames between the two sides are lost.
    case partition(side: Set<Int>)
    /// What a node sends is lost.
    case mute(Int)
    /// What is sent to a node is lost.
    case deafen(Int)
    case loss(permille: UInt64)
    case slowLinks(milliseconds: UInt64)
    /// The process stands still; what comes in waits.
    case pause(Int)
    case slowDisk(Int, milliseconds: UInt64)
    /// The node's clock is off by this much more.
    case clockError(Int, milliseconds: Int64)
    /// The nodes are down.
    case down([Int])
    /// The node goes down in the middle of carrying out what its replica wants.
    case crashMidway(Int, afterEffects: Int)
  }

  let number: UInt64
  let kind: Kind
  let milliseconds: UInt64
  /// Connections across a cut break on both ends, rather than only going silent.
  let breaksConnections: Bool
}

/// Draws what goes wrong, and when.
struct FaultPlan {
  private var random: SeededRandom
  private let nodes: Int
  private var drawn: UInt64 = 0
  /// How often a kind of fault is drawn in this run: some runs are of crashes, some of partitions.
  private let weights: [UInt64]

  init(nodes: Int, random: SeededRandom) {
    self.random = random
    self.nodes = nodes
    var weights: [UInt64] = []
    for _ in 0..<10 { weights.append(self.random.within(0...10)) }
    self.weights = weights
  }

  /// How long until the next fault.
  mutating func pause() -> UInt64 { random.within(200...4_000) }

  mutating func next() -> FaultWindow {
    drawn += 1
    // Some are outages: the network must survive them, and what piles up meanwhile.
    let isLong = random.happens(permille: 30)
    let milliseconds = isLong ? random.within(10_000...40_000) : random.within(200...6_000)
    return FaultWindow(
      number: drawn, kind: kind(), milliseconds: milliseconds,
      breaksConnections: random.happens(permille: 500))
  }

  private mutating func kind() -> FaultWindow.Kind {
    let total = weights.reduce(0, +)
    guard total > 0 else { return .down([random.index(nodes)]) }
    var ticket = random.within(0...total - 1)
    var choice = 0
    while ticket >= weights[choice] {
      ticket -= weights[choice]
      choice += 1
    }
    let node = random.index(nodes)
    switch choice {
    case 0: return .partition(side: side())
    case 1: return .mute(node)
    case 2: return .deafen(node)
    case 3: return .loss(permille: random.within(10...300))
    case 4: return .slowLinks(milliseconds: random.within(50...1_500))
    case 5: return .pause(node)
    case 6: return .slowDisk(node, milliseconds: random.within(20...1_000))
    case 7:
      let size = Int64(random.within(1...400))
      return .clockError(node, milliseconds: random.happens(permille: 500) ? size : -size)
    case 8: return .down(downNodes())
    default: return .crashMidway(node, afterEffects: random.index(6))
    }
  }

  private mutating func side() -> Set<Int> {
    Set(random.order(nodes).prefix(1 + random.index(nodes - 1)))
  }

  /// Mostly one, sometimes several, seldom all at once.
  private mutating func downNodes() -> [Int] {
    let order = random.order(nodes)
    switch random.index(10) {
    case 0: return order
    case 1, 2: return Array(order.prefix(1 + random.index(nodes)))
    default: return [order[0]]
    }
  }
}
