import LedgerClient
import LedgerCore
import LoadTest
import NodeAnswers

extension TestnetRun {
  /// Reports every block until cancelled.
  func watch() async {
    let watcher = BlockWatcher(nodes.map(\.address), after: summary.firstHeight - 1)
    let interval = Duration.milliseconds(plan.folder.description.intervalMilliseconds)
    let patience = max(.seconds(2), interval / 2)
    while !Task.isCancelled {
      let deadline = clock.now + .seconds(3_600)
      if let block = await watcher.nextBlock(patience: patience, until: deadline) { book(block) }
    }
    await watcher.close()
  }

  private func book(_ watched: WatchedBlock) {
    let block = watched.block
    summary.blocks += 1
    summary.lastHeight = watched.height
    if block.view > 0 { summary.viewChanges += 1 }
    if !block.statement.covered { summary.carbon.blocksNotCovered += 1 }
    summary.carbon.footprint = block.statement.footprintCumulative
    summary.carbon.consumed = block.statement.consumedCumulative
    summary.carbon.tonnesRetired = block.statement.tonnesRetiredCumulative
    if let milliseconds = watched.slowestCertificateMilliseconds {
      certificates.append(milliseconds)
    }
    timestamps = (timestamps?.first ?? block.timestamp, block.timestamp)
    if !watched.rootsEqual {
      summary.problems.append("At height \(watched.height) nodes have different roots: a fork.")
    }
    if let problem = outageWatch?.take(height: watched.height, view: block.view) {
      summary.problems.append(problem)
    }
    emit(.block(watched))
  }

  /// Waits until all nodes have the highest block any of them has, and compares; gives its height.
  func settle() async -> UInt64 {
    let clients = nodes.map { NodeClient($0.address) }
    defer { Task { for client in clients { await client.close() } } }
    let deadline = clock.now + (isAborted ? .seconds(5) : .seconds(60))
    var height: UInt64 = 0
    for client in clients {
      if let status = try? await client.status() { height = max(height, status.height) }
    }
    guard height > 0 else {
      summary.problems.append("No block was final.")
      return 0
    }
    var lacking = Array(nodes.indices)
    var blocks: [BlockAnswer] = []
    while !lacking.isEmpty, clock.now < deadline {
      for index in lacking {
        guard let block = try? await clients[index].block(height) else { continue }
        blocks.append(block)
        lacking.removeAll { $0 == index }
      }
      if !lacking.isEmpty { try? await clock.sleep(for: .milliseconds(100)) }
    }
    if !lacking.isEmpty {
      let names = lacking.map(name).joined(separator: ", ")
      summary.problems.append("Height \(height) is missing on \(names).")
    }
    let first = blocks.first
    summary.rootsEqual = blocks.allSatisfy {
      $0.hash == first?.hash && $0.stateRoot == first?.stateRoot
    }
    if !summary.rootsEqual {
      summary.problems.append("At height \(height) nodes have different roots: a fork.")
    }
    return height
  }

  /// Lets the watcher report up to a height.
  func waitForWatcher(_ height: UInt64) async {
    let deadline = clock.now + .seconds(30)
    while summary.lastHeight < height, clock.now < deadline {
      try? await clock.sleep(for: .milliseconds(50))
    }
    if summary.lastHeight < height {
      summary.problems.append("No node shows block \(summary.lastHeight + 1).")
    }
  }

  /// Reads what the nodes counted.
  func collect() async {
    var statuses: [StatusAnswer] = []
    for node in nodes {
      let client = NodeClient(node.address)
      if let status = try? await client.status() { statuses.append(status) }
      await client.close()
    }
    let final = statuses.reduce(0.0) { $0 + Double($1.transactionsFinal) }
    guard final > 0, let names = statuses.first?.stages.map(\.stage) else { return }
    summary.cost.stages = names.map { name in
      let total = statuses.reduce(0.0) { sum, status in
        sum + Double(status.stages.first { $0.stage == name }?.microseconds ?? 0)
      }
      return RunSummary.Cost.StageCost(stage: name, microseconds: total / final)
    }
    summary.cost.process =
      statuses.reduce(0.0) { $0 + Double($1.processMicroseconds) } / final
  }

  func finishSummary() {
    let sorted = certificates.sorted()
    summary.certificates.blocks = sorted.count
    summary.certificates.worstMilliseconds = sorted.last ?? 0
    if !sorted.isEmpty {
      let (low, high) = (sorted[(sorted.count - 1) / 2], sorted[sorted.count / 2])
      summary.certificates.medianMilliseconds = (low + high) / 2
    }
    if let timestamps, summary.blocks > 0 {
      let slots =
        (timestamps.last - timestamps.first)
        / max(1, plan.folder.description.intervalMilliseconds)
      summary.missedSlots = slots - min(slots, UInt64(summary.blocks - 1))
    }
    guard let load = summary.load else { return }
    summary.problems += load.problems
  }
}
