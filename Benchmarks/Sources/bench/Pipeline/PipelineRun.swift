import Foundation
import LedgerCore
import Paired
import Replica

/// A stream of full blocks through one node: while a block is executed, the bundles of the next
/// come in, as they do between two slots.
struct PipelineRun {
  /// What it gives for one block in the stream.
  struct Rate {
    /// Transactions a second.
    let perSecond: Double
    /// CPU time of all the process's threads for a transaction, µs.
    let microseconds: Double
  }

  let node: PipelineNode
  let blocks: [PipelineBlocks.Frames]

  init(ledger: String, blocks: [PipelineBlocks.Frames], workers: Int) throws {
    self.blocks = blocks
    node = try PipelineNode(
      ledger: ledger, account: CarbonNetwork.nodeAccount(PipelineNetwork.subject),
      workers: workers)
  }

  /// - Parameter warmUp: blocks at first that do not count.
  func measure(warmUp: Int) throws -> [Rate] {
    defer { node.stop() }
    for author in PipelineNetwork.authors {
      node.take(.peerConnected(CarbonNetwork.nodeAccount(author)), at: blocks[0].timestamp)
    }
    bundles(of: blocks[0])
    var rates: [Rate] = []
    for (index, block) in blocks.enumerated() {
      let start = (time: ContinuousClock.now, cpu: ProcessorTime.used)
      node.take(
        .frame(block.decision, from: CarbonNetwork.nodeAccount(0)), at: block.timestamp)
      if index + 1 < blocks.count { bundles(of: blocks[index + 1]) }
      try node.wait(forHeight: block.height, root: block.root)
      if index + 1 < blocks.count {
        let due = blocks[...(index + 1)].reduce(0) { $0 + $1.bundles.count }
        try node.wait(forBundles: due)
      } else {
        try node.wait(forFlushOf: block.height)
      }
      let elapsed = (ContinuousClock.now - start.time) / .seconds(1)
      let cpu = (ProcessorTime.used - start.cpu) / .microseconds(1)
      guard index >= warmUp, index + 1 < blocks.count else { continue }
      rates.append(
        Rate(
          perSecond: Double(block.transactions) / elapsed,
          microseconds: cpu / Double(block.transactions)))
    }
    return rates
  }

  private func bundles(of block: PipelineBlocks.Frames) {
    for (author, bytes) in block.bundles {
      node.take(.frame(bytes, from: author), at: block.timestamp)
    }
  }
}
