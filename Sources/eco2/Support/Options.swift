import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import NodeAnswers
import Wallet

/// `--json`, wherever something is reported.
struct OutputOptions: ParsableArguments {
  @Flag(help: "Print JSON for programs instead of text for people.")
  var json = false

  /// Prints a value as JSON or as text.
  func show(_ value: some Encodable, text: () throws -> String) throws {
    Printing.line(json ? try Printing.json(value) : try text())
  }
}

/// `--node`, wherever nodes are asked.
struct NodeOptions: ParsableArguments {
  @Option(
    name: .customLong("node"),
    help: "A node's API, host:port; given several times, the next is asked where one fails.",
    transform: nodeAddress)
  var nodes = [NodeAddress(host: "127.0.0.1", port: 8_101)]

  /// The first of them.
  var node: NodeAddress { nodes[0] }

  /// Asks through all of them.
  func withLedger<Result>(
    trust: TrustAnchor? = nil, _ body: (Ledger) async throws -> Result
  ) async throws -> Result {
    let ledger = try await Ledger.connect(to: nodes, trust: trust)
    do {
      let result = try await body(ledger)
      await ledger.close()
      return result
    } catch {
      await ledger.close()
      throw error
    }
  }
}

/// The first items of a list.
struct Listed<Item: Encodable>: Encodable {
  var items: [Item] = []
  /// There are more of them.
  var isCutOff = false

  func encode(to encoder: any Encoder) throws { try items.encode(to: encoder) }

  /// A row for each, and whether there are more; a sentence where there is none.
  func table(_ header: [String], none: String, _ row: (Item) -> [String]) -> String {
    guard !items.isEmpty else { return none }
    let table = Printing.table(items.map(row), header: header)
    return isCutOff ? table + "\n\nThe first \(items.count); --limit shows more." : table
  }
}

/// `--limit`, wherever something is listed.
struct ListingOptions: ParsableArguments {
  @Option(help: "The first so many.")
  var limit = 50

  func validate() throws {
    guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
  }

  /// The first items of a list that nodes give by pages.
  func list<Item>(
    from node: NodeOptions, _ pages: (_ ledger: Ledger, _ pageSize: Int) -> Pages<Item>
  ) async throws -> Listed<Item> {
    try await node.withLedger { ledger in
      var listed = Listed<Item>()
      for try await item in pages(ledger, min(limit, PageFormat.itemsMax - 1) + 1) {
        listed.isCutOff = listed.items.count == limit
        if listed.isCutOff { break }
        listed.items.append(item)
      }
      return listed
    }
  }
}

/// Parses `host:port` for an option of the type.
func nodeAddress(_ text: String) throws -> NodeAddress {
  guard let address = NodeAddress(text) else {
    throw ValidationError("`\(text)` is no host:port, such as 127.0.0.1:8101.")
  }
  return address
}

/// A span of time as people write it: `500ms`, `10s`, `5m`, `2h`.
struct Span: ExpressibleByArgument, CustomStringConvertible {
  let milliseconds: UInt64

  init(milliseconds: UInt64) { self.milliseconds = milliseconds }

  init?(argument: String) {
    let units: [(String, UInt64)] = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000)]
    for (suffix, scale) in units where argument.hasSuffix(suffix) {
      guard let number = UInt64(argument.dropLast(suffix.count)) else { continue }
      let (product, overflow) = number.multipliedReportingOverflow(by: scale)
      guard !overflow else { return nil }
      milliseconds = product
      return
    }
    return nil
  }

  var description: String {
    milliseconds.isMultiple(of: 1_000) ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
  }

  var duration: Duration { .milliseconds(milliseconds) }
}

/// An amount with its token: `12.5eco2`, `3ecc`.
struct TokenAmount: ExpressibleByArgument {
  let token: Token
  let amount: Amount

  init?(argument: String) {
    for token in Token.allCases where argument.lowercased().hasSuffix(token.symbol.lowercased()) {
      let number = String(argument.dropLast(token.symbol.count))
      guard let amount = token.parse(number) else { return nil }
      self.token = token
      self.amount = amount
      return
    }
    return nil
  }
}

/// Where a key file's passphrase comes from: a file, the environment, or the terminal.
struct PassphraseOptions: ParsableArguments {
  @Option(
    help: """
      File whose first line is the key file's passphrase; otherwise ECO2_PASSPHRASE, otherwise you \
      are asked.
      """)
  var passphraseFile: String?

  /// For a file to be made: asked for twice, and never empty.
  func newPassphrase() throws -> [UInt8] {
    let first = try passphrase(prompt: "New passphrase: ")
    guard !first.isEmpty else { throw ValidationError("The passphrase is empty; choose one.") }
    let second = try passphrase(prompt: "The same again: ")
    guard first == second else { throw ValidationError("The two differ; nothing was made.") }
    return first
  }

  func passphrase(prompt: String) throws -> [UInt8] {
    if let passphraseFile { return try Self.firstLine(passphraseFile) }
    // Neither the environment nor a string made of it can be overwritten: for tests and services.
    if let text = ProcessInfo.processInfo.environment["ECO2_PASSPHRASE"] { return Array(text.utf8) }
    guard let entered = Terminal.secret(prompt) else {
      throw ValidationError(
        "A passphrase is needed: give --passphrase-file or set ECO2_PASSPHRASE.")
    }
    return entered
  }

  /// A file's first line, without its end.
  static func firstLine(_ path: String) throws -> [UInt8] {
    var bytes = try WholeFile.read(path, bytesMax: 64 * 1024)
    defer { KeyFile.erase(&bytes) }
    let line = bytes.prefix { $0 != UInt8(ascii: "\n") }
    return Array(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
  }
}
