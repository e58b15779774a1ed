import Consensus
import LedgerCore
import LedgerRules

/// Runs whole networks of real replicas in one thread, each on a seed.
public enum Simulator {
  /// Heights that every node must gain once the network is healthy.
  static let healthyHeights: UInt64 = 5

  /// One run: a phase in which things go wrong, one without a quorum, and one on a healthy quorum,
  /// in which every node must make progress and every accepted transaction must end. Stops at the
  /// first broken invariant.
  ///
  /// The same seed and options give the same report, on every machine.
  public static func run(
    seed: UInt64, options: SimulationOptions = SimulationOptions()
  ) throws(SimulationFailure) -> SimulationReport {
    let world = try World(seed: seed, options: options)
    world.begin()
    world.runFaults()
    world.runHealthy()
    world.runWithoutQuorum()
    world.runTransactions()
    world.runReturn()
    return world.report()
  }
}

extension World {
  func begin() {
    for node in nodes {
      let begins = lateTwins[node.index]?.milliseconds ?? 0
      schedule(.start(node: node.index), in: begins + random.within(0...1_000))
    }
    schedule(.clientsAct, in: 1_000)
    if options.hasFaults {
      schedule(.drawFault, in: plan.pause())
      schedule(.drawBackup, in: 1_000)
    }
    if pauses != nil { schedule(.drawPause, in: 500) }
  }

  /// Things go wrong, until so many heights are decided and so many windows have begun, or much
  /// time has passed.
  func runFaults() {
    let interval = options.intervalMilliseconds
    let windows = options.hasFaults ? FaultPlan.windowsMin : 0
    let deadline = startTime + 3 * options.heights * max(interval, 1_000) + 10_000
    _ = run(until: deadline) {
      checker.height >= options.heights && plan.drawn >= windows
    }
  }

  /// Nothing goes wrong any more but that some nodes stay down: every other one makes progress at
  /// once, and gains heights.
  func runHealthy() {
    guard goesOn else { return }
    heal()
    let healthy = healthyNodes
    runProgress(of: healthy, to: checker.height + 1)
    let target = max(checker.height, options.heights) + Simulator.healthyHeights
    gain(target, healthy)
  }

  /// Every healthy node reaches a height, and each one before it in its own time: where a height's
  /// first primaries are all down, it alone takes longer than most runs.
  private func gain(_ target: UInt64, _ healthy: [SimulatedNode]) {
    while goesOn, healthy.contains(where: { $0.announced < target }) {
      runProgress(of: healthy, to: min(target, checker.height + 1))
    }
  }

  // MARK: Progress

  /// From an instant on nothing goes wrong: each node reaches the next height within the timeouts
  /// of the next f + 1 views, and the time that restarts, connections and catching up take. Each of
  /// f faulty primaries in a row costs its own view's timeout, and these grow; also with views that
  /// were handed over.
  private func runProgress(of healthy: [SimulatedNode], to target: UInt64) {
    guard goesOn else { return }
    let begun = now
    let view = healthy.compactMap { $0.process?.view }.max() ?? 0
    let timeout = timing.timeout(view: view)
    let given = pauses == nil ? 0 : ConsensusRules.handOverViews
    let timeouts = (given...given + UInt64(budget.faultyMax)).map {
      timing.timeout(view: view + $0)
    }
    let allowed = timeouts.reduce(Self.returnMilliseconds(options), +)
    let isDone = run(until: now + allowed) {
      checker.height >= target && healthy.allSatisfy { $0.announced >= target }
    }
    guard goesOn else { return }
    let taken = now - begun
    counts.livenessMilliseconds = max(counts.livenessMilliseconds, taken)
    counts.livenessPermille = max(counts.livenessPermille, taken * 1_000 / timeout)
    guard !isDone else { return }
    let slow = healthy.filter { $0.announced < target }
    checker.report(
      .liveness, slow.map(\.index),
      "at heights \(slow.map(\.announced)) and not at \(target) after \(allowed) ms without "
        + "faults, which is the timeouts of f + 1 views and the time to return")
  }

