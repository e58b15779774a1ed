import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers

extension TestnetRun {
  /// Stops all nodes at once; one that does not end by itself, or ends with a fault, is a problem.
  func stopAll() async {
    let expected = nodes.indices.filter { nodes[$0].isRunning }
    let failed = await withTaskGroup(of: Int?.self) { group in
      for index in expected {
        let node = nodes[index]
        group.addTask { await node.stop() ? nil : index }
      }
      var failed: [Int] = []
      for await index in group { if let index { failed.append(index) } }
      return failed.sorted()
    }
    for index in failed {
      summary.problems.append(
        "\(name(index)) did not stop cleanly (status \(nodes[index].exitStatus ?? -1)).")
    }
  }

  /// Notices nodes that end by themselves.
  func guardNodes() async {
    var noticed: Set<Int> = []
    while !Task.isCancelled {
      for (index, node) in nodes.enumerated() where !node.isRunning {
        guard !down.contains(index), noticed.insert(index).inserted else { continue }
        let status = node.exitStatus ?? -1
        emit(.died(node: index, status: status))
        summary.problems.append(
          "\(name(index)) ended by itself (status \(status)); the end of its log:\n"
            + Self.tail(of: node.logPath))
      }
      try? await clock.sleep(for: .milliseconds(250))
    }
  }

  /// Kills one node at a time until the run stops: in turn, and every second time the primary.
  func killNodes(_ document: GenesisDocument) async {
    guard let period = plan.killEvery, let validators = document.validators else { return }
    let schedule = Schedule(chain: document.chainID, set: validators)
    var count = 0
    var turn = 0
    var due = clock.now + period
    while !isStopping {
      guard clock.now >= due else {
        try? await clock.sleep(for: .milliseconds(50))
        continue
      }
      due += period
      // Just after a block, so that a primary dies before it has proposed the next one.
      guard let height = await nextTip() else { continue }
      let member = schedule.primary(height: height + 1, view: 0)
      let primary = document.nodes.firstIndex {
        $0.account == validators.members[member].account
      }
      let victim: Int
      if count.isMultiple(of: 2) {
        if turn == primary { turn += 1 }
        victim = turn % nodes.count
        turn += 1
      } else {
        victim = primary ?? 0
      }
      count += 1
      await killAndRestart(victim, isPrimary: victim == primary, height: height + 1)
    }
  }

  private func killAndRestart(_ victim: Int, isPrimary: Bool, height: UInt64) async {
    down.insert(victim)
    await nodes[victim].kill()
    summary.kills += 1
    if isPrimary { summary.killsOfPrimaries += 1 }
    emit(.killed(node: victim, isPrimary: isPrimary, height: height))
    let back = clock.now + plan.restartAfter
    while clock.now < back, !isStopping { try? await clock.sleep(for: .milliseconds(50)) }
    do { try nodes[victim].start() } catch {
      summary.problems.append("\(name(victim)) cannot be started again: \(error)")
      return
    }
    down.remove(victim)
    emit(.restarted(node: victim))
    await waitForCatchUp(victim)
  }

  private func waitForCatchUp(_ node: Int) async {
    let start = clock.now
    let client = NodeClient(nodes[node].address)
    while clock.now - start < .seconds(60), nodes[node].isRunning {
      if let status = try? await client.status(), status.mode == "following",
        let tip = await tip(except: node), status.height >= tip
      {
        let seconds = (clock.now - start) / .seconds(1)
        summary.catchUpSeconds.append(seconds)
        emit(.caughtUp(node: node, height: status.height, seconds: seconds))
        await client.close()
        return
      }
      try? await clock.sleep(for: .milliseconds(100))
    }
    await client.close()
    summary.problems.append("\(name(node)) did not catch up within 60 s of its restart.")
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

  /// The height of some other node.
  private func tip(except node: Int? = nil) async -> UInt64? {
    for (index, process) in nodes.enumerated()
    where index != node && !down.contains(index) && process.isRunning {
      let client = NodeClient(process.address)
      let status = try? await client.status()
      await client.close()
      if let status { return status.height }
    }
    return nil
  }
}
