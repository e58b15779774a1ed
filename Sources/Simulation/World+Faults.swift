import LedgerCore
import Replica

/// Faults begin and end.
extension World {
  func drawFault() {
    guard phase == .faults else { return }
    let window = plan.next()
    begin(window)
    schedule(.window(window, begins: false), in: window.milliseconds)
    schedule(.drawFault, in: plan.pause())
  }

  /// Operators pause nodes and forget to resume them, also several at a time, and also when nothing
  /// else goes wrong.
  func drawPause() {
    guard var random = pauses else { return }
    let node = random.index(erNodes)
    let hands = random.happens(permille: 600)
    schedule(.drawPause, in: random.within(200...6_000))
    pauses = random
    guard nodes[node].isUp, !nodes[node].standsStill(at: now) else { return }
    trace("node \(node) \(hands ? "is paused" : "resumes")")
    log(10, node, [hands ? 1 : 0])
    step(node, .handOverChanged(hands))
  }

  /// Copies are made of the disks that may be set back, now and then.
  func drawBackup() {
    guard phase == .faults else { return }
    schedule(.drawBackup, in: random.within(500...8_000))
    guard !forgetful.isEmpty else { return }
    let node = nodes[forgetful[random.index(forgetful.count)]]
    if node.backup == nil || random.happens(permille: 500) { node.backup = node.disk.backup() }
  }

  func begin(_ window: FaultWindow) {
    trace("fault \(window.number) for \(window.milliseconds) ms: \(window.kind)")
    switch window.kind {
    case .partition, .oneWayPartition, .partialPartition, .mute, .deafen, .clog, .narrow, .loss,
      .doubling, .slowLinks, .replays:
      network.begin(window)
      if window.breaksConnections { breakCut() }
      if case .replays(let milliseconds) = window.kind {
        schedule(.replay(window), in: random.within(1...milliseconds))
      }
    case .pause, .slowCPU, .down, .crashMidway, .crashInRecovery, .rollingRestart:
      beginProcess(window)
    case .clockError(let node, let milliseconds), .clockJump(let node, let milliseconds):
      nodes[node].clockErrorMilliseconds += milliseconds
    case .clockDrift(let node, let partsPerMillion):
      nodes[node].setDrift(partsPerMillion, now: now)
    case .slowDisk, .fullDisk, .syncError, .flippedBit, .wipe, .restore: beginDisk(window)
    }
  }

  func end(_ window: FaultWindow) {
    guard phase == .faults else { return }
    trace("fault \(window.number) ends")
    switch window.kind {
    case .partition, .oneWayPartition, .partialPartition, .mute, .deafen, .clog, .narrow, .loss,
      .doubling, .slowLinks, .replays:
      network.end(window)
      releaseFrames()
    case .slowCPU(let node, _): nodes[node].cpuMillisecondsMax = 0
    case .slowDisk(let node, let milliseconds):
      nodes[node].diskDelayMilliseconds -= milliseconds
    case .clockError(let node, let milliseconds), .clockJump(let node, let milliseconds):
      nodes[node].clockErrorMilliseconds -= milliseconds
    case .clockDrift(let node, _): nodes[node].setDrift(0, now: now)
    case .fullDisk(let node): nodes[node].failingWrites = nil
    case .pause, .down, .crashMidway, .crashInRecovery, .rollingRestart, .syncError, .flippedBit,
      .wipe, .restore:
      break
    }
  }

  // MARK: Processes

  private func beginProcess(_ window: FaultWindow) {
    switch window.kind {
    case .pause(let node):
      checker.evidence.interrupted(node)
      nodes[node].pausedUntil = max(nodes[node].pausedUntil, now + window.milliseconds)
      schedule(.resume(node: node, life: nodes[node].life), in: window.milliseconds)
    case .slowCPU(let node, let milliseconds):
      checker.evidence.interrupted(node)
      nodes[node].cpuMillisecondsMax = milliseconds
    case .down(let list):
      for node in list {
        crash(node)
        schedule(.start(node: node), in: window.milliseconds)
      }
    case .crashMidway(let node, let effects):
      guard nodes[node].isUp else { return }
      nodes[node].crashesAfterEffects = effects + 1
    case .crashInRecovery(let node, let times):
      crash(node)
      nodes[node].crashesInRecovery = times
      schedule(.start(node: node), in: random.within(50...1_000))
    case .rollingRestart(let order, let down, let gap):
      for (place, node) in order.enumerated() {
        let begins = UInt64(place) * (down + gap)
        schedule(.crash(node: node), in: begins)
        schedule(.start(node: node), in: begins + down)
      }
    default: break
    }
  }

  /// A node stops in the middle of a step.
  func crashMidway(_ node: Int) {
    trace("node \(node) goes down in the middle of a step")
    crash(node)
    schedule(.start(node: node), in: random.within(100...3_000))
  }

