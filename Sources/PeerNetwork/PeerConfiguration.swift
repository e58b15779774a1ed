public import LedgerCore

/// What a connection is for. Two join each pair of ER Nodes: votes have their own, since one TCP
/// stream cannot give them priority over bundles. One joins a full node to a node it follows.
public enum PeerChannel: UInt8, Sendable, Hashable, CaseIterable {
  case votes = 0
  case data = 1
  /// From a full node, which always dials, to a node that serves it.
  case follow = 2
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

/// Which full nodes may follow this node. They are known by their transport key alone.
public struct FollowerPolicy: Sendable, Hashable {
  /// How many at a time, 0 … `countMaxMax`; 0 serves none.
  public var countMax: Int
  /// The transport keys that may; nil lets any key in.
  public var allowed: Set<PublicKey>?

  /// The most that can be asked for.
  public static let countMaxMax = 1_024
  /// Nobody is served.
  public static let none = FollowerPolicy(countMax: 0, allowed: nil)

  public init(countMax: Int, allowed: Set<PublicKey>?) {
    self.countMax = countMax
    self.allowed = allowed
  }
}

/// What a node's peer connections are started with.
public struct PeerNetworkConfiguration: Sendable {
  /// This node's account; nil for a full node, whose name among peers is its transport key.
  public var account: AccountID?
  /// The 32-byte seed of this node's transport key: neither its consensus nor its account key.
  public var transportSeed: [UInt8]
  /// The chain; peers of another one are refused.
  public var genesis: ChainID
  public var listen: PeerAddress
  /// An ER Node's others, or those that a full node follows, in any order; accounts and keys are
  /// each unique.
  public var peers: [KnownPeer]
  public var followers: FollowerPolicy
  /// Seed of the back-off's jitter. Nodes that are restarted together should have different ones.
  public var jitterSeed: UInt64
  public var limits: PeerLimits

  public init(
    account: AccountID?, transportSeed: [UInt8], genesis: ChainID, listen: PeerAddress,
    peers: [KnownPeer], followers: FollowerPolicy = .none, jitterSeed: UInt64,
    limits: PeerLimits = PeerLimits()
  ) {
    self.account = account
    self.transportSeed = transportSeed
    self.genesis = genesis
    self.listen = listen
    self.peers = peers
    self.followers = followers
    self.jitterSeed = jitterSeed
    self.limits = limits
  }
}
