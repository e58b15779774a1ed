import Foundation
import LedgerCore

/// The folder of a ledger with so many accounts that can sign.
struct PipelineFolder: Sendable {
  let network: PipelineNetwork
  private let path: String

  init(path: String, accounts: Int) {
    self.init(
      path: path + "/accounts-\(accounts)", network: PipelineNetwork(accounts: accounts))
  }

  private init(path: String, network: PipelineNetwork) {
    self.path = path
    self.network = network
  }

  /// The home of a node.
  var ledger: String { path + "/ledger" }
  /// Public keys of the accounts that send, 32 bytes each.
  private var keys: String { path + "/keys" }

  /// Disk that building and measuring take at most: the state, two copies of it, and their logs.
  var bytesNeeded: Int { network.accounts * 2_500 + (6 << 30) }

  /// The accounts that send; nil unless all is built.
  var senders: [UInt8]? {
    guard let bytes = FileManager.default.contents(atPath: keys),
      bytes.count == network.senders * 32
    else { return nil }
    return Array(bytes)
  }

  func make() throws {
    try FileManager.default.createDirectory(atPath: ledger, withIntermediateDirectories: true)
  }

  /// Says that the ledger is whole.
  func seal(_ senders: [UInt8]) throws {
    try Data(senders).write(to: URL(fileURLWithPath: keys), options: .atomic)
  }

  /// A copy of the home, to be changed and removed.
  func copy(_ name: String) throws -> PipelineFolder {
    let copy = PipelineFolder(path: path + "-" + name, network: network)
    try copy.remove()
    try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: ledger, toPath: copy.ledger)
    return copy
  }

  func remove() throws {
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }
}

extension PipelineFolder {
  /// Builds the ledger of genesis.
  func build() throws {
    try make()
    let line = ProgressLine("building \(network.accounts) accounts")
    line.show(0)
    let senders = try network.sendingAccounts()
    line.show(0.3)
    try CarbonBuilder.load(try network.genesis(senders), into: ledger)
    try seal(senders.flatMap { $0.bytes.array })
    line.end()
  }
}
