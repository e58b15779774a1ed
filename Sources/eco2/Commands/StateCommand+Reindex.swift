import ArgumentParser
import Audit
import LedgerCore

struct StateReindexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reindex",
    abstract: "Makes a stopped node's ordered indexes anew from its records.",
    discussion: """
      Indexes are derived from the records and hold nothing else. All records are read and \
      verified first; where one is damaged, nothing is written. Each index is replaced in one \
      synced step, and the command can be repeated when it was interrupted.

      Examples:
        eco2 state reindex --home net/node-00
        eco2 state reindex --home net/node-00 lots
      """)

  @Option(help: "The home of a stopped node.")
  var home: String

  @Argument(help: "Names of indexes; all there are when left out.")
  var indexes: [String] = []

  @OptionGroup var output: OutputOptions

  func run() throws {
    let bar = ProgressLine("reading")
    defer { bar.clear() }
    let rebuilt = try IndexRebuild.run(
      home: home, indexes: indexes, workers: StateCommand.workers()
    ) { bar.show($0, of: $1) }
    bar.clear()
    let answer = StateReindexAnswer(home: home, indexes: rebuilt.map(StateReindexAnswer.Index.init))
    try output.show(answer) {
      answer.indexes.map {
        "Index \($0.name) of \(home) is made anew: \($0.entries) entries, before \($0.before)."
      }.joined(separator: "\n")
    }
  }
}

/// Rebuilt indexes as they are printed.
struct StateReindexAnswer: Encodable {
  struct Index: Encodable {
    let name: String
    let entries: Int
    let before: Int

    init(_ rebuilt: IndexRebuild.Rebuilt) {
      name = rebuilt.name
      entries = rebuilt.entries
      before = rebuilt.before
    }
  }

  let home: String
  let indexes: [Index]
}
