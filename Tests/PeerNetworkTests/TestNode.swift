import Glibc
import LedgerCore
import PeerNetwork
import Testing

/// A node's peer connections on 127.0.0.1, with its events in the order in which they came.
struct TestNode: ~Copyable {
  let identity: TestIdentity
  let network: PeerNetwork
  private var events: AsyncStream<PeerEvent>.Iterator

  init(
    _ identity: TestIdentity, peers: [KnownPeer], genesis: ChainID = chain(1), port: Int = 0,
    followers: FollowerPolicy = .none, limits: PeerLimits = quick()
  ) throws {
    let (stream, continuation) = AsyncStream.makeStream(of: PeerEvent.self)
    self.identity = identity
    network = try PeerNetwork.start(
      PeerNetworkConfiguration(
        account: identity.isFull ? nil : identity.account, transportSeed: identity.seed,
        genesis: genesis, listen: PeerAddress(host: "127.0.0.1", port: port), peers: peers,
        followers: followers, jitterSeed: 1, limits: limits)
    ) { continuation.yield($0) }
    events = stream.makeAsyncIterator()
  }

  deinit { network.shutdown() }

  /// How others know this node.
  var known: KnownPeer { identity.known(at: network.listenAddress) }

  /// Passes over events until one gives a value.
  mutating func next<Value>(_ select: (PeerEvent) -> Value?) async throws -> Value {
    while let event = await events.next(isolation: nil) {
      if let value = select(event) { return value }
    }
    throw EventsEnded()
  }

  mutating func connected(_ channels: [PeerChannel] = [.votes, .data]) async throws {
    var missing = Set(channels)
    while !missing.isEmpty {
      let channel = try await next { event in
        if case .connected(_, let channel) = event { channel } else { nil }
      }
      missing.remove(channel)
    }
  }

  mutating func disconnected(_ channel: PeerChannel) async throws -> DisconnectReason {
    try await next { event in
      if case .disconnected(_, channel, let reason) = event { reason } else { nil }
    }
  }

  mutating func received(_ channel: PeerChannel) async throws -> [UInt8] {
    try await next { event in
      if case .received(_, channel, let payload) = event { payload } else { nil }
    }
  }

  /// The next full node that follows.
  mutating func followed() async throws -> AccountID {
    try await next { event in
      if case .followerConnected(let account, _) = event { account } else { nil }
    }
  }

  /// The next payload of a full node that follows.
  mutating func sent() async throws -> [UInt8] {
    try await next { event in
      if case .followerSent(_, let payload) = event { payload } else { nil }
    }
  }

  mutating func refused() async throws -> RefusalReason {
    try await next { event in
      if case .refused(let reason, _) = event { reason } else { nil }
    }
  }
}

struct EventsEnded: Error {}

/// A node's keys; the account's order says who dials.
struct TestIdentity {
  let account: AccountID
  let seed: [UInt8]
  let key: PublicKey
  /// A full node has no account: it is called by its key.
  let isFull: Bool

  init(full keySeed: UInt8) throws {
    seed = [UInt8](repeating: keySeed, count: 32)
    key = try PeerNetwork.transportKey(seed: seed)
    account = AccountID(key)
    isFull = true
  }

  /// `order` is the account's first byte.
  init(_ order: UInt8, keySeed: UInt8? = nil) throws {
    account = try #require(AccountID([order] + [UInt8](repeating: 0, count: 31)))
    seed = [UInt8](repeating: keySeed ?? order, count: 32)
    key = try PeerNetwork.transportKey(seed: seed)
    isFull = false
  }

  func known(at address: PeerAddress) -> KnownPeer {
    KnownPeer(account: account, transportKey: key, address: address)
  }

  /// For nodes that only accept from this one.
  var dialler: KnownPeer { known(at: PeerAddress(host: "127.0.0.1", port: 1)) }
}

func chain(_ number: UInt8) -> ChainID {
  ChainID([UInt8](repeating: number, count: 32)) ?? ChainID(.zero)
}

/// Short waits, so that tests are quick; long time-outs, so that a slow machine fails none.
func quick() -> PeerLimits {
  var limits = PeerLimits()
  limits.backoffInitialMilliseconds = 10
  limits.backoffMaxMilliseconds = 100
  limits.handshakeTimeoutMilliseconds = 30_000
  limits.idleTimeoutMilliseconds = 30_000
  return limits
}

/// A plain TCP connection that speaks no TLS.
struct RawSocket: ~Copyable {
  private let descriptor: Int32

  init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr = in_addr(s_addr: in_addr_t(0x7F00_0001).bigEndian)
    let status = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    try #require(status == 0)
  }

  deinit { close(descriptor) }

  func send(_ bytes: [UInt8]) {
    _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }
}