  // MARK: Disks

  private func beginDisk(_ window: FaultWindow) {
    switch window.kind {
    case .slowDisk(let node, let milliseconds):
      nodes[node].diskDelayMilliseconds += milliseconds
    case .fullDisk(let node): nodes[node].failingWrites = .all
    case .syncError(let node): nodes[node].failingWrites = .next
    case .flippedBit(let node, let place):
      if place == .signer { crash(node) }
      let elsewhere = nodes.filter { $0.index != node }.map(\.disk.damagedBlocks)
      let found = nodes[node].disk.flipBit(
        in: place, damagedElsewhere: elsewhere.reduce(into: []) { $0.formUnion($1) }, &random)
      if !found { trace("nothing to flip a bit of") }
      if found, place == .signer { nodes[node].hasForgottenVotes = true }
      schedule(.start(node: node), in: window.milliseconds)
    case .wipe(let node):
      guard checker.height > Self.newHeightMax else { return }
      setBack(nodes[node]) { $0.wipe(genesis: genesisState) }
      nodes[node].hasForgottenVotes = true
      schedule(.start(node: node), in: window.milliseconds)
    case .restore(let node, let keepsWatermark):
      guard let backup = nodes[node].backup, checker.height > Self.newHeightMax else { return }
      setBack(nodes[node]) { $0.restore(backup, keepsWatermark: keepsWatermark) }
      if !keepsWatermark { nodes[node].hasForgottenVotes = true }
      schedule(.start(node: node), in: window.milliseconds)
    default: break
    }
  }

  /// A write fails: the node says so and stops, and what it had not synced is lost.
  func fail(_ node: SimulatedNode, _ failing: SimulatedNode.FailingWrites) {
    trace("node \(node.index) stops: a write fails")
    if case .next = failing { node.failingWrites = nil }
    crash(node.index)
    schedule(.start(node: node.index), in: random.within(200...4_000))
  }

  /// Up to here a network counts as new to a node that is at genesis and has no votes: it would
  /// vote again.
  static let newHeightMax: UInt64 = 1

  /// A node's disk holds less than it did: the node is down while that happens.
  func setBack(_ node: SimulatedNode, _ change: (inout SimulatedDisk) -> Void) {
    crash(node.index)
    change(&node.disk)
    node.announced = 0
    node.timesSetBack += 1
    counts.disksSetBack += 1
    log(11, node.index)
    trace("node \(node.index) has the disk of height \(node.disk.height)")
  }

  // MARK: Links

  /// What clogged links kept comes, one by one.
  private func releaseFrames() {
    var milliseconds: UInt64 = 0
    for frame in network.release() {
      milliseconds += random.within(0...4)
      schedule(.released(frame), in: milliseconds / 2)
    }
  }

  /// Connections across the cuts that stand now are noticed to be gone, some time later.
  private func breakCut() {
    for a in nodes.indices {
      for b in nodes.indices where a != b && (network.isCut(from: a, to: b)) {
        for (node, peer) in [(a, b), (b, a)] {
          guard let connection = network.connection(from: node, to: peer) else { continue }
          schedule(
            .disconnected(node, peer: peer, connection: connection),
            in: random.within(300...3_000))
        }
      }
    }
  }

  // MARK: The end

  /// The nodes that must make progress: all but those that stay down, the liars, and full nodes
  /// that follow only such.
  var healthyNodes: [SimulatedNode] {
    var healthy: [SimulatedNode] = []
    for node in nodes where !node.isAbsent && !byzantine.contains(node.index) {
      let isServed = node.follows.contains { server in
        healthy.contains { $0.index == server && $0.disk.damagedBlocks.isEmpty }
      }
      if !node.isFull || isServed { healthy.append(node) }
    }
    return healthy
  }

  /// From now on nothing goes wrong: windows end, nodes come back but for those that stay down, and
  /// lossy connections are replaced.
  func heal() {
    trace("the network heals")
    phase = .healthy
    network.endAll()
    network.weather = .healthy
    releaseFrames()
    for node in budget.absent {
      crash(node)
      nodes[node].isAbsent = true
    }
    for node in nodes {
      node.pausedUntil = 0
      node.busyUntil = 0
      node.cpuMillisecondsMax = 0
      node.diskDelayMilliseconds = 0
      if options.hasFaults {
        node.setClock(errorMilliseconds: Int64(random.within(0...200)) - 100)
      }
      node.crashesAfterEffects = nil
      node.crashesInRecovery = 0
      node.failingWrites = nil
      schedule(.resume(node: node.index, life: node.life), in: 0)
      if !node.isUp { schedule(.start(node: node.index), in: random.within(1...500)) }
    }
    for (a, b) in network.replaceLossy() {
      schedule(.connect(a, b), in: random.within(1...costs.connectMillisecondsMax))
    }
  }
}
