public import LedgerCore
public import LedgerRules
public import NodeRuntime

/// Makes the home of a full node: genesis, settings and a transport key of its own.
public struct FullNodeHome: Sendable {
  /// Where others reach it, should it serve full nodes itself.
  public var listen: NodeConfiguration.Endpoint
  /// Where clients reach it.
  public var api: NodeConfiguration.Endpoint
  /// The nodes it follows, at least one.
  public var peers: [NodeConfiguration.Peer]
  /// Its API takes load from one address, as fast as that can.
  public var isForLoad: Bool

  public init(
    listen: NodeConfiguration.Endpoint, api: NodeConfiguration.Endpoint,
    peers: [NodeConfiguration.Peer], isForLoad: Bool = false
  ) {
    self.listen = listen
    self.api = api
    self.peers = peers
    self.isForLoad = isForLoad
  }

  /// The ER Nodes of a genesis document with the addresses it names for them; those without one are
  /// left out.
  public static func peers(of document: GenesisDocument) -> [NodeConfiguration.Peer] {
    document.nodes.compactMap { node in
      NodeConfiguration.Endpoint(node.endpoint).map {
        NodeConfiguration.Peer(
          account: node.account, transportKey: node.transportKey, endpoint: $0)
      }
    }
  }

  /// Writes the home and gives the transport key others know it by.
  ///
  /// - Parameters:
  ///   - path: a folder that does not exist or is empty.
  ///   - genesis: the document's bytes.
  ///   - passphrase: of the transport key's file; nil leaves it unencrypted.
  public func make(at path: String, genesis: [UInt8], passphrase: [UInt8]?)
    throws(NetworkFolderError) -> PublicKey
  {
    let home = NodeHome(path)
    return try NewHome(home, configuration)
      .make(genesis: genesis, keys: [home.transportKey], passphrase: passphrase)[0]
  }

  private var configuration: NodeConfiguration {
    var configuration = NodeConfiguration()
    configuration.role = .full
    configuration.peers.listen = listen
    configuration.peers.known = peers
    configuration.api.listen = api
    if isForLoad {
      configuration.workers = 0
      configuration.api.requestsPerSecondMax = 0
      configuration.api.submissionsPerSecondMax = 0
      configuration.api.connectionsPerAddressMax = configuration.api.connectionsMax
    }
    return configuration
  }
}
