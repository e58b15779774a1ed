import ArgumentParser
import LedgerStore

struct HistoryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history",
    abstract: "The index of transactions and accounts beside a stopped node's log.",
    discussion: """
      Example:
        eco2 history rebuild --home net/node-00
      """,
    subcommands: [HistoryRebuildCommand.self])
}

struct HistoryRebuildCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild",
    abstract: "Removes a stopped node's history and makes it anew from its log.",
    discussion: """
      The history is derived from the log and holds nothing else; a node makes it anew by itself \
      when it finds it damaged. This does it while the node is stopped.

      Example:
        eco2 history rebuild --home net/node-00
      """)

  @Option(help: "The home of a stopped node.")
  var home: String

  @OptionGroup var output: OutputOptions

  /// Blocks in one step.
  private static let stepMax = 64

  func run() throws {
    let store = try NodeStore(home: home, genesis: nil)
    try HistoryStore.remove(home: home)
    let heights = store.log.heights
    let history = try HistoryStore(
      home: home, chain: store.chain, first: heights?.lowerBound ?? 1)
    while let last = heights?.upperBound, history.height < last {
      var step: [LogEntry] = []
      while step.count < Self.stepMax,
        let entry = try store.log.read(history.height + 1 + UInt64(step.count))
      {
        step.append(entry)
      }
      guard !step.isEmpty else { break }
      try history.append(step)
    }
    let answer = HistoryAnswer(home: home, blocks: history.heights.count, height: history.height)
    try output.show(answer) {
      "The history of \(home) is made anew: \(answer.blocks) blocks, up to height \(answer.height)."
    }
  }
}

/// A rebuilt history as it is printed.
struct HistoryAnswer: Encodable {
  let home: String
  let blocks: Int
  let height: UInt64
}
