import Foundation

/// What one node needs to know beside the genesis document: `node.json` in its home.
public struct NodeConfiguration: Codable, Sendable {
  /// A host and a TCP port.
  public struct Endpoint: Codable, Hashable, Sendable {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }
  }

  /// Another ER Node: who it is, the transport key it must show, and where it listens.
  public struct Peer: Codable, Sendable {
    /// Account id, 64 hexadecimal digits.
    public var account: String
    /// Ed25519 transport key, 64 hexadecimal digits.
    public var transportKey: String
    public var endpoint: Endpoint

    public init(account: String, transportKey: String, endpoint: Endpoint) {
      self.account = account
      self.transportKey = transportKey
      self.endpoint = endpoint
    }
  }

  /// The node's own account id, 64 hexadecimal digits.
  public var account: String
  /// Where peers reach the node.
  public var listen: Endpoint
  /// Where clients reach it; port 0 takes a free one.
  public var api: Endpoint
  public var peers: [Peer]

  public init(account: String, listen: Endpoint, api: Endpoint, peers: [Peer]) {
    self.account = account
    self.listen = listen
    self.api = api
    self.peers = peers
  }
}

/// Where things lie in a node's home.
public struct NodeHome: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var genesis: String { path + "/genesis.bcs" }
  public var configuration: String { path + "/node.json" }
  public var consensusKey: String { path + "/keys/consensus.pem" }
  public var transportKey: String { path + "/keys/transport.pem" }
  /// Passphrase of the key files, when they have one.
  public var passphrase: String { path + "/keys/passphrase" }
  public var data: String { path + "/data" }
  /// Written when the API listens: its port, for tools that find a node by its home.
  public var apiAddress: String { path + "/api.address" }

  /// Reads `node.json`.
  public func loadConfiguration() throws(NodeStartError) -> NodeConfiguration {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: configuration))
    } catch {
      throw .missingFile(configuration, hint: "make a home with `eco2 testnet` or `eco2 genesis`")
    }
    let decoded: NodeConfiguration
    do {
      decoded = try JSONDecoder().decode(NodeConfiguration.self, from: data)
    } catch {
      throw .badConfiguration(configuration, reason: "\(error)")
    }
    for endpoint in [decoded.listen, decoded.api] + decoded.peers.map(\.endpoint)
    where !(0...65_535).contains(endpoint.port) {
      throw .badConfiguration(
        configuration, reason: "\(endpoint.port) is no TCP port (0 to 65535)")
    }
    return decoded
  }

  /// Writes `node.json`, indented for people.
  public func save(_ configuration: NodeConfiguration) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(configuration).write(to: URL(fileURLWithPath: self.configuration))
  }
}

/// Why a node does not start; each says what to do.
public enum NodeStartError: Error, Sendable, CustomStringConvertible {
  case missingFile(String, hint: String)
  case badConfiguration(String, reason: String)
  case badGenesis(String, reason: String)
  case badKey(String, reason: String)
  case notInGenesis(account: String)
  case store(String)
  case network(String)
  case recovery(String)

  public var description: String {
    switch self {
    case .missingFile(let path, let hint): "\(path) is missing: \(hint)."
    case .badConfiguration(let path, let reason): "\(path) cannot be used: \(reason)."
    case .badGenesis(let path, let reason): "The genesis file \(path) cannot be used: \(reason)."
    case .badKey(let path, let reason): "The key file \(path) cannot be used: \(reason)."
    case .notInGenesis(let account):
      "The account \(account) of node.json is no ER Node of this genesis; use the home made for it."
    case .store(let reason): reason
    case .network(let reason): "The peer network did not start: \(reason)."
    case .recovery(let reason): "The node's log cannot be replayed: \(reason)."
    }
  }
}
