import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LoadTest
import NodeAnswers

/// Runs a network's nodes as processes, puts load on them, disturbs some, and judges what came of
/// it.
public actor TestnetRun {
  static let startLimit = Duration.seconds(180)

  let plan: RunPlan
  let nodes: [NodeProcess]
  let clock = ContinuousClock()
  let emit: @Sendable (RunEvent) -> Void
  var summary = RunSummary()
  var certificates: [UInt64] = []
  var timestamps: (first: UInt64, last: UInt64)?
  /// Nodes that are meant to be away.
  var down: Set<Int> = []
  /// Nodes that are back and not at the tip again.
  var returning: Set<Int> = []
  /// While f nodes are dead.
  var outageWatch: OutageWatch?
  var isStopping = false
  var isAborted = false
  private var load: LoadGenerator?
  private var registry: Task<Void, Never>?

  /// - Parameter emit: called for what happens, in order.
  public init(_ plan: RunPlan, emit: @escaping @Sendable (RunEvent) -> Void) {
    self.plan = plan
    self.emit = emit
    nodes = plan.folder.processes(executable: plan.executable)
  }

  /// Runs everything; every node has ended when it returns or throws.
  public func run() async throws -> RunSummary {
    let began = clock.now
    summary.nodes = nodes.count
    summary.fullNodes = plan.folder.description.fullNodes?.count ?? 0
    do {
      if try await startAll(began) { try await work() }
    } catch {
      await stopAll()
      throw error
    }
    emit(.stoppingNodes)
    await stopAll()
    summary.seconds = (clock.now - began) / .seconds(1)
    finishSummary()
    return summary
  }

  /// Asks for an orderly end: no more load, what is under way is followed to its end. A second call
  /// does not wait for that.
  public func stop() async {
    isAborted = isStopping
    isStopping = true
    registry?.cancel()
    await load?.stop(patience: isAborted ? .zero : nil)
  }

  // MARK: Starting

  /// False when it was told to stop before all were up.
  private func startAll(_ began: ContinuousClock.Instant) async throws -> Bool {
    guard !nodes.isEmpty else { throw RunError.noNodes }
    for node in nodes { try node.start() }
    let deadline = clock.now + Self.startLimit
    let clients = nodes.map { NodeClient($0.address) }
    var ready: Set<Int> = []
    emit(.starting(ready: 0, of: nodes.count))
    while ready.count < nodes.count, !isStopping {
      guard clock.now < deadline else {
        let names = nodes.indices.filter { !ready.contains($0) }.map(name)
        throw RunError.notReady(names: names, seconds: Int(Self.startLimit / .seconds(1)))
      }
      for (index, node) in nodes.enumerated() where !ready.contains(index) {
        guard node.isRunning else {
          throw RunError.nodeEnded(
            name: name(index), status: node.exitStatus ?? -1, log: node.logPath,
            tail: Self.tail(of: node.logPath))
        }
        guard let status = try? await clients[index].status(),
          status.peersConnected == status.peersKnown
        else { continue }
        if plan.isResumed { summary.firstHeight = max(summary.firstHeight, status.height + 1) }
        ready.insert(index)
        emit(.starting(ready: ready.count, of: nodes.count))
      }
      try? await clock.sleep(for: .milliseconds(50))
    }
    for client in clients { await client.close() }
    guard !isStopping else {
      summary.problems.append("It was stopped before all nodes were up.")
      return false
    }
    emit(.ready(seconds: (clock.now - began) / .seconds(1)))
    return true
  }

  /// The last lines of a file.
  static func tail(of path: String, lines: Int = 12) -> String {
    let text = FileManager.default.contents(atPath: path).map {
      String(decoding: $0, as: UTF8.self)
    }
    return (text ?? "").split(separator: "\n").suffix(lines).joined(separator: "\n")
  }

  /// A node's name as people read it.
  public nonisolated func name(_ node: Int) -> String {
    "\(plan.folder.description.all[node].home) (\(plan.folder.description.all[node].name))"
  }

  // MARK: Working

  private func work() async throws {
    let document = try plan.folder.genesis()
    let generator = try await loadGenerator(document)
    load = generator
    if isStopping { await generator?.stop(patience: nil) }
    let watcher = Task { await watch() }
    let guardian = Task { await guardNodes() }
    let disturber = Task { await disturb(document) }
    let registry = Task { await onboard(document) }
    self.registry = registry
    let outage = Task {
      guard plan.outage != nil else { return }
      await breakOut(document)
      await stop()
    }
    defer { for task in [watcher, guardian, disturber, outage, registry] { task.cancel() } }
    if let generator {
      let reporter = Task { await reportDrain(generator) }
      defer { reporter.cancel() }
      summary.load = try await generator.run().withoutDetail
    } else {
      await idle()
    }
    if isStopping { registry.cancel() }
    await registry.value
    isStopping = true
    await disturber.value
    await outage.value
    let last = await settle()
    await waitForWatcher(last)
    watcher.cancel()
    guardian.cancel()
    await watcher.value
    await guardian.value
    await collect()
  }

  private func loadGenerator(_ document: GenesisDocument) async throws -> LoadGenerator? {
    guard let rate = plan.loadRate, rate > 0 else { return nil }
    let client = NodeClient(nodes[0].address)
    let estimate = try await client.status().transferEstimate
    await client.close()
    return LoadGenerator(
      LoadGenerator.Plan(
        nodes: nodes.map(\.address), accounts: try plan.folder.loadAccounts(),
        chain: document.chainID, rate: rate, duration: plan.duration, estimate: estimate,
        accountsAreNew: !plan.isResumed,
        patience: .seconds(60) + .milliseconds(8 * document.interval)))
  }

  private func idle() async {
    let deadline = plan.duration.map { clock.now + $0 }
    while !isStopping, deadline.map({ clock.now < $0 }) ?? true {
      try? await clock.sleep(for: .milliseconds(100))
    }
  }

  private func reportDrain(_ generator: LoadGenerator) async {
    while !Task.isCancelled {
      if await generator.isDraining {
        let open = await generator.openCount
        if open > 0 { emit(.draining(open: open)) }
        return
      }
      try? await clock.sleep(for: .milliseconds(100))
    }
  }
}
