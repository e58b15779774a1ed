import Consensus
import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers

/// Nodes go away and come back while the network runs.
extension TestnetRun {
  /// How long a node that is back may take to be at the tip again.
  static let returnLimit = Duration.seconds(20)

  /// Does what the plan says to one node after another until the run stops, at most half of f of
  /// them away at once.
  func disturb(_ document: GenesisDocument) async {
    guard let faults = plan.faults, let validators = document.validators else { return }
    let schedule = Schedule(chain: document.chainID, set: validators)
    let view = viewTimeout(document)
    let awayMax = max(1, validators.faultyMax / 2)
    var draw = FaultDraw(faults)
    await withDiscardingTaskGroup { group in
      var due = clock.now + faults.every
      while !isStopping {
        // Just after a block, so that a primary is gone before it has proposed the next one.
        guard clock.now >= due, down.count < awayMax, let height = await nextTip() else {
          try? await clock.sleep(for: .milliseconds(50))
          continue
        }
        due += faults.every
        let member = schedule.primary(height: height + 1, view: 0)
        let primary = document.nodes.firstIndex {
          $0.account == validators.members[member].account
        }
        // One that is not at the tip again is left alone, or nobody could say when it was.
        let up = document.nodes.indices.filter { !down.contains($0) && !returning.contains($0) }
        guard let victim = draw.victim(among: up, primary: primary) else { continue }
        let fault = NodeFault(
          node: victim, kind: draw.kind(), isPrimary: victim == primary, height: height + 1)
        let away = draw.away(fault.kind, view: view)
        down.insert(victim)
        group.addTask { await self.carryOut(fault, away: away) }
      }
    }
  }

  /// How long a view may take.
  func viewTimeout(_ document: GenesisDocument, view: UInt64 = 0) -> Duration {
    let timing = ConsensusTiming.recommended(
      genesisTimeMilliseconds: document.genesisTime, intervalMilliseconds: document.interval)
    return .milliseconds(timing?.timeout(view: view) ?? document.interval)
  }

  private func carryOut(_ fault: NodeFault, away: Duration) async {
    let node = nodes[fault.node]
    summary.faults[fault.kind.rawValue, default: 0] += 1
    if fault.isPrimary { summary.faultsOfPrimaries += 1 }
    emit(.fault(fault))
    switch fault.kind {
    case .kill: await node.kill()
    case .pause: node.pause()
    case .restart:
      if !(await node.stop()) {
        summary.problems.append("\(name(fault.node)) did not stop cleanly for a restart.")
      }
    }
    let back = clock.now + away
    while clock.now < back, !isStopping { try? await clock.sleep(for: .milliseconds(50)) }
    await bringBack(fault.node)
  }

  /// Lets a node that was away go on, or starts it, and waits until it is at the tip.
  func bringBack(_ node: Int) async {
    if nodes[node].isRunning {
      nodes[node].resume()
    } else {
      do { try nodes[node].start() } catch {
        summary.problems.append("\(name(node)) cannot be started again: \(error)")
        return
      }
    }
    down.remove(node)
    returning.insert(node)
    emit(.returned(node: node))
    await waitForCatchUp(node)
    returning.remove(node)
  }

  private func waitForCatchUp(_ node: Int) async {
    let start = clock.now
    let client = NodeClient(nodes[node].address)
    // A paused node's, or a killed one's, is no longer of use.
    while clock.now - start < .seconds(60), nodes[node].isRunning {
      if let status = try? await client.status(), status.mode == "following",
        let tip = await tip(except: node), status.height >= tip
      {
        let seconds = (clock.now - start) / .seconds(1)
        summary.catchUpSeconds.append(seconds)
        emit(.caughtUp(node: node, height: status.height, seconds: seconds))
        if clock.now - start > Self.returnLimit {
          summary.problems.append(
            "\(name(node)) was at the tip only \(Int(seconds)) s after its return; 20 s are due.")
        }
        await client.close()
        return
      }
      try? await clock.sleep(for: .milliseconds(100))
    }
    await client.close()
    summary.problems.append("\(name(node)) was not at the tip within 60 s of its return.")
  }

  /// The height of the next block to be final.
  private func nextTip() async -> UInt64? {
    guard let before = await tip() else { return nil }
    while !isStopping {
      if let height = await tip(), height > before { return height }
      try? await clock.sleep(for: .milliseconds(50))
    }
    return nil
  }

  /// The height of some other node that is up.
  func tip(except node: Int? = nil) async -> UInt64? {
    await status(except: node)?.height
  }

  /// What some other node that is up says of itself.
  func status(except node: Int? = nil) async -> StatusAnswer? {
    for (index, process) in nodes.enumerated()
    where index != node && !down.contains(index) && process.isRunning {
      let client = NodeClient(process.address)
      let status = try? await client.status()
      await client.close()
      if let status { return status }
    }
    return nil
  }
}
