import Foundation
public import LedgerCore
import LedgerRules
public import NodeRuntime

/// Makes the home of an ER Node that joins by election: genesis, settings, and keys of its own. The
/// account's key stays where it is.
public struct CandidateHome: Sendable {
  public var account: AccountID
  /// Where it listens for peers.
  public var listen: NodeConfiguration.Endpoint
  /// Where clients reach it.
  public var api: NodeConfiguration.Endpoint
  /// ER Nodes that it finds the others through; what the chain says of them, and of those that have
  /// come since, it learns as it catches up.
  public var peers: [NodeConfiguration.Peer]

  public init(
    account: AccountID, listen: NodeConfiguration.Endpoint, api: NodeConfiguration.Endpoint,
    peers: [NodeConfiguration.Peer]
  ) {
    self.account = account
    self.listen = listen
    self.api = api
    self.peers = peers
  }

  /// The public keys that are registered.
  public struct Keys: Sendable {
    public let consensus: PublicKey
    public let transport: PublicKey
  }

  /// Writes the home.
  ///
  /// - Parameters:
  ///   - path: a folder that does not exist or is empty.
  ///   - genesis: the document's bytes.
  public func make(at path: String, genesis: [UInt8]) throws(NetworkFolderError) -> Keys {
    var configuration = NodeConfiguration()
    configuration.account = account
    configuration.peers.listen = listen
    configuration.peers.known = peers.filter { $0.account != account }
    configuration.api.listen = api
    let home = NodeHome(path)
    let made = try NewHome(home, configuration)
      .make(genesis: genesis, keys: [home.consensusKey, home.transportKey], passphrase: nil)
    return Keys(consensus: made[0], transport: made[1])
  }
}

/// A home of its own, made by its operator.
struct NewHome {
  let home: NodeHome
  let configuration: NodeConfiguration

  init(_ home: NodeHome, _ configuration: NodeConfiguration) {
    self.home = home
    self.configuration = configuration
  }

  /// Writes everything, with a new key in each of these files; gives the public ones in their
  /// order.
  func make(genesis: [UInt8], keys: [String], passphrase: [UInt8]?) throws(NetworkFolderError)
    -> [PublicKey]
  {
    let files = FileManager.default
    let content = try? files.contentsOfDirectory(atPath: home.path)
    let isFile = content == nil && files.fileExists(atPath: home.path)
    guard !isFile, content?.isEmpty ?? true else { throw .exists(home.path) }
    do {
      try files.createDirectory(
        atPath: home.path + "/keys", withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
      let made = try keys.map { try Self.makeKey($0, passphrase) }
      try Data(genesis).write(to: URL(fileURLWithPath: home.genesis))
      try home.save(configuration)
      return made
    } catch {
      // Nothing half made is left in the way of another try.
      for file in [home.path + "/keys", home.genesis, home.configuration] {
        try? files.removeItem(atPath: file)
      }
      if let error = error as? KeyFileError { throw .key(error) }
      throw .file(home.path, reason: Self.reason(error))
    }
  }

  private static func makeKey(_ path: String, _ passphrase: [UInt8]?) throws -> PublicKey {
    let key = try SigningKey.generate()
    var seed = key.withSeed { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
    defer { KeyFile.erase(&seed) }
    try KeyFile.write(
      seed: seed, passphrase: passphrase ?? [], to: path, allowUnencrypted: passphrase == nil)
    return key.publicKey
  }

  /// What the system said, without where Foundation met it.
  private static func reason(_ error: any Error) -> String {
    let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    guard let system, system.domain == NSPOSIXErrorDomain else { return "\(error)" }
    return unsafe String(cString: strerror(Int32(truncatingIfNeeded: system.code)))
  }
}
