import LedgerCore

/// Runs whole networks of real replicas in one thread, each on a seed.
public enum Simulator {
  /// Heights that every node must gain once the network is healthy.
  static let healthyHeights: UInt64 = 5

  /// One run: a phase in which things go wrong, and one on a healthy network, in which every node
  /// must make progress and every accepted transaction must end. Stops at the first broken
  /// invariant.
  ///
  /// The same seed and options give the same report, on every machine.
  public static func run(
    seed: UInt64, options: SimulationOptions = SimulationOptions()
  ) throws(SimulationFailure) -> SimulationReport {
    let world = try World(seed: seed, options: options)
    world.begin()
    world.runFaults()
    world.runHealthy()
    return world.report()
  }
}

extension World {
  func begin() {
    for node in nodes { schedule(.start(node: node.index), in: random.within(0...1_000)) }
    schedule(.clientsAct, in: 1_000)
    if options.hasFaults { schedule(.drawFault, in: plan.pause()) }
    if pauses != nil { schedule(.drawPause, in: 500) }
  }

  /// Things go wrong, until so many heights are decided or much time has passed.
  func runFaults() {
    let interval = options.intervalMilliseconds
    let deadline = startTime + 3 * options.heights * max(interval, 1_000) + 10_000
    _ = run(until: deadline) { checker.height >= options.heights }
  }

  /// Nothing goes wrong any more: every node gains heights, and transactions end.
  func runHealthy() {
    guard checker.violations.isEmpty else { return }
    heal()
    let target = checker.height + Simulator.healthyHeights
    let deadline = now + healthyMillisecondsMax
    let isDone = run(until: deadline) { nodes.allSatisfy { $0.announced >= target } }
    guard checker.violations.isEmpty else { return }
    if !isDone {
      let slow = nodes.filter { $0.announced < target }
      return checker.report(
        .liveness, slow.map(\.index),
        "at heights \(slow.map(\.announced)) and not at \(target) after "
          + "\(healthyMillisecondsMax) ms without faults")
    }
    runTransactions()
  }

  /// Long enough for the longest view timer, for connecting, and for the heights themselves.
  private var healthyMillisecondsMax: UInt64 {
    let interval = max(options.intervalMilliseconds, 1_000)
    return 48 * min(interval, 4_000) + Simulator.healthyHeights * interval + 20_000
  }

  /// What was accepted ends; what was asked is answered.
  private func runTransactions() {
    areClientsQuiet = true
    let deadline = now + 20 * max(options.intervalMilliseconds, 1_000)
    let begun = now
    let height = checker.height
    let lives = nodes.map(\.life)
    _ = run(until: deadline) {
      checker.height > height + 1 && checker.unresolved(clients, lives: lives).isEmpty
        && clients.overdue(since: begun).isEmpty
    }
    guard checker.violations.isEmpty else { return }
    for ticket in clients.overdue(since: begun) {
      guard let open = clients.open[ticket] else { continue }
      checker.report(
        .transactions, [open.node], "a submission is not answered after \(now - open.time) ms")
    }
    checker.checkTransactions(clients, lives: lives)
    checkFullNodes()
  }

  func report() -> SimulationReport {
    SimulationReport(
      seed: seed, nodes: erNodes, fullNodes: nodes.count - erNodes,
      heights: checker.height, events: counts.events,
      simulatedMilliseconds: elapsed,
      viewChanges: UInt64(checker.finals.count { $0.view > 0 }),
      turnsHandedOver: counts.turnsHandedOver, crashes: counts.crashes,
      framesSent: counts.framesSent, framesLost: counts.framesLost,
      transactionsSubmitted: UInt64(clients.ids.count),
      transactionsAccepted: UInt64(clients.acceptedCount),
      transactionsFinal: UInt64(checker.executedAt.count),
      transactionsRelayed: UInt64(
        checker.executedAt.keys.count { clients.sent[$0]?.relayedBy.isEmpty == false }),
      logHash: logHash,
      violations: checker.violations)
  }
}
