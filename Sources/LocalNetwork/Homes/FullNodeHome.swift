import Foundation
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
    let files = FileManager.default
    let content = try? files.contentsOfDirectory(atPath: path)
    let isFile = content == nil && files.fileExists(atPath: path)
    guard !isFile, content?.isEmpty ?? true else { throw .exists(path) }
    let home = NodeHome(path)
    do {
      try files.createDirectory(
        atPath: path + "/keys", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      let key = try SigningKey.generate()
      var seed = key.withSeed { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
      defer { KeyFile.erase(&seed) }
      try KeyFile.write(
        seed: seed, passphrase: passphrase ?? [], to: home.transportKey,
        allowUnencrypted: passphrase == nil)
      try Data(genesis).write(to: URL(fileURLWithPath: home.genesis))
      try home.save(configuration)
      return key.publicKey
    } catch {
      // Nothing half made is left in the way of another try.
      for file in [home.path + "/keys", home.genesis, home.configuration] {
        try? files.removeItem(atPath: file)
      }
      if let error = error as? KeyFileError { throw .key(error) }
      throw .file(path, reason: Self.reason(error))
    }
  }

  /// What the system said, without where Foundation met it.
  private static func reason(_ error: any Error) -> String {
    let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let system, system.domain == NSPOSIXErrorDomain else { return "\(error)" }
    return unsafe String(cString: strerror(Int32(truncatingIfNeeded: system.code)))
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
