import Foundation
public import LedgerClient
public import LedgerRules
public import RegistryFiles

/// Everything needed to make a network's folder from files.
public struct NetworkMaker: Sendable {
  public var credits: String
  public var registry: Registry
  public var factors: String
  public var nodes: String
  /// How many of the listed ER Nodes to take; nil for all.
  public var nodeCount: Int?
  /// How many of them have a seat at a time; nil for 21.
  public var seats: Int?
  /// From election to election, ms; nil for 30 days.
  public var termMilliseconds: UInt64?
  public var network: String
  public var intervalMilliseconds: UInt64
  public var ports: NetworkPorts
  /// Where peers reach nodes that have machines of their own, by the node's name.
  public var addresses: [String: NodeAddress] = [:]
  /// Accounts to fund for load: makes the network a test; nil for one that is none.
  public var loadAccounts: Int?
  /// How much time the nodes' processes need to start.
  public var startMilliseconds: UInt64

  public init(
    credits: String, registry: Registry, factors: String, nodes: String, nodeCount: Int?,
    network: String, intervalMilliseconds: UInt64, ports: NetworkPorts, loadAccounts: Int?,
    startMilliseconds: UInt64
  ) {
    self.credits = credits
    self.registry = registry
    self.factors = factors
    self.nodes = nodes
    self.nodeCount = nodeCount
    self.network = network
    self.intervalMilliseconds = intervalMilliseconds
    self.ports = ports
    self.loadAccounts = loadAccounts
    self.startMilliseconds = startMilliseconds
  }

  /// A network as it was made.
  public struct Made: Sendable {
    public let folder: NetworkFolder
    public let document: GenesisDocument
    public let sources: GenesisSources
    /// In the document's order.
    public let dues: [GenesisDue]
  }

  /// Reads the files, makes keys, judges the document by every rule of genesis, and writes the
  /// folder.
  ///
  /// - Parameters:
  ///   - path: the network's folder; must not exist or be empty.
  ///   - keysPath: the folder of the account keys; must not exist or be empty.
  ///   - passphrase: of all key files; nil leaves a test network's keys unencrypted.
  ///   - now: milliseconds since 1970.
  public func make(at path: String, keysPath: String, passphrase: [UInt8]?, now: UInt64) throws
    -> Made
  {
    let sources = try GenesisSources(
      credits: Self.read(credits), registry: registry, factors: Self.read(factors),
      nodes: Self.read(nodes), time: now)
    let count = nodeCount ?? sources.nodes.count
    guard count <= sources.nodes.count else {
      throw NetworkFolderError.tooFewNodes(listed: sources.nodes.count, wanted: count)
    }
    let ports = try published(sources.nodes.prefix(count).map(\.name))
    let keys = try NetworkKeys.generate(nodeCount: count, loadAccounts: loadAccounts)
    var plan = GenesisPlan(
      network: network,
      genesisTime: GenesisPlan.genesisTime(
        now: now, interval: intervalMilliseconds, startMilliseconds: startMilliseconds),
      interval: intervalMilliseconds,
      endpoints: (0..<count).map { "\(ports.peers($0))" })
    plan.seats = seats
    plan.term = termMilliseconds
    let document = GenesisDocument(plan, sources: sources, keys: keys)
    let dues: [GenesisDue]
    do throws(GenesisError) {
      _ = try document.initialState()
      dues = try document.dues()
    } catch { throw NetworkFolderError.genesis(error) }
    let folder = try NetworkFolder.make(
      at: path, keysPath: keysPath, document: document, keys: keys, ports: ports,
      passphrase: passphrase)
    return Made(folder: folder, document: document, sources: sources, dues: dues)
  }

  private func published(_ names: [String]) throws(NetworkFolderError) -> NetworkPorts {
    var ports = ports
    for (name, address) in addresses.sorted(by: { $0.key < $1.key }) {
      guard let node = names.firstIndex(of: name) else {
        throw .unknownNode(name, listed: names)
      }
      ports.published[node] = address
    }
    return ports
  }

  private static func read(_ path: String) throws(NetworkFolderError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw .missingSource(path)
    }
    return Array(data)
  }
}
