import LedgerCore
import Paired

extension FigureDefinition {
  /// A node's whole pipeline without its network: frames in, verified, executed, root, logged,
  /// flushed.
  static let pipeline: [FigureDefinition] = [
    PipelineCase(id: "pipeline.1k", accounts: 1_000, transfers: 20_000),
    PipelineCase(id: "pipeline.100k", accounts: 100_000, transfers: 100_000),
    PipelineCase(id: "pipeline.1m", accounts: 1_000_000, transfers: 100_000),
    PipelineCase(id: "pipeline.10m", accounts: 10_000_000, transfers: 100_000),
  ].flatMap { [$0.rate, $0.cost] }
}

/// A number of accounts, and transfers of a block between them.
private struct PipelineCase: Sendable {
  let id: String
  let accounts: Int
  let transfers: Int

  /// Transactions a second, stated for a million accounts.
  private static let rateBar = 150_000.0
  /// CPU time of all threads for a transaction, µs, stated for a million accounts.
  private static let costBar = 13.0

  var rate: FigureDefinition {
    FigureDefinition(
      id: id, bar: .valueAtLeast(Self.rateBar, unit: "/s"), against: "its bar", cores: 2,
      needs: .accounts(accounts)
    ) { conditions in
      MeasuredFigure(
        try measure(conditions).map(\.perSecond), unit: "/s", against: Self.rateBar)
    }
  }

  var cost: FigureDefinition {
    FigureDefinition(
      id: id + ".cpu", bar: .valueAtMost(Self.costBar, unit: "µs"), against: "its bar", cores: 2,
      needs: .accounts(accounts)
    ) { conditions in
      MeasuredFigure(
        try measure(conditions).map(\.microseconds), unit: "µs", against: Self.costBar)
    }
  }

  /// Blocks in a stream; the first two do not count, and the last has none after it.
  private func measure(_ conditions: Conditions) throws -> [PipelineRun.Rate] {
    let folder = conditions.data.accounts(accounts)
    guard let senders = folder.senders else {
      throw BenchmarkFault.broken("the accounts are not there")
    }
    let blocks = try frames(folder, senders, count: conditions.isQuick ? 6 : 15)
    let copy = try folder.copy("subject")
    defer { try? copy.remove() }
    return try PipelineRun(ledger: copy.ledger, blocks: blocks, workers: 0).measure(warmUp: 2)
  }

  private func frames(
    _ folder: PipelineFolder, _ senders: [UInt8], count: Int
  ) throws -> [PipelineBlocks.Frames] {
    let copy = try folder.copy("others")
    defer { try? copy.remove() }
    var blocks = try PipelineBlocks(ledger: copy.ledger, senders: senders)
    return try (0..<count).map { _ in try blocks.next(transfers: transfers) }
  }
}
