import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers

/// Many nodes are dead for a long time.
extension TestnetRun {
  /// Kills nodes until f are dead, and looks that blocks go on for a round; kills the others of the
  /// outage, and looks that there is no block; starts one, and looks how soon there is; starts all.
  func breakOut(_ document: GenesisDocument) async {
    guard let outage = plan.outage, let validators = document.validators else { return }
    var draw = FaultDraw(NodeFaults([.kill], every: .zero, seed: outage.seed))
    let dead = draw.some(outage.nodes, of: document.nodes.indices)
    let borne = dead.prefix(validators.faultyMax)
    let schedule = Schedule(chain: document.chainID, set: validators)
    let members = document.nodes.map { node in
      validators.members.firstIndex { $0.account == node.account } ?? 0
    }
    var report = RunSummary.Outage()
    report.nodes = dead.count

    await killAll(borne)
    outageWatch = OutageWatch(
      dead: Set(borne.map { members[$0] }), schedule: schedule, firstHeight: await tip() ?? 0)
    await waitForRound(of: validators.count, dead: borne.count)
    report.blocksWithQuorum = outageWatch?.blocks ?? 0
    report.viewChangesMost = outageWatch?.viewsMost ?? 0
    report.deadInARowMost = outageWatch?.deadInARowMost ?? 0
    outageWatch = nil

    let others = dead.dropFirst(borne.count)
    if let first = others.first, !isStopping {
      await killAll(others)
      await expectStandstill(outage.standstill, &report)
      let limit = await progressTimeout(document, faultyMax: validators.faultyMax)
      await expectProgress(with: first, within: limit, &report)
    }
    for node in dead where down.contains(node) { await bringBack(node) }
    summary.outage = report
  }

  private func killAll(_ list: ArraySlice<Int>) async {
    for node in list {
      down.insert(node)
      emit(.fault(NodeFault(node: node, kind: .kill, isPrimary: false, height: nil)))
      await nodes[node].kill()
    }
  }

  /// Each member is primary once.
  private func waitForRound(of count: Int, dead: Int) async {
    let interval = Duration.milliseconds(plan.folder.description.intervalMilliseconds)
    let deadline = clock.now + interval * (4 * count) + .seconds(30 * dead)
    while let watch = outageWatch, watch.blocks < count, !isStopping {
      guard clock.now < deadline else {
        summary.problems.append(
          "With \(dead) nodes dead there were only \(watch.blocks) blocks of a round of \(count).")
        return
      }
      try? await clock.sleep(for: .milliseconds(100))
    }
  }

  private func expectStandstill(
    _ duration: Duration, _ report: inout RunSummary.Outage
  ) async {
    // What was decided before the last one died is still told.
    try? await clock.sleep(for: .seconds(3))
    let before = await tip()
    let end = clock.now + duration
    while clock.now < end, !isStopping { try? await clock.sleep(for: .milliseconds(100)) }
    let after = await tip()
    report.standstillSeconds = duration / .seconds(1)
    report.blocksWithoutQuorum = (after ?? 0) - min(before ?? 0, after ?? 0)
    if before == nil || after != before {
      summary.problems.append(
        "Without a quorum the tip went from \(before ?? 0) to \(after ?? 0).")
    }
  }

  /// The timeouts of the f + 1 views from the one that the others stand in: each dead primary in a
  /// row costs its own view's, and these grow. The block after waits for its slot.
  private func progressTimeout(_ document: GenesisDocument, faultyMax: Int) async -> Duration {
    let view = await status()?.view ?? 0
    return (view...view + UInt64(faultyMax)).reduce(.milliseconds(document.interval)) {
      $0 + viewTimeout(document, view: $1)
    }
  }

  private func expectProgress(
    with node: Int, within limit: Duration, _ report: inout RunSummary.Outage
  ) async {
    guard let before = await tip() else { return }
    let returning = Task { await bringBack(node) }
    await waitForAnswer(of: node)
    let start = clock.now
    while clock.now - start < .seconds(120), !isStopping {
      if let tip = await tip(except: node), tip > before { break }
      try? await clock.sleep(for: .milliseconds(50))
    }
    let seconds = (clock.now - start) / .seconds(1)
    report.secondsToProgress = seconds
    report.secondsToProgressMax = limit / .seconds(1)
    if clock.now - start > limit {
      summary.problems.append(
        "After the quorum's return the next block took \(Int(seconds)) s; "
          + "\(Int(limit / .seconds(1))) s are due.")
    }
    await returning.value
  }

  /// It is back when it answers: what its process needs to start is not consensus' time.
  private func waitForAnswer(of node: Int) async {
    let client = NodeClient(nodes[node].address)
    let deadline = clock.now + .seconds(60)
    while clock.now < deadline, !isStopping, (try? await client.status()) == nil {
      try? await clock.sleep(for: .milliseconds(50))
    }
    await client.close()
  }
}

/// Holds each block's view against how many dead members stood in a row before its primary.
struct OutageWatch {
  /// Indices in the set.
  let dead: Set<Int>
  let schedule: Schedule
  /// Blocks above it count.
  let firstHeight: UInt64
  private(set) var blocks = 0
  private(set) var viewsMost: UInt64 = 0
  private(set) var deadInARowMost: UInt64 = 0

  init(dead: Set<Int>, schedule: Schedule, firstHeight: UInt64) {
    self.dead = dead
    self.schedule = schedule
    self.firstHeight = firstHeight
  }

  /// Takes a block; says what is wrong when it was decided later than it had to be.
  mutating func take(height: UInt64, view: UInt64) -> String? {
    guard height > firstHeight else { return nil }
    let primaries = schedule.primaries(at: height)
    let inARow = UInt64(primaries.prefix { dead.contains($0) }.count)
    blocks += 1
    viewsMost = max(viewsMost, view)
    deadInARowMost = max(deadInARowMost, inARow)
    guard view > inARow else { return nil }
    return "Height \(height) was decided in view \(view); \(inARow) dead nodes stood in a row."
  }
}
