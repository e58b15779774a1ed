import LedgerCore
import LedgerRules
import Replica

/// Full nodes: who follows whom, and what their replicas are told of it.
extension World {
  static let fullNodesMax = 16

  /// Which nodes each full node follows: one to three of those before it, ER Nodes or full nodes.
  /// Drawn apart from everything else, so that a seed's network is the same with and without them.
  static func follows(
    seed: UInt64, erNodes: Int, options: SimulationOptions
  ) throws(SimulationFailure) -> [[Int]] {
    guard (0...fullNodesMax).contains(options.fullNodes ?? 0) else {
      throw .options("a network has 0…\(fullNodesMax) full nodes, not \(options.fullNodes ?? 0)")
    }
    var random = SeededRandom(seed: seed ^ 0xF0_110E)
    let drawn = random.happens(permille: 500) ? 1 + random.index(3) : 0
    return (0..<(options.fullNodes ?? drawn)).map { place in
      Array(random.order(erNodes + place).prefix(1 + random.index(3))).sorted()
    }
  }

  /// The full nodes, numbered after the ER Nodes. Each has a key, which must never sign.
  static func fullNodes(
    _ follows: [[Int]], seed: UInt64, genesis: SimulatedGenesis,
    configuration: ReplicaConfiguration, hasFaults: Bool
  ) throws(SimulationFailure) -> [SimulatedNode] {
    var random = SeededRandom(seed: seed ^ 0x7EA_5EED)
    var nodes: [SimulatedNode] = []
    for servers in follows {
      let error = Int64(random.within(0...200)) - 100
      guard let key = SigningKey(seed: random.bytes(32)) else {
        throw .genesis("a seed is no key")
      }
      nodes.append(
        SimulatedNode(
          index: genesis.members.count + nodes.count, name: AccountID(key.publicKey),
          follows: servers, configuration: configuration, keys: NodeKeys(key),
          disk: SimulatedDisk(
            state: SimulatedState(genesis.changes), chain: configuration.chain,
            keys: NodeKeys(key)),
          keepsVotes: true, clockErrorMilliseconds: hasFaults ? error : 0))
    }
    return nodes
  }

  /// Who is connected with whom.
  struct Circles {
    /// By node: whom its messages to all reach, which are an ER Node's others, or those that a full
    /// node follows.
    let peers: [[Int]]
    /// By node: the full nodes that follow it.
    let followers: [[Int]]

    init(_ nodes: [SimulatedNode]) {
      peers = nodes.map { node in
        node.isFull
          ? node.follows
          : nodes.filter { !$0.isFull && $0.name != node.name }.map(\.index)
      }
      followers = nodes.map { node in
        nodes.filter { $0.follows.contains(node.index) }.map(\.index)
      }
    }
  }

  func peers(of node: SimulatedNode) -> [Int] { circles.peers[node.index] }

  func followers(of index: Int) -> [Int] { circles.followers[index] }

  /// Everybody a node may have a connection to.
  func neighbours(of index: Int) -> [Int] { circles.peers[index] + circles.followers[index] }

  // MARK: Connections

  func connected(_ index: Int, to peer: Int) {
    let name = account(peer)
    let follows = nodes[peer].follows.contains(index)
    step(index, follows ? .followerConnected(name) : .peerConnected(name))
  }

  func disconnected(_ index: Int, from peer: Int) {
    let name = account(peer)
    // A twin may still be there under the same name.
    let isThere = places[name]?.contains { network.connection(from: index, to: $0) != nil }
    guard isThere != true else { return }
    let follows = nodes[peer].follows.contains(index)
    step(index, follows ? .followerDisconnected(name) : .peerDisconnected(name))
  }

  // MARK: Checks

  /// What only a node with a vote may want.
  func checkRights(_ effect: ReplicaEffect, of node: SimulatedNode) {
    guard node.isFull else { return }
    let what: String
    switch effect {
    case .signVote(let statement, _, _): what = "sign \(statement.kind) at \(statement.height)"
    case .signBundle: what = "sign a bundle"
    case .storePrepared(_, let height, _): what = "prepare height \(height)"
    case .storeBundles: what = "keep bundles"
    case .accepted: what = "say \"accepted\" by its own word"
    default: return
    }
    checker.report(.fullNodes, [node.index], "a full node wants to \(what)")
  }

  /// A full node passes on another's "accepted".
  func saidAccepted(_ ids: [Digest], by server: AccountID, on node: SimulatedNode) {
    guard node.follows.contains(where: { nodes[$0].name == server }) else {
      return checker.report(
        .fullNodes, [node.index], "says \"accepted\" by the word of \(server), whom it follows not")
    }
    guard !checker.isByzantine(server) else { return }
    for id in ids { clients.accepted(id, by: node.index, life: node.life) }
  }

  /// At the end of a run: what full nodes have on disk is what ER Nodes made final.
  func checkFullNodes() {
    for node in nodes where node.isFull {
      checker.checkPrefix(node.disk.log.map(\.decided), node: node.index)
      checker.checkRoot(node.disk.state, node: node.index)
      if !node.disk.votes.isEmpty {
        checker.report(.fullNodes, [node.index], "a full node has signed a vote")
      }
    }
  }
}
