/// The links between nodes: which connections stand, and what becomes of a frame.
///
/// Frames are lost, delayed, doubled and overtaken by later ones. A connection on which a frame was
/// lost is replaced sooner or later, as one over TCP would be.
struct SimulatedNetwork {
  /// A pair of nodes.
  private struct Link {
    /// Counts connections; 0 before the first.
    var connection: UInt64 = 0
    /// Whether the lower and the higher node believe in it.
    var isUp = (false, false)
    var hasLost = false
    var isReplacing = false
  }

  /// How frames fare while nothing special happens.
  struct Weather {
    var delayMillisecondsMin: UInt64
    var delayMillisecondsMax: UInt64
    var lostPermille: UInt64
    var doubledPermille: UInt64
    /// The chance of a straggler, which takes ten times as long.
    var latePermille: UInt64

    /// A network on which nothing goes wrong.
    static let healthy = Weather(
      delayMillisecondsMin: 1, delayMillisecondsMax: 30, lostPermille: 0, doubledPermille: 0,
      latePermille: 0)
  }

  private let count: Int
  private var links: [Link]
  var weather: Weather
  /// Windows at work, in the order in which they began.
  private var windows: [FaultWindow] = []
  private var random: SeededRandom

  init(nodes: Int, weather: Weather, random: SeededRandom) {
    count = nodes
    links = Array(repeating: Link(), count: nodes * nodes)
    self.weather = weather
    self.random = random
  }

  private func index(_ a: Int, _ b: Int) -> Int { min(a, b) * count + max(a, b) }

  // MARK: Connections

  /// The number of the connection that a node believes it has to a peer; nil when none.
  func connection(from node: Int, to peer: Int) -> UInt64? {
    let link = links[index(node, peer)]
    return (node < peer ? link.isUp.0 : link.isUp.1) ? link.connection : nil
  }

  /// Whether a connection stands on both ends.
  func isConnected(_ a: Int, _ b: Int) -> Bool {
    connection(from: a, to: b) != nil && connection(from: b, to: a) != nil
  }

  /// Whether a connection that stands is to be replaced.
  func mustReplace(_ a: Int, _ b: Int) -> Bool { links[index(a, b)].isReplacing }

  /// A new connection, for both ends.
  mutating func connect(_ a: Int, _ b: Int) {
    let index = index(a, b)
    links[index].connection += 1
    links[index].isUp = (true, true)
    links[index].hasLost = false
    links[index].isReplacing = false
  }

  /// A node's end of a connection is gone.
  mutating func drop(_ node: Int, peer: Int) {
    let index = index(node, peer)
    if node < peer { links[index].isUp.0 = false } else { links[index].isUp.1 = false }
  }

  /// A frame is lost on a connection.
  mutating func lose(from: Int, to: Int) { links[index(from, to)].hasLost = true }

  /// Asks for a replacement of each connection that has lost a frame, of those that can be had;
  /// gives the pairs.
  mutating func replaceLossy(
    where canConnect: (Int, Int) -> Bool = { _, _ in true }
  ) -> [(Int, Int)] {
    var pairs: [(Int, Int)] = []
    for a in 0..<count {
      for b in a + 1..<count where links[index(a, b)].hasLost && canConnect(a, b) {
        links[index(a, b)].isReplacing = true
        pairs.append((a, b))
      }
    }
    return pairs
  }

  /// Asks for a replacement of a connection on which something was lost, once; whether to.
  mutating func wantsReplacement(_ a: Int, _ b: Int) -> Bool {
    let index = index(a, b)
    guard links[index].hasLost, !links[index].isReplacing else { return false }
    links[index].isReplacing = true
    return true
  }

  // MARK: Faults

  mutating func begin(_ window: FaultWindow) { windows.append(window) }

  mutating func end(_ window: FaultWindow) { windows.removeAll { $0.number == window.number } }

  mutating func endAll() { windows = [] }

  /// Whether a partition lies between two nodes, in this direction.
  func isCut(from: Int, to: Int) -> Bool {
    windows.contains { window in
      switch window.kind {
      case .partition(let side): side.contains(from) != side.contains(to)
      case .mute(let node): node == from
      case .deafen(let node): node == to
      default: false
      }
    }
  }

  /// The delays with which a frame arrives: none when it is lost, two when it is doubled.
  mutating func delays(from: Int, to: Int) -> [UInt64] {
    var lost = weather.lostPermille
    var extra: UInt64 = 0
    for window in windows {
      switch window.kind {
      case .loss(let permille): lost += permille
      case .slowLinks(let milliseconds): extra += milliseconds
      default: break
      }
    }
    guard !isCut(from: from, to: to), !random.happens(permille: lost) else {
      links[index(from, to)].hasLost = true
      return []
    }
    let copies = random.happens(permille: weather.doubledPermille) ? 2 : 1
    return (0..<copies).map { _ in delay(extra: extra) }
  }

  private mutating func delay(extra: UInt64) -> UInt64 {
    let delay = random.within(weather.delayMillisecondsMin...weather.delayMillisecondsMax)
    let isLate = random.happens(permille: weather.latePermille)
    return (isLate ? delay * 10 : delay) + (extra == 0 ? 0 : random.within(0...extra))
  }
}
