import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import NodeRuntime

extension NetworkFolder {
  /// Full nodes that a local network may have.
  public static let fullNodesMax = 32

  static func fullHomeName(_ node: Int) -> String { node < 10 ? "full-0\(node)" : "full-\(node)" }

  /// The same network with so many full nodes: homes are made for those it lacks.
  ///
  /// Every second one follows two ER Nodes, each of the others the full node before it.
  public func withFullNodes(_ count: Int, ports: NetworkPorts) throws -> NetworkFolder {
    var description = description
    var list = description.fullNodes ?? []
    guard list.count < count else { return self }
    let document = try genesis()
    let members = document.nodes.enumerated().map { index, node in
      NodeConfiguration.Peer(
        account: node.account, transportKey: node.transportKey,
        endpoint: Self.endpoint(ports.peers(index)))
    }
    for index in list.count..<count {
      let served: [NodeConfiguration.Peer]
      if index.isMultiple(of: 2) {
        served = [members[index % members.count], members[(index + 1) % members.count]]
      } else {
        served = [
          NodeConfiguration.Peer(
            account: nil, transportKey: try transportKey(ofFullNode: index - 1),
            endpoint: Self.endpoint(ports.fullPeers(index - 1)))
        ]
      }
      let home = Self.fullHomeName(index)
      let key = try FullNodeHome(
        listen: Self.endpoint(ports.fullPeers(index)), api: Self.endpoint(ports.fullAPI(index)),
        peers: served, isForLoad: document.isTest
      ).make(at: path + "/" + home, genesis: document.bcs, passphrase: nil)
      list.append(
        NetworkDescription.Node(
          name: "full node",
          address: AccountID(key).address(network: document.isTest ? .test : .main),
          home: home, api: "\(ports.fullAPI(index))"))
    }
    description.fullNodes = list
    let folder = NetworkFolder(path: path, description: description)
    try folder.save()
    return folder
  }

  private func transportKey(ofFullNode index: Int) throws -> PublicKey {
    var seed = try KeyFile.read(
      path: NodeHome(path + "/" + Self.fullHomeName(index)).transportKey, passphrase: [],
      allowUnencrypted: true)
    defer { KeyFile.erase(&seed) }
    guard let key = SigningKey(seed: seed) else { throw NetworkFolderError.noNetwork(path) }
    return key.publicKey
  }

  private static func endpoint(_ address: NodeAddress) -> NodeConfiguration.Endpoint {
    NodeConfiguration.Endpoint(host: address.host, port: address.port)
  }

  /// Writes `network.json`.
  func save() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try encoder.encode(description).write(
      to: URL(fileURLWithPath: path + "/" + Self.descriptionName))
  }
}