  /// Restarts, connections, the word of a quorum, blocks to catch up with, and the next slot.
  private static func returnMilliseconds(_ options: SimulationOptions) -> UInt64 {
    8_000 + 2 * options.intervalMilliseconds
  }

  // MARK: No quorum

  /// In some runs: so many nodes go down that no quorum is left. Nothing is decided; when the last
  /// missing one is back, things go on.
  func runWithoutQuorum() {
    guard goesOn, options.hasFaults, random.happens(permille: 250) else {
      return
    }
    let up = random.order(erNodes).filter { nodes[$0].isUp && !byzantine.contains($0) }
    let quorum = sets.quorum(around: checker.height + 1)
    let left = quorum - 1 - budget.byzantine.count
    guard left > 0, up.count > left else { return }
    trace("no quorum is left")
    let gone = up.dropFirst(left)
    for node in gone {
      crash(node)
      // A start that a fault left behind does not bring it back.
      nodes[node].isAbsent = true
    }
    // What is on its way may still decide the height at work.
    _ = run(until: now + Self.settleMilliseconds) { false }
    let height = checker.height
    _ = run(until: now + random.within(2...6) * options.intervalMilliseconds) { false }
    guard goesOn else { return }
    guard checker.height == height else {
      return checker.report(
        .quorum, up.prefix(left).sorted(),
        "height \(checker.height) is decided by \(left) of \(erNodes) nodes, of which \(quorum) "
          + "are a quorum")
    }
    for node in gone {
      nodes[node].isAbsent = false
      schedule(.start(node: node), in: random.within(1...500))
    }
    let back = now + 500
    _ = run(until: back) { false }
    runProgress(of: healthyNodes, to: checker.height + 1)
  }

  private static let settleMilliseconds: UInt64 = 1_000

  // MARK: Transactions

  /// What was accepted ends; what was asked is answered.
  func runTransactions() {
    guard goesOn else { return }
    areClientsQuiet = true
    let interval = max(options.intervalMilliseconds, 1_000)
    let begun = now
    let height = checker.height
    // What a node that cannot catch up has taken is not owed.
    let healthy = Set(healthyNodes.map(\.index))
    let lives = nodes.map { healthy.contains($0.index) ? $0.life : .max }
    // What is shown later has no time to be recorded.
    let offences = owedEvidence()
    func isDone() -> Bool {
      checker.height > height + 1 && checker.unresolved(clients, lives: lives).isEmpty
        && overdue(since: begun).isEmpty && offences.allSatisfy(isRecorded)
    }
    // Nodes that are down and turns that are given away may leave long views, and then blocks
    // without bundles: what counts is how many blocks could have carried what is open.
    if !run(until: begun + 20 * interval, isDone) {
      _ = run(until: begun + 200 * interval) {
        checker.blocksForBundles(above: height) >= Self.blocksForBundlesMin || isDone()
      }
    }
    guard goesOn else { return }
    for ticket in overdue(since: begun) {
      guard let open = clients.open[ticket] else { continue }
      checker.report(
        .transactions, [open.node], "a submission is not answered after \(now - open.time) ms")
    }
    checker.checkTransactions(clients, lives: lives)
    checkEvidence(offences)
    checkFullNodes()
  }

  /// In some runs: the nodes that stayed down come back, and gain what they have missed.
  func runReturn() {
    var random = SeededRandom(seed: seed ^ 0x4E_704E)
    guard goesOn, !budget.absent.isEmpty, random.happens(permille: 500) else { return }
    trace("nodes that stayed down come back")
    for node in budget.absent {
      nodes[node].isAbsent = false
      schedule(.start(node: node), in: random.within(1...500))
    }
    gain(checker.height + 2, healthyNodes)
  }

  /// Blocks within which whatever is open must be final.
  private static let blocksForBundlesMin = 8

  /// Submissions that an honest node has not answered.
  private func overdue(since time: UInt64) -> [UInt64] {
    clients.overdue(since: time).filter { ticket in
      clients.open[ticket].map { !byzantine.contains($0.node) } ?? false
    }
  }

  func report() -> SimulationReport { SimulationReport(self) }
}
