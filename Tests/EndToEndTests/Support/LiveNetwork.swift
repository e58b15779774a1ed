import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import RegistryFiles
import Testing

/// A network of real processes in a folder of its own, gone with everything when the test is over.
struct LiveNetwork {
  let made: NetworkMaker.Made
  let nodes: [NodeProcess]

  var chain: ChainID { made.document.chainID }
  var folder: NetworkFolder { made.folder }
  var addresses: [NodeAddress] { nodes.map(\.address) }

  /// The executable that was built beside the tests, or the one that `ECO2_EXECUTABLE` names.
  static let eco2 =
    ProcessInfo.processInfo.environment["ECO2_EXECUTABLE"]
    ?? URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "eco2").path

  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func example(_ name: String) -> String {
    package.appending(path: "Examples/genesis/\(name)").path
  }

  /// Gives a folder that is removed afterwards.
  static func withFolder<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    let path =
      FileManager.default.temporaryDirectory.path + "/eco2-e2e-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
  }

  /// Makes a network of 4 ER Nodes, and full nodes behind them, not yet started.
  ///
  /// - Parameter change: other decisions about it.
  static func make(
    at path: String, interval: UInt64 = 1_000, nodes: Int = 4, fullNodes: Int = 0,
    change: (inout NetworkMaker) -> Void = { _ in }
  ) throws -> LiveNetwork {
    let ports = try #require(NetworkPorts.free(nodes: nodes, fullNodes: fullNodes))
    var maker = NetworkMaker(
      credits: example("credits.csv"), registry: .goldStandard, factors: example("factors.csv"),
      nodes: example("nodes.csv"), nodeCount: nodes, network: "end-to-end",
      intervalMilliseconds: interval, ports: ports, loadAccounts: 40, startMilliseconds: 2_000)
    change(&maker)
    let made = try maker.make(
      at: path, keysPath: path + "/keys", passphrase: nil,
      now: UInt64(Date(timeIntervalSinceNow: 0).timeIntervalSince1970 * 1_000))
    let folder = try made.folder.withFullNodes(fullNodes, ports: ports)
    return LiveNetwork(made: made, nodes: folder.processes(executable: eco2))
  }

  /// Runs a test on a started network; afterwards no process and no folder is left.
  ///
  /// - Parameter prepare: changes homes before their nodes start.
  static func run(
    interval: UInt64 = 1_000, nodes: Int = 4, fullNodes: Int = 0,
    change: (inout NetworkMaker) -> Void = { _ in },
    prepare: (LiveNetwork) throws -> Void = { _ in }, _ body: (LiveNetwork) async throws -> Void
  ) async throws {
    try await withFolder { path in
      let network = try make(
        at: path, interval: interval, nodes: nodes, fullNodes: fullNodes, change: change)
      do {
        try prepare(network)
        try await network.start()
        try await body(network)
      } catch {
        await network.killAll()
        throw error
      }
      await network.killAll()
    }
  }

  func start() async throws {
    for node in nodes { try node.start() }
    for node in nodes { try #require(await node.isUp(within: .seconds(60)), "\(log(of: node))") }
  }

  /// Stops all nodes and answers whether each ended by itself and without a fault.
  func stop() async -> Bool {
    await withTaskGroup(of: Bool.self) { group in
      for node in nodes { group.addTask { await node.stop() } }
      return await group.reduce(true) { $0 && $1 }
    }
  }

  func killAll() async {
    for node in nodes { await node.kill() }
  }

  func log(of node: NodeProcess) -> String {
    let text = FileManager.default.contents(atPath: node.logPath)
    return text.map { String(decoding: $0, as: UTF8.self) } ?? "no log"
  }

  /// Waits until all nodes have a height, and gives it as they saw it.
  func block(_ height: UInt64) async throws -> WatchedBlock {
    let watcher = BlockWatcher(addresses, after: height - 1)
    let deadline = ContinuousClock.now + .seconds(60)
    let block = await watcher.nextBlock(patience: .seconds(30), until: deadline)
    await watcher.close()
    return try #require(block)
  }

  /// The height of the last final block on the first node.
  func height() async throws -> UInt64 {
    try await client { try await $0.status().height }
  }

  /// Talks to the first node.
  func client<Result: Sendable>(_ body: (NodeClient) async throws -> Result) async throws -> Result
  {
    let client = NodeClient(addresses[0])
    do {
      let result = try await body(client)
      await client.close()
      return result
    } catch {
      await client.close()
      throw error
    }
  }

  func key(_ role: String) throws -> SigningKey {
    let seed = try KeyFile.read(
      path: folder.accountKey(role), passphrase: [], allowUnencrypted: true)
    return try #require(SigningKey(seed: seed))
  }
}

extension SigningKey {
  /// A key of a seed that repeats one byte.
  static func of(_ byte: UInt8) throws -> SigningKey {
    try #require(SigningKey(seed: [UInt8](repeating: byte, count: 32)))
  }

  var account: AccountID { AccountID(publicKey) }
  var address: String { account.address(network: .test) }
}
