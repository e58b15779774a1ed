public import LedgerCore

/// Why peer connections could not be started.
public enum PeerNetworkError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The transport seed is not 32 bytes.
  case seedLength(Int)
  /// The node's own account is among its peers.
  case selfAmongPeers
  case duplicateAccount(AccountID)
  case duplicateTransportKey(PublicKey)
  case portOutOfRange(PeerAddress)
  /// More places for full nodes than `FollowerPolicy.countMaxMax`, or fewer than none.
  case followersOutOfRange(Int)
  /// The system refused the listen address.
  case listen(PeerAddress, String)
  case tls(TLSFailure)

  public var description: String {
    switch self {
    case .seedLength(let count): "a transport seed has 32 bytes, not \(count)"
    case .selfAmongPeers: "the list of peers names this node itself; take it out"
    case .duplicateAccount(let account): "the list of peers names \(account) twice"
    case .duplicateTransportKey(let key): "two peers have the same transport key \(key)"
    case .portOutOfRange(let address): "\(address) has no port between 0 and 65535"
    case .followersOutOfRange(let count):
      "\(count) full nodes cannot be served; 0 to \(FollowerPolicy.countMaxMax) can"
    case .listen(let address, let text):
      "cannot listen on \(address): \(text); choose another address or stop what uses it"
    case .tls(let failure): "TLS could not be set up: \(failure)"
    }
  }
}

/// What went wrong in TLS.
public struct TLSFailure: Error, Sendable, Hashable, CustomStringConvertible {
  public enum Kind: Sendable, Hashable {
    /// Out of memory, or the library could not be set up.
    case resources
    /// Not TLS 1.3, damaged bytes, or a fatal alert.
    case protocolViolation
    /// The peer has no certificate, or none that is self-signed with an Ed25519 key.
    case certificate
    /// The peer speaks TLS, but not "eco2/1".
    case applicationProtocol
    /// A call at the wrong time: a bug of this module.
    case misuse
  }

  public let kind: Kind
  /// The library's own words.
  public let text: String

  public var description: String { text.isEmpty ? "\(kind)" : "\(kind) (\(text))" }
}
