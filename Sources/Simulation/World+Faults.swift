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
    guard nodes[node].isUp, nodes[node].pausedUntil <= now else { return }
    trace("node \(node) \(hands ? "is paused" : "resumes")")
    log(10, node, [hands ? 1 : 0])
    step(node, .handOverChanged(hands))
  }

  func begin(_ window: FaultWindow) {
    trace("fault \(window.number) for \(window.milliseconds) ms: \(window.kind)")
    switch window.kind {
    case .partition, .mute, .deafen, .loss, .slowLinks:
      network.begin(window)
      if window.breaksConnections { breakCut() }
    case .pause(let node): nodes[node].pausedUntil = now + window.milliseconds
    case .slowDisk(let node, let milliseconds):
      nodes[node].diskDelayMilliseconds += milliseconds
    case .clockError(let node, let milliseconds):
      nodes[node].clockErrorMilliseconds += milliseconds
    case .down(let list):
      for node in list {
        crash(node)
        schedule(.start(node: node), in: window.milliseconds)
      }
    case .crashMidway(let node, let effects):
      guard nodes[node].isUp else { return }
      nodes[node].crashesAfterEffects = effects + 1
    }
  }

  func end(_ window: FaultWindow) {
    guard phase == .faults else { return }
    trace("fault \(window.number) ends")
    switch window.kind {
    case .partition, .mute, .deafen, .loss, .slowLinks: network.end(window)
    case .slowDisk(let node, let milliseconds):
      nodes[node].diskDelayMilliseconds -= milliseconds
    case .clockError(let node, let milliseconds):
      nodes[node].clockErrorMilliseconds -= milliseconds
    case .pause, .down, .crashMidway: break
    }
  }

  /// A node stops in the middle of a step.
  func crashMidway(_ node: Int) {
    trace("node \(node) goes down in the middle of a step")
    crash(node)
    schedule(.start(node: node), in: random.within(100...3_000))
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

  /// From now on nothing goes wrong: windows end, nodes come back, lossy connections are replaced.
  func heal() {
    trace("the network heals")
    phase = .healthy
    network.endAll()
    network.weather = .healthy
    for node in nodes {
      node.pausedUntil = 0
      node.diskDelayMilliseconds = 0
      node.clockErrorMilliseconds = 0
      node.crashesAfterEffects = nil
      if !node.isUp { schedule(.start(node: node.index), in: random.within(1...500)) }
    }
    for (a, b) in network.replaceLossy() {
      schedule(.connect(a, b), in: random.within(1...costs.connectMillisecondsMax))
    }
  }
}
