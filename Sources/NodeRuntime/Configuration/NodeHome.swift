import Foundation

/// Where things lie in a node's home.
public struct NodeHome: Sendable {
  public let path: String

  public init(_ path: String) { self.path = path }

  public var genesis: String { path + "/genesis.bcs" }
  public var configuration: String { path + "/node.toml" }
  /// The consensus key that a validator begins with.
  public var consensusKey: String { path + "/keys/consensus.pem" }
  /// The one that it has made for a term.
  func consensusKey(for term: UInt64) -> String { path + "/keys/consensus-\(term).pem" }
  public var transportKey: String { path + "/keys/transport.pem" }
  /// Passphrase of the key files, when they have one.
  public var passphrase: String { path + "/keys/passphrase" }
  /// What the consensus keys have signed.
  public var watermark: String { path + "/keys/watermark" }
  /// Beside it once it was made: a missing one is then lost, not new.
  public var watermarkMade: String { path + "/keys/watermark.made" }
  /// There when another process was seen to vote with a consensus key.
  public var keyElsewhere: String { path + "/keys/elsewhere" }
  /// Which place on which machine is this home's.
  public var fence: String { path + "/keys/home" }
  /// There when the home was given up.
  public var retired: String { path + "/keys/retired" }
  public var data: String { path + "/data" }
  /// Written when the API listens: its port, for tools that find a node by its home.
  public var apiAddress: String { path + "/api.address" }

  /// Where an operator on this machine speaks to the running node.
  public var controlSocket: String { path + "/control.sock" }

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
      throw .missingFile(
        configuration, hint: "make a home with `eco2 testnet`, `eco2 genesis` or `eco2 node init`")
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
  case noAccount(String)
  /// The home was given up; the note says where its validator went.
  case retired(String, note: String)
  /// The home was used in another place before, which may still sign.
  case copied(String, reason: String)
  /// A twin is asked for, of a build that runs none.
  case twinRefused
  case store(String)
  case network(String)
  case recovery(String)

  public var description: String {
    switch self {
    case .missingFile(let path, let hint): "\(path) is missing: \(hint)."
    case .badConfiguration(let faults): "The settings cannot be used:\n\(faults)"
    case .badGenesis(let path, let reason): "The genesis file \(path) cannot be used: \(reason)."
    case .badKey(let path, let reason): "The key file \(path) cannot be used: \(reason)."
    case .noAccount(let path):
      "\(path) names no account; write the ER Node's, or `role = \"full\"` for a full node."
    case .retired(let path, let note):
      "The home \(path) was given up: \(note). It never starts again."
    case .copied(let path, let reason):
      "The home \(path) looks like a copy: \(reason). If the one it comes from ever runs again, "
        + "both sign with one key, which excludes the validator. When it is gone for good, start "
        + "once with --moved."
    case .twinRefused:
      "This build runs no twins: two processes that vote with one key exclude its validator for "
        + "ever. Leave --twin out; it is for tests, which use debug builds."
    case .store(let reason): reason
    case .network(let reason): "The peer network did not start: \(reason)."
    case .recovery(let reason): "The node's log cannot be replayed: \(reason)."
    }
  }
}
