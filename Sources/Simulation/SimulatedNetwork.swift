/// The links between nodes: which connections stand, and what becomes of a frame.
///
/// Frames are lost, delayed, doubled, held back, slowed by a narrow link, and overtaken by later
/// ones. A connection on which a frame was lost is replaced sooner or later, as one over TCP would
/// be.
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

  /// What becomes of a frame.
  enum Fate {
    case lost
    /// A clogged link keeps it.
    case held
    case arrives(after: UInt64)
    case arrivesTwice(after: UInt64, and: UInt64)
  }

  /// A frame on a link, or kept of one.
  struct Frame {
    let bytes: [UInt8]
    let from: Int
    let to: Int
    let connection: UInt64
  }

  let count: Int
  private var links: [Link]
  var weather: Weather
  var random: SeededRandom

  // What the windows at work come to (SimulatedNetwork+Faults.swift).
  /// In the order in which they began.
  var windows: [FaultWindow] = []
  /// By direction: no frame passes.
  var cut: [Bool]
  /// By direction: frames are kept.
  var clogged: [Bool]
  /// Bytes a second that leave a node; 0: any number.
  var bytesPerSecond: [UInt64]
  /// When what has left a node before is out.
  var outAt: [UInt64]
  var lostPermille: UInt64 = 0
  var doubledPermille: UInt64 = 0
  var slowMilliseconds: UInt64 = 0
  /// Frames on clogged links.
  var held: [Frame] = []
  /// Frames of earlier, to be sent once more.
  var archive: [Frame] = []
  var framesSeen: UInt64 = 0

  init(nodes: Int, weather: Weather, random: SeededRandom) {
    count = nodes
    links = Array(repeating: Link(), count: nodes * nodes)
    cut = Array(repeating: false, count: nodes * nodes)
    clogged = cut
    bytesPerSecond = Array(repeating: 0, count: nodes)
    outAt = bytesPerSecond
    self.weather = weather
    self.random = random
  }

  private func index(_ a: Int, _ b: Int) -> Int { min(a, b) * count + max(a, b) }

  func direction(from: Int, to: Int) -> Int { from * count + to }

  // MARK: Connections

  /// The number of the connection that a node believes it has to a peer; nil when none.
  func connection(from node: Int, to peer: Int) -> UInt64? {
    let index = index(node, peer)
    return (node < peer ? links[index].isUp.0 : links[index].isUp.1)
      ? links[index].connection : nil
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

  // MARK: Frames

  /// What becomes of a frame that a node sends at an instant.
  mutating func fate(of frame: Frame, now: UInt64) -> Fate {
    let direction = direction(from: frame.from, to: frame.to)
    keep(frame)
    let lost = weather.lostPermille + lostPermille
    guard !cut[direction], lost == 0 || !random.happens(permille: lost) else {
      lose(from: frame.from, to: frame.to)
      return .lost
    }
    if clogged[direction], held.count < Self.heldMax {
      held.append(frame)
      return .held
    }
    guard !clogged[direction], let wait = wait(frame, now: now) else {
      lose(from: frame.from, to: frame.to)
      return .lost
    }
    let doubled = weather.doubledPermille + doubledPermille
    guard doubled > 0, random.happens(permille: doubled) else {
      return .arrives(after: wait + delay())
    }
    return .arrivesTwice(after: wait + delay(), and: wait + delay())
  }

  private mutating func delay() -> UInt64 {
    let delay = random.within(weather.delayMillisecondsMin...weather.delayMillisecondsMax)
    let isLate = weather.latePermille > 0 && random.happens(permille: weather.latePermille)
    return (isLate ? delay * 10 : delay)
      + (slowMilliseconds == 0 ? 0 : random.within(0...slowMilliseconds))
  }
}
