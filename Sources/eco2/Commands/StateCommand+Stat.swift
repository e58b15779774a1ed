import ArgumentParser
import Foundation
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

struct StateStatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stat",
    abstract: "What a stopped node's state is made of: records, pages, tree, indexes, log.",
    discussion: """
      All records are read; nothing is changed.

      Examples:
        eco2 state stat --home net/node-00
        eco2 state stat --home net/node-00 --json
      """)

  @Option(help: "The home of a stopped node.")
  var home: String

  @OptionGroup var output: OutputOptions

  func run() throws {
    let bar = ProgressLine("reading")
    defer { bar.clear() }
    let report = try StoreAudit(home: home).report { bar.show($0, of: $1) }
    bar.clear()
    let answer = StateStatAnswer(report, home: home)
    try output.show(answer) { answer.text }
  }
}

/// What a state is made of, as it is printed.
struct StateStatAnswer: Encodable {
  struct Domain: Encodable {
    let domain: String
    let kind: String
    let records: UInt64
    let keyBytes: UInt64
    let valueBytes: UInt64
  }

  struct Index: Encodable {
    let name: String
    let entries: UInt64
    let keyBytes: UInt64
    let valueBytes: UInt64
  }

  struct Database: Encodable {
    let name: String
    let entries: Int
    let depth: Int
    let branchPages: Int
    let leafPages: Int
    let overflowPages: Int
  }

  struct File: Encodable {
    let pageBytes: Int
    let usedBytes: Int
    let otherPages: Int
    let fileBytes: UInt64
    let mapBytes: Int
  }

  struct Tree: Encodable {
    let depth: Int
    let memoryBytes: Int
  }

  struct Log: Encodable {
    let firstHeight: UInt64?
    let lastHeight: UInt64?
    let segments: Int
    let bytes: UInt64
  }

  let home: String
  let chain: String
  let height: UInt64
  let root: String
  let records: [Domain]
  let indexes: [Index]
  let damaged: UInt64
  let databases: [Database]
  let file: File
  let tree: Tree?
  let log: Log?

  init(_ report: StateReport, home: String) {
    self.home = home
    chain = report.chain.hex
    height = report.height
    root = report.root.hex
    records = report.records.map { prefix, amount in
      let key = StateKey(prefix)
      let domain = RecordDomain(of: key)?.name ?? "domain \(prefix[0])"
      return Domain(
        domain: domain, kind: RecordKind(of: key)?.name ?? "kind \(prefix[1])",
        records: amount.count, keyBytes: amount.keyBytes, valueBytes: amount.valueBytes)
    }
    indexes = report.indexes.map { name, amount in
      Index(
        name: name, entries: amount.count, keyBytes: amount.keyBytes,
        valueBytes: amount.valueBytes)
    }
    damaged = report.damaged
    databases = report.databases.map {
      Database(
        name: $0.name, entries: $0.entries, depth: $0.depth, branchPages: $0.branchPages,
        leafPages: $0.leafPages, overflowPages: $0.overflowPages)
    }
    file = File(
      pageBytes: report.pageBytes, usedBytes: report.usedBytes, otherPages: report.otherPages,
      fileBytes: report.fileBytes, mapBytes: report.mapBytes)
    tree = report.tree.map { Tree(depth: $0.depth, memoryBytes: $0.bytes) }
    log = report.log.map {
      Log(
        firstHeight: $0.heights?.lowerBound, lastHeight: $0.heights?.upperBound,
        segments: $0.segments, bytes: $0.bytes)
    }
  }

  var text: String {
    let facts: [(String, String)] = [
      ("home", home), ("chain", chain), ("height", "\(height)"), ("root", root),
      ("file", "\(Self.size(file.usedBytes)) in use of \(Self.size(Int(file.fileBytes)))"),
      (
        "pages",
        "\(file.usedBytes / max(1, file.pageBytes)) of \(file.pageBytes) bytes; "
          + "\(file.otherPages) of them free for use again, or the file's own"
      ),
      ("map", "\(Self.size(file.mapBytes)), doubled when it is full"),
      (
        "tree",
        tree.map { "\($0.depth) levels, \(Self.size($0.memoryBytes)) of memory" }
          ?? "cannot be built: records are damaged"
      ),
      ("log", logText),
    ]
    var parts = [
      Printing.facts(facts),
      Printing.table(
        recordSums,
        [
          ("domain", \.domain), ("kind", \.kind), ("records", \.records),
          ("key bytes", \.keyBytes), ("value bytes", \.valueBytes),
        ]),
      Printing.table(
        indexes,
        [
          ("index", \.name), ("entries", \.entries), ("key bytes", \.keyBytes),
          ("value bytes", \.valueBytes),
        ]),
      Printing.table(
        databases,
        [
          ("database", \.name), ("entries", \.entries), ("depth", \.depth),
          ("branch pages", \.branchPages), ("leaf", \.leafPages), ("overflow", \.overflowPages),
        ]),
    ]
    if damaged > 0 {
      parts.append("\(damaged) records or entries are damaged: see `eco2 state verify`.")
    }
    return parts.joined(separator: "\n\n")
  }

  private var logText: String {
    guard let log else { return "damaged: see `eco2 audit`" }
    let files = "\(log.segments) \(log.segments == 1 ? "segment" : "segments")"
    guard let first = log.firstHeight, let last = log.lastHeight else { return "no blocks" }
    return "blocks \(first) to \(last) in \(files), \(Self.size(Int(log.bytes)))"
  }

  /// The records by kind, with sums below each domain of several kinds, and below all.
  private var recordSums: [Domain] {
    var sums: [Domain] = []
    var rest = records[...]
    while let domain = rest.first?.domain {
      let own = rest.prefix { $0.domain == domain }
      rest = rest.dropFirst(own.count)
      sums += own
      if own.count > 1 { sums.append(Domain(domain: domain, kind: "all", sumOf: own)) }
    }
    return sums + [Domain(domain: "all", kind: "", sumOf: records[...])]
  }

  /// Bytes as people read them: `1.5 MiB`.
  static func size(_ bytes: Int) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"]
    guard bytes >= 1024 else { return "\(bytes) bytes" }
    var value = Double(bytes) / 1024
    var unit = 0
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return value.formatted(.number.precision(.fractionLength(0...1))) + " " + units[unit]
  }
}

extension StateStatAnswer.Domain {
  fileprivate init(domain: String, kind: String, sumOf parts: ArraySlice<Self>) {
    func sum(_ amount: (Self) -> UInt64) -> UInt64 { parts.reduce(0) { $0 + amount($1) } }
    self.init(
      domain: domain, kind: kind, records: sum(\.records), keyBytes: sum(\.keyBytes),
      valueBytes: sum(\.valueBytes))
  }
}
