public import LedgerCore

/// The two connections between each pair of nodes. Votes have their own: one TCP stream cannot
/// give them priority over bundles.
public enum PeerChannel: UInt8, Sendable, Hashable, CaseIterable {
  case votes = 0
  case data = 1
}

/// A TCP address.
public struct PeerAddress: Sendable, Hashable, CustomStringConvertible {
  /// An IPv4 or IPv6 address, or a name to be resolved at each dial.
  public var host: String
  /// 0 to 65,535; 0 asks the system for a free port when listening.
  public var port: Int

  public init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A peer that the chain or the configuration names.
public struct KnownPeer: Sendable, Hashable {
  public var account: AccountID
  /// The only key that is accepted for this account.
  public var transportKey: PublicKey
  public var address: PeerAddress

  public init(account: AccountID, transportKey: PublicKey, address: PeerAddress) {
    self.account = account
    self.transportKey = transportKey
    self.address = address
  }
}

/// What a node's peer connections are started with.
public struct PeerNetworkConfiguration: Sendable {
  /// This node's account.
  public var account: AccountID
  /// The 32-byte seed of this node's transport key: neither its consensus nor its account key.
  public var transportSeed: [UInt8]
  /// The chain; peers of another one are refused.
  public var genesis: ChainID
  public var listen: PeerAddress
  /// The others, in any order; accounts and keys are each unique.
  public var peers: [KnownPeer]
  /// Seed of the back-off's jitter. Nodes that are restarted together should have different ones.
  public var jitterSeed: UInt64
  public var limits: PeerLimits

  public init(
    account: AccountID, transportSeed: [UInt8], genesis: ChainID, listen: PeerAddress,
    peers: [KnownPeer], jitterSeed: UInt64, limits: PeerLimits = PeerLimits()
  ) {
    self.account = account
    self.transportSeed = transportSeed
    self.genesis = genesis
    self.listen = listen
    self.peers = peers
    self.jitterSeed = jitterSeed
    self.limits = limits
  }
}
