import Foundation
import LedgerClient
import LedgerCore
public import LedgerRules
import LoadTest
import NodeRuntime

extension NetworkFolder {
  /// Writes a new network: the genesis document, the account keys, and a home for each node.
  ///
  /// - Parameters:
  ///   - path: a folder that does not exist or is empty.
  ///   - keysPath: a folder for the account keys, which does not exist or is empty.
  ///   - passphrase: encrypts every key file; nil on test networks only, whose keys guard nothing.
  public static func make(
    at path: String, keysPath: String, document: GenesisDocument, keys: NetworkKeys,
    ports: NetworkPorts, passphrase: [UInt8]?
  ) throws(NetworkFolderError) -> NetworkFolder {
    for folder in [path, keysPath] { try requireFree(folder) }
    let network: NetworkKind = document.isTest ? .test : .main
    let description = NetworkDescription(
      network: document.network, isTest: document.isTest, chain: document.chainID.hex,
      intervalMilliseconds: document.interval, loadAccounts: keys.test?.load.count ?? 0,
      keys: keysPath,
      nodes: document.nodes.enumerated().map { index, node in
        NetworkDescription.Node(
          name: node.name, address: node.account.address(network: network),
          home: homeName(index), api: "\(ports.api(index))")
      })
    let folder = NetworkFolder(path: path, description: description)
    let writer = KeyWriter(passphrase: passphrase)
    do {
      try makeFolder(path)
      try makeFolder(keysPath)
      try folder.write(keys, with: writer)
      let genesis = Data(document.bcs)
      try genesis.write(to: URL(fileURLWithPath: folder.genesisPath))
      for (index, pair) in zip(document.nodes, keys.nodes).enumerated() {
        try folder.writeHome(index, pair.0, pair.1, document, genesis, ports, writer)
      }
      try folder.save()
    } catch let error as KeyFileError {
      throw .key(error)
    } catch let error as NetworkFolderError {
      throw error
    } catch { throw .file(path, reason: "\(error)") }
    return folder
  }

  private func write(_ keys: NetworkKeys, with writer: KeyWriter) throws {
    for (role, key) in [
      ("committee", keys.committee), ("founder", keys.founder), ("depositor", keys.depositor),
    ] {
      try writer.write(key, to: accountKey(role))
    }
    for (seat, key) in keys.registrars.enumerated() {
      try writer.write(key, to: accountKey("registrar-\(seat + 1)"))
    }
    for (index, node) in keys.nodes.prefix(description.nodes.count).enumerated() {
      try writer.write(node.account, to: accountKey(Self.homeName(index)))
    }
    if let test = keys.test {
      try writer.write(test.treasury, to: accountKey("treasury"))
      // Load accounts are derived from it without asking for a passphrase: it is never encrypted.
      try KeyFile.write(
        seed: test.load.seed, passphrase: [], to: accountKey("load"), allowUnencrypted: true)
    }
  }

  private func writeHome(
    _ index: Int, _ node: GenesisNode, _ keys: NetworkKeys.Node, _ document: GenesisDocument,
    _ genesis: Data, _ ports: NetworkPorts, _ writer: KeyWriter
  ) throws {
    let home = home(index)
    try Self.makeFolder(home.path)
    try Self.makeFolder(home.path + "/keys")
    try genesis.write(to: URL(fileURLWithPath: home.genesis))
    try writer.write(keys.consensus, to: home.consensusKey)
    try writer.write(keys.transport, to: home.transportKey)
    let api = ports.api(index)
    let listen = ports.listen(index)
    let peers = document.nodes.enumerated().filter { $0.offset != index }.map { other, node in
      NodeConfiguration.Peer(
        account: node.account, transportKey: node.transportKey,
        endpoint: .init(host: ports.peers(other).host, port: ports.peers(other).port))
    }
    var configuration = NodeConfiguration()
    configuration.account = node.account
    configuration.peers.listen = .init(host: listen.host, port: listen.port)
    configuration.peers.known = peers
    configuration.api.listen = .init(host: api.host, port: api.port)
    if document.isTest {
      // Its nodes share a machine: workers of each would be bound to the same cores.
      configuration.workers = 0
      // Load comes from one address, as fast as it can.
      configuration.api.requestsPerSecondMax = 0
      configuration.api.submissionsPerSecondMax = 0
      configuration.api.connectionsPerAddressMax = configuration.api.connectionsMax
    }
    try home.save(configuration)
  }

  /// A folder counts as free when it does not exist or is empty.
  private static func requireFree(_ path: String) throws(NetworkFolderError) {
    let content = try? FileManager.default.contentsOfDirectory(atPath: path)
    let isFile = content == nil && FileManager.default.fileExists(atPath: path)
    guard !isFile, content?.isEmpty ?? true else { throw .exists(path) }
  }

  private static func makeFolder(_ path: String) throws(NetworkFolderError) {
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    } catch { throw .file(path, reason: "\(error)") }
  }
}

/// Writes key files, all with one passphrase or all without.
private struct KeyWriter {
  let passphrase: [UInt8]?

  func write(_ key: SigningKey, to path: String) throws(KeyFileError) {
    var seed = key.withSeed { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
    defer { KeyFile.erase(&seed) }
    try KeyFile.write(
      seed: seed, passphrase: passphrase ?? [], to: path, allowUnencrypted: passphrase == nil)
  }
}
