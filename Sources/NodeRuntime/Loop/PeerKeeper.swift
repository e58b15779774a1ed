import LedgerCore
import LedgerRules
import LedgerStore
import Logging
import PeerNetwork
import Synchronization

/// Keeps an ER Node connected to those it works with, as the chain names them: members of the set,
/// standbys and candidates, under the keys and endpoints they have registered (decision 0076).
final class PeerKeeper: Sendable {
  private let plan: PeerPlan
  private let network: PeerNetwork
  private let logger: Logger
  /// As the network was told last.
  private let known: Mutex<[KnownPeer]>

  init(_ plan: PeerPlan, network: PeerNetwork, known: [KnownPeer], logger: Logger) {
    self.plan = plan
    self.network = network
    self.logger = logger
    self.known = Mutex(known)
  }

  /// Looks at the flushed state: after each flush, on its lane.
  ///
  /// - Parameter isCurrent: the node follows. One that catches up reads where others were long ago:
  ///   it takes whom it did not know, and gives up nobody.
  func look(at store: NodeStore, isCurrent: Bool) {
    var peers: [KnownPeer]
    do {
      let snapshot = try store.records.snapshot()
      let candidates = try snapshot.index(DerivedIndexes.candidates)
        .range(from: [], below: nil, limit: PeerNetwork.peersMax)
        .compactMap { AccountID($0.value) }
      var queries = LedgerQueries(snapshot)
      peers = try plan.peers(in: &queries, candidates: candidates)
    } catch {
      logger.warning("who the peers are cannot be read: \(error)")
      return
    }
    if !isCurrent {
      let connected = Set(network.connectedPeers)
      peers = plan.merge(peers, into: known.withLock { $0 }) { connected.contains($0) }
    }
    let isNew = known.withLock { known in
      defer { known = peers }
      return Set(known) != Set(peers)
    }
    guard isNew else { return }
    logger.notice("the chain names other peers", metadata: ["known": "\(peers.count)"])
    network.update(peers)
  }
}

/// Whom an ER Node connects to, by what the chain says and its settings.
struct PeerPlan: Sendable {
  let own: AccountID
  /// `peers.known` of its settings.
  let configured: [NodeConfiguration.Peer]
  /// The endpoints that genesis names.
  let genesis: [AccountID: String]

  /// Members of both sets first, then standbys, then candidates that stand in the order given, and
  /// last what only the settings name; at most `PeerNetwork.peersMax`.
  ///
  /// - Parameter candidates: accounts, those with the most votes first.
  func peers(in queries: inout LedgerQueries, candidates: [AccountID]) throws(RecordError)
    -> [KnownPeer]
  {
    var accounts: [AccountID] = []
    var seen: Set<AccountID> = [own]
    let sets = try queries.validatorSets()
    let seated = (sets.current.members + sets.following.members).map(\.account)
    for account in try seated + queries.delegation().standbys
    where seen.insert(account).inserted { accounts.append(account) }
    for account in candidates where !seen.contains(account) {
      guard try queries.candidate(account)?.standing == .standing else { continue }
      seen.insert(account)
      accounts.append(account)
    }
    var peers: [KnownPeer] = []
    for account in accounts {
      guard let node = try queries.node(account), let peer = peer(account, node) else { continue }
      peers.append(peer)
    }
    for peer in configured {
      let account = peer.account ?? AccountID(peer.transportKey)
      // Of those that the chain knows it says what holds; one that stands no more is no peer.
      guard !seen.contains(account), try queries.node(account) == nil else { continue }
      peers.append(
        KnownPeer(
          account: account, transportKey: peer.transportKey, address: Self.address(peer.endpoint)))
    }
    return Array(peers.prefix(PeerNetwork.peersMax))
  }

  /// What a node that catches up knows: those it knew, but for one that is not connected, and that
  /// the settings do not name, at the place that its present state says; then who is new.
  func merge(
    _ named: [KnownPeer], into known: [KnownPeer], isConnected: (AccountID) -> Bool
  ) -> [KnownPeer] {
    let fixed = Set(configured.map { $0.account ?? AccountID($0.transportKey) })
    let accounts = Set(known.map(\.account))
    let kept = known.map { peer in
      guard !fixed.contains(peer.account), !isConnected(peer.account) else { return peer }
      return named.first { $0.account == peer.account } ?? peer
    }
    return Array(
      (kept + named.filter { !accounts.contains($0.account) })
        .prefix(PeerNetwork.peersMax))
  }

  /// The settings' address stands as long as the chain says of a node what genesis said, or nothing
  /// that can be dialled: there they name what the operator knows better. Later the chain's does.
  private func peer(_ account: AccountID, _ node: ERNode) -> KnownPeer? {
    let own = configured.first { $0.account == account }?.endpoint
    let named = NodeConfiguration.Endpoint(node.endpoint).flatMap { $0.port > 0 ? $0 : nil }
    let isAsBefore = genesis[account] == node.endpoint
    guard let endpoint = isAsBefore ? own ?? named : named ?? own else { return nil }
    return KnownPeer(
      account: account, transportKey: node.transportKey, address: Self.address(endpoint))
  }

  private static func address(_ endpoint: NodeConfiguration.Endpoint) -> PeerAddress {
    PeerAddress(host: endpoint.host, port: endpoint.port)
  }
}
