import Foundation
public import LedgerClient
public import LedgerCore
public import LedgerRules
public import LoadTest
public import NodeRuntime
import StrictJSON

/// What a network's folder holds, for tools: `network.json`.
public struct NetworkDescription: Codable, Equatable, Sendable {
  public struct Node: Codable, Equatable, Sendable {
    public var name: String
    /// Account, as an address.
    public var address: String
    /// Folder below the network's.
    public var home: String
    /// Where clients reach it, `host:port`.
    public var api: String
  }

  public var network: String
  public var isTest: Bool
  /// Genesis hash, hexadecimal.
  public var chain: String
  public var intervalMilliseconds: UInt64
  /// Accounts derived from `keys/load.pem`; 0 on networks that are no test.
  public var loadAccounts: Int
  /// Folder of the account keys.
  public var keys: String
  /// The ER Nodes.
  public var nodes: [Node]
  /// The full nodes, if there are any.
  public var fullNodes: [Node]?

  /// The ER Nodes, then the full nodes.
  public var all: [Node] { nodes + (fullNodes ?? []) }
}

/// A network's folder: one home a node, the account keys, and what `network.json` says of them.
public struct NetworkFolder: Sendable {
  public let path: String
  public let description: NetworkDescription

  /// Opens a folder that `eco2 genesis` or `eco2 testnet` made.
  public init(opening path: String) throws(NetworkFolderError) {
    let file = path + "/" + Self.descriptionName
    guard let data = FileManager.default.contents(atPath: file) else { throw .noNetwork(path) }
    do throws(JSONError) {
      description = try JSONValue([UInt8](data)).decode()
    } catch { throw .badDescription(file, reason: "\(error)") }
    self.path = path
  }

  init(path: String, description: NetworkDescription) {
    self.path = path
    self.description = description
  }

  static let descriptionName = "network.json"

  static func homeName(_ node: Int) -> String { node < 10 ? "node-0\(node)" : "node-\(node)" }

  /// The home of a node, full nodes behind the ER Nodes.
  public func home(_ node: Int) -> NodeHome { NodeHome(path + "/" + description.all[node].home) }

  /// Where each ER Node's API listens.
  public var nodes: [NodeAddress] { description.nodes.compactMap { NodeAddress($0.api) } }

  /// The key file of an account by its role: `treasury`, `committee`, `founder`, `depositor`,
  /// `registrar-1` and up, or a node's home name.
  public func accountKey(_ role: String) -> String { description.keys + "/\(role).pem" }

  public var genesisPath: String { path + "/genesis.bcs" }

  /// Reads the genesis document.
  public func genesis() throws(NetworkFolderError) -> GenesisDocument {
    guard let data = FileManager.default.contents(atPath: genesisPath) else {
      throw .noNetwork(path)
    }
    do { return try GenesisDocument(bcs: Array(data)) } catch {
      throw .badGenesis(genesisPath, reason: "\(error)")
    }
  }

  /// The accounts that a test network funds for load.
  public func loadAccounts() throws(NetworkFolderError) -> LoadAccounts {
    guard description.loadAccounts > 0 else { throw .noLoadAccounts(path) }
    do {
      let seed = try KeyFile.read(
        path: accountKey("load"), passphrase: [], allowUnencrypted: true)
      return LoadAccounts(seed: seed, count: description.loadAccounts)
    } catch { throw .key(error) }
  }
}

/// Why a network's folder cannot be made or used.
public enum NetworkFolderError: Error, Sendable, CustomStringConvertible {
  /// Something is there already.
  case exists(String)
  case noNetwork(String)
  case badDescription(String, reason: String)
  case badGenesis(String, reason: String)
  case noLoadAccounts(String)
  case key(KeyFileError)
  case file(String, reason: String)
  case missingSource(String)
  /// An export from which credits were to be brought on chain.
  case nothingToOnboard(String)
  case genesis(GenesisError)
  /// Nodes in the list, and how many are wanted.
  case tooFewNodes(listed: Int, wanted: Int)
  /// An address is given for a node that the list does not name.
  case unknownNode(String, listed: [String])

  public var description: String {
    switch self {
    case .exists(let path):
      "\(path) exists already, and nothing is overwritten; name another folder or remove it."
    case .noNetwork(let path):
      "\(path) holds no network; make one with `eco2 testnet --home \(path)` or `eco2 genesis`."
    case .badDescription(let path, let reason), .badGenesis(let path, let reason):
      "\(path) cannot be used: \(reason)."
    case .noLoadAccounts(let path):
      "The network in \(path) funds no accounts for load: it is no test."
    case .key(let error): "\(error)."
    case .file(let path, let reason): "\(path) cannot be written: \(reason)."
    case .genesis(let error): "No genesis can be made of this: \(error)."
    case .missingSource(let path):
      "There is no file \(path); give --credits, --factors and --nodes, as in Examples/genesis."
    case .nothingToOnboard(let path):
      "\(path) has fewer than two records that may be brought on chain: one for the custodian's "
        + "buffer, and one to trade."
    case .unknownNode(let name, let listed):
      "The node list names no `\(name)`; it names \(listed.joined(separator: ", "))."
    case .tooFewNodes(let listed, let wanted):
      "The node list names \(listed) ER Nodes, \(wanted) are wanted; add rows or ask for fewer."
    }
  }
}
