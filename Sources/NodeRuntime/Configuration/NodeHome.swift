import Foundation

/// Where things lie in a node's home.
public struct NodeHome: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var genesis: String { path + "/genesis.bcs" }
  public var configuration: String { path + "/node.toml" }
  public var consensusKey: String { path + "/keys/consensus.pem" }
  public var transportKey: String { path + "/keys/transport.pem" }
  /// Passphrase of the key files, when they have one.
  public var passphrase: String { path + "/keys/passphrase" }
  public var data: String { path + "/data" }
  /// Written when the API listens: its port, for tools that find a node by its home.
  public var apiAddress: String { path + "/api.address" }

  /// Reads `node.toml`, and what overrides it.
  ///
  /// - Parameters:
  ///   - environment: variables; those named `ECO2_SECTION_…` are settings.
  ///   - overrides: `section.name=value`.
  public func loadConfiguration(
    environment: [String: String] = [:], overrides: [String] = []
  ) throws(NodeStartError) -> EffectiveConfiguration {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: configuration))
    } catch {
      throw .missingFile(configuration, hint: "make a home with `eco2 testnet` or `eco2 genesis`")
    }
    guard let text = String(data: data, encoding: .utf8) else {
      throw .badConfiguration(
        ConfigurationFaults(faults: [
          ConfigurationFault(.file(configuration, line: 0, column: 0), "this is not UTF-8")
        ]))
    }
    do {
      return try EffectiveConfiguration(
        text: text, file: configuration, environment: environment, overrides: overrides)
    } catch { throw .badConfiguration(error) }
  }

  /// Writes `node.toml`, with a comment for every setting.
  public func save(_ configuration: NodeConfiguration) throws {
    try Data(ConfigurationText.text(configuration).utf8).write(
      to: URL(fileURLWithPath: self.configuration))
  }
}

/// Why a node does not start; each says what to do.
public enum NodeStartError: Error, Sendable, CustomStringConvertible {
  case missingFile(String, hint: String)
  case badConfiguration(ConfigurationFaults)
  case badGenesis(String, reason: String)
  case badKey(String, reason: String)
  case notInGenesis(account: String)
  case store(String)
  case network(String)
  case recovery(String)

  public var description: String {
    switch self {
    case .missingFile(let path, let hint): "\(path) is missing: \(hint)."
    case .badConfiguration(let faults): "The settings cannot be used:\n\(faults)"
    case .badGenesis(let path, let reason): "The genesis file \(path) cannot be used: \(reason)."
    case .badKey(let path, let reason): "The key file \(path) cannot be used: \(reason)."
    case .notInGenesis(let account):
      "The account \(account) of node.toml is no ER Node of this genesis; use the home made for it."
    case .store(let reason): reason
    case .network(let reason): "The peer network did not start: \(reason)."
    case .recovery(let reason): "The node's log cannot be replayed: \(reason)."
    }
  }
}
