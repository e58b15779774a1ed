public import LedgerCore

/// What happens on peer connections. Events of one connection come in order: `connected`, then
/// `received`, then `disconnected`.
public enum PeerEvent: Sendable {
  /// The peer is authenticated, on this chain, and can be sent to.
  case connected(AccountID, PeerChannel)
  /// The connection is gone; what waited in its queue is dropped and counted.
  case disconnected(AccountID, PeerChannel, DisconnectReason)
  /// More waits to be sent to a known peer than it takes, or there is room again. A connection
  /// begins with room.
  case congested(AccountID, PeerChannel, Bool)
  /// A payload of 1 byte up to the channel's bound. The buffer belongs to the receiver.
  case received(AccountID, PeerChannel, [UInt8])
  /// A full node follows this node from now on. Its account is its transport key.
  case followerConnected(AccountID, address: String)
  case followerDisconnected(AccountID, DisconnectReason)
  /// A payload of 1 byte up to `PeerLimits.requestFrameBytesMax`.
  case followerSent(AccountID, [UInt8])
  /// A connection that never became a peer's, and where it came from or went to.
  case refused(RefusalReason, address: String)
}

/// Why an authenticated connection ended.
public enum DisconnectReason: Sendable, Hashable, CustomStringConvertible {
  /// The same peer made a new connection on the same channel.
  case replaced
  case closedByPeer
  /// Nothing arrived for the idle time-out: the peer or the way to it is gone.
  case idle
  /// The peer announced a frame over the channel's bound.
  case frameTooLong(bytes: Int, bytesMax: Int)
  case tls(TLSFailure)
  case socket(String)
  /// This node dropped the follower: it did what only others may, or what nobody may.
  case misbehaved
  /// The peer is known no longer, or by another key or address.
  case unlisted
  /// This node shuts down.
  case shutdown

  public var description: String {
    switch self {
    case .replaced: "replaced by a newer connection of the same peer"
    case .closedByPeer: "closed by the peer"
    case .idle: "nothing arrived within the idle time-out"
    case .frameTooLong(let bytes, let bytesMax):
      "the peer announced a frame of \(bytes) bytes; at most \(bytesMax) are allowed"
    case .tls(let failure): "TLS failed: \(failure)"
    case .socket(let text): "the socket failed: \(text)"
    case .misbehaved: "dropped: it broke the rules for full nodes"
    case .unlisted: "it is known no longer, or by another key or address"
    case .shutdown: "this node shuts down"
    }
  }
}

/// Why a connection was not taken as a peer's.
public enum RefusalReason: Sendable, Equatable, CustomStringConvertible {
  /// TLS did not come about: not TLS 1.3, no Ed25519 certificate, or no "eco2/1".
  case tls(TLSFailure)
  /// No known peer has this transport key.
  case unknownKey(PublicKey)
  /// The address of `account` answered with another key than the one known for it.
  case otherKey(PublicKey, account: AccountID)
  /// The key belongs to `expected`, but the hello names `claimed`.
  case otherAccount(claimed: AccountID, expected: AccountID)
  /// The peer is on another chain.
  case otherGenesis(ChainID, account: AccountID)
  case otherProtocolVersion(UInt32, account: AccountID)
  /// The hello names another channel than the one dialled.
  case otherChannel(account: AccountID)
  /// The peer dialled although this node, having the smaller account id, is to dial.
  case wrongDirection(account: AccountID)
  /// A full node beyond the number that is served.
  case followersFull(max: Int)
  /// A full node whose key is not on the list of those that are served.
  case followerNotAllowed(PublicKey)
  /// A full node that was dropped a short time ago.
  case followerPenalised(PublicKey)
  /// The other side's hello says why it does not take this node.
  case turnedAway(HelloVerdict, account: AccountID)
  case malformedHello(BCSError)
  /// A frame before the hello's end was longer than any hello.
  case helloTooLong(bytes: Int)
  case handshakeTimeout
  /// The other side closed before the hellos were exchanged: it may have refused this node.
  case closedEarly
  case tooManyPending(max: Int)
  case socket(String)

  public var description: String {
    switch self {
    case .tls(let failure): "TLS failed: \(failure)"
    case .unknownKey(let key): "no known peer has the transport key \(key)"
    case .otherKey(let key, let account):
      "the address of \(account) answers with the transport key \(key), which is not its own"
    case .otherAccount(let claimed, let expected):
      "the peer with the transport key of \(expected) says it is \(claimed)"
    case .otherGenesis(let genesis, let account):
      "\(account) is on another chain, of genesis \(genesis)"
    case .otherProtocolVersion(let version, let account):
      "\(account) speaks version \(version) of the peer protocol, this node \(Hello.version)"
    case .otherChannel(let account): "\(account) answered for another channel"
    case .wrongDirection(let account): "\(account) dialled, but it is for this node to dial"
    case .followersFull(let max): "there is place for \(max) full nodes, and all are taken"
    case .followerNotAllowed(let key):
      "the full node with the transport key \(key) is not on the list of those that are served"
    case .followerPenalised(let key):
      "the full node with the transport key \(key) broke the rules a short time ago"
    case .turnedAway(let verdict, let account): "\(account) does not take this node: \(verdict)"
    case .malformedHello(let error): "the hello is malformed: \(error)"
    case .helloTooLong(let bytes): "a frame of \(bytes) bytes where a hello was due"
    case .handshakeTimeout: "the handshake took too long"
    case .closedEarly:
      "closed before the hellos were exchanged; the other side may not know this node's key"
    case .tooManyPending(let max): "more than \(max) connections were still being authenticated"
    case .socket(let text): "the socket failed: \(text)"
    }
  }

  /// Counted under this name.
  public var kind: RefusalKind {
    switch self {
    case .tls: .tls
    case .unknownKey: .unknownKey
    case .otherKey: .otherKey
    case .otherAccount: .otherAccount
    case .otherGenesis: .otherGenesis
    case .otherProtocolVersion: .otherProtocolVersion
    case .otherChannel: .otherChannel
    case .wrongDirection: .wrongDirection
    case .followersFull: .followersFull
    case .followerNotAllowed: .followerNotAllowed
    case .followerPenalised: .followerPenalised
    case .turnedAway: .turnedAway
    case .malformedHello, .helloTooLong: .malformedHello
    case .handshakeTimeout: .handshakeTimeout
    case .closedEarly: .closedEarly
    case .tooManyPending: .tooManyPending
    case .socket: .socket
    }
  }
}

/// The names under which refusals are counted.
public enum RefusalKind: String, Sendable, Hashable, CaseIterable {
  case tls, unknownKey, otherKey, otherAccount, otherGenesis, otherProtocolVersion, otherChannel
  case wrongDirection, malformedHello, handshakeTimeout, closedEarly, tooManyPending, socket
  case followersFull, followerNotAllowed, followerPenalised, turnedAway
}
