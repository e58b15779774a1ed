/// What windows do to links, and what is kept of frames.
extension SimulatedNetwork {
  /// Frames that clogged links keep; more are lost.
  static let heldMax = 20_000
  /// Frames kept to be replayed, of the whole run.
  static let archiveMax = 400
  /// A narrow link keeps no frame longer than this: it loses it.
  static let narrowMillisecondsMax: UInt64 = 20_000

  mutating func begin(_ window: FaultWindow) {
    windows.append(window)
    sumUp()
  }

  mutating func end(_ window: FaultWindow) {
    windows.removeAll { $0.number == window.number }
    sumUp()
  }

  mutating func endAll() {
    windows = []
    sumUp()
  }

  /// Whether no frame passes between two nodes, in this direction.
  func isCut(from: Int, to: Int) -> Bool { cut[direction(from: from, to: to)] }

  /// Works out what the windows at work come to, once for all frames.
  private mutating func sumUp() {
    for index in cut.indices {
      cut[index] = false
      clogged[index] = false
    }
    for node in 0..<count { bytesPerSecond[node] = 0 }
    (lostPermille, doubledPermille, slowMilliseconds) = (0, 0, 0)
    for window in windows {
      switch window.kind {
      case .partition(let side): setAll(\.cut) { side.contains($0) != side.contains($1) }
      case .oneWayPartition(let side): setAll(\.cut) { side.contains($0) && !side.contains($1) }
      case .partialPartition(let one, let other):
        setAll(\.cut) {
          one.contains($0) && other.contains($1) || one.contains($1) && other.contains($0)
        }
      case .mute(let node): setAll(\.cut) { from, _ in from == node }
      case .deafen(let node): setAll(\.cut) { _, to in to == node }
      case .clog(let side): setAll(\.clogged) { side.contains($0) != side.contains($1) }
      case .narrow(let nodes, let rate): for node in nodes { bytesPerSecond[node] = rate }
      case .loss(let permille): lostPermille += permille
      case .doubling(let permille): doubledPermille += permille
      case .slowLinks(let milliseconds): slowMilliseconds += milliseconds
      default: break
      }
    }
  }

  private mutating func setAll(
    _ table: WritableKeyPath<Self, [Bool]>, where holds: (Int, Int) -> Bool
  ) {
    for from in 0..<count {
      for to in 0..<count where holds(from, to) {
        self[keyPath: table][direction(from: from, to: to)] = true
      }
    }
  }

  /// How long a frame waits for those that left its node before it; nil when too long.
  mutating func wait(_ frame: Frame, now: UInt64) -> UInt64? {
    let rate = bytesPerSecond[frame.from]
    guard rate > 0 else { return 0 }
    let start = max(now, outAt[frame.from])
    let end = start + (UInt64(frame.bytes.count) * 1_000 + rate - 1) / rate
    guard end - now <= Self.narrowMillisecondsMax else { return nil }
    outAt[frame.from] = end
    return end - now
  }

  /// Frames on links that are clogged no more, in a drawn order.
  mutating func release() -> [Frame] {
    let all = held
    held = all.filter { clogged[direction(from: $0.from, to: $0.to)] }
    let free = all.filter { !clogged[direction(from: $0.from, to: $0.to)] }
    return random.order(free.count).map { free[$0] }
  }

  /// Keeps one frame in many, each with the same chance, however long the run.
  mutating func keep(_ frame: Frame) {
    framesSeen += 1
    guard framesSeen.isMultiple(of: 64) else { return }
    if archive.count < Self.archiveMax {
      archive.append(frame)
    } else {
      let place = random.within(0...framesSeen / 64)
      if place < UInt64(archive.count) { archive[Int(place)] = frame }
    }
  }

  /// A frame of earlier; nil while there is none.
  mutating func oldFrame() -> Frame? {
    archive.isEmpty ? nil : archive[random.index(archive.count)]
  }
}
