import Foundation
import LedgerCore
import LedgerRules
import NodeRuntime
import PeerNetwork

/// Whether the known nodes can be reached, and are who they should be.
struct PeersCheck {
  let peers: [NodeConfiguration.Peer]
  let genesis: GenesisDocument?
  let own: AccountID?
  /// Of the node's transport key, which peers must see to let it in.
  let seed: [UInt8]?

  func run() async -> [Finding] {
    var notes = Notes("peers")
    listed(&notes)
    let results = await meetAll()
    var met = 0
    for (peer, result) in zip(peers, results) {
      let name = name(of: peer)
      switch result {
      case .success(let key) where key == peer.transportKey: met += 1
      case .success(let key):
        notes.problem(
          "\(name) shows the transport key \(key.hex), not \(peer.transportKey.hex)",
          "the address or the key in [[peers.known]] is another node's: ask its operator")
      case .failure(let error):
        notes.warning(
          "\(name) is not reached: \(error)",
          "it may be down; else check its address, this machine's network and firewalls")
      }
    }
    let text = "\(met) of \(peers.count) known nodes are reached and show their key"
    let isQuorum = own == nil ? met > 0 : 3 * (met + 1) > 2 * (peers.count + 1)
    if peers.isEmpty {
      notes.warning("no nodes are known", "list them in [[peers.known]]")
    } else if isQuorum {
      notes.ok(text)
    } else {
      notes.problem(text, "with so few the node cannot take part: see those above")
    }
    return notes.findings
  }

  private func name(of peer: NodeConfiguration.Peer) -> String {
    let node = genesis?.nodes.first { $0.account == peer.account }
    return "\(node.map { "\($0.name) at " } ?? "")\(peer.endpoint)"
  }

  /// Compares the list with the genesis: nodes may have joined or changed since.
  private func listed(_ notes: inout Notes) {
    guard let genesis else { return }
    for node in genesis.nodes where own != nil && node.account != own {
      guard let peer = peers.first(where: { $0.account == node.account }) else {
        notes.warning(
          "the ER Node \(node.name) of the genesis is not listed",
          "add a [[peers.known]] for it, unless it has left")
        continue
      }
      if peer.transportKey != node.transportKey {
        notes.warning(
          "the transport key of \(node.name) is not that of the genesis",
          "right only when it has changed its key since")
      }
    }
  }

  private func meetAll() async -> [Result<PublicKey, PeerProbeError>] {
    let peers = peers
    // Without a key of its own: any key shows who answers.
    let seed = seed ?? (try? SystemRandom.bytes(32)) ?? [UInt8](repeating: 1, count: 32)
    return await withTaskGroup { group in
      for (index, peer) in peers.enumerated() {
        group.addTask { (index, await Self.meet(peer, seed: seed)) }
      }
      var results = [Result<PublicKey, PeerProbeError>](
        repeating: .failure(.timeout), count: peers.count)
      for await (index, result) in group { results[index] = result }
      return results
    }
  }

  private static func meet(_ peer: NodeConfiguration.Peer, seed: [UInt8])
    async -> Result<PublicKey, PeerProbeError>
  {
    let address = PeerAddress(host: peer.endpoint.host, port: peer.endpoint.port)
    return await withCheckedContinuation { continuation in
      // It blocks: on a thread of its own, so that silent peers do not wait for each other.
      Thread.detachNewThread {
        continuation.resume(
          returning: Result { () throws(PeerProbeError) in
            try PeerProbe.transportKey(
              at: address, seed: seed, timeoutMilliseconds: Thresholds.peerTimeoutMilliseconds)
          })
      }
    }
  }
}
