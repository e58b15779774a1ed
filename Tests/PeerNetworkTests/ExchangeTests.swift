import LedgerCore
import PeerNetwork
import Testing

@Suite("Exchange between peers", .timeLimit(.minutes(1)))
struct ExchangeTests {
  @Test("two nodes connect on both channels and payloads arrive whole and in order, both ways")
  func payloadsArrive() async throws {
    let first = try TestIdentity(1)
    var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [acceptor.known])
    try await dialler.connected()
    try await acceptor.connected()
    #expect(dialler.network.connectedPeers == [acceptor.identity.account])

    let lengths = [1, 2, 16_379, 16_380, 16_381, 65_531, 65_536, 1_000_000, 7]
    for (index, length) in lengths.enumerated() {
      let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
      #expect(dialler.network.send(to: acceptor.identity.account, on: .votes, payload) == .queued)
      #expect(acceptor.network.send(to: first.account, on: .data, payload) == .queued)
    }
    for (index, length) in lengths.enumerated() {
      let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
      #expect(try await acceptor.received(.votes) == payload)
      #expect(try await dialler.received(.data) == payload)
    }
    let sent = try #require(dialler.network.counters(of: acceptor.identity.account, on: .votes))
    let total = lengths.reduce(0) { $0 + UInt64($1) }
    #expect(sent.framesSent == UInt64(lengths.count))
    #expect(sent.bytesSent == total)
    #expect(sent.queuedBytes == 0)
    let got = try #require(acceptor.network.counters(of: first.account, on: .votes))
    #expect(got.framesReceived == UInt64(lengths.count))
    #expect(got.bytesReceived == total)
  }

  @Test("the longest data frame passes, one byte more is not taken, and neither is an empty one")
  func frameBoundsHold() async throws {
    let first = try TestIdentity(1)
    var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [acceptor.known])
    try await dialler.connected()
    let account = acceptor.identity.account
    let longest = [UInt8](repeating: 0xA5, count: PeerLimits().dataFrameBytesMax)
    #expect(dialler.network.send(to: account, on: .data, longest + [0]) == .badLength)
    #expect(dialler.network.send(to: account, on: .data, []) == .badLength)
    #expect(dialler.network.send(to: account, on: .data, longest) == .queued)
    #expect(try await acceptor.received(.data) == longest)
  }

  @Test("a broadcast reaches every connected peer, and tells how many there were")
  func broadcastReachesAll() async throws {
    let first = try TestIdentity(1)
    var second = try TestNode(TestIdentity(2), peers: [first.dialler])
    var third = try TestNode(TestIdentity(3), peers: [first.dialler])
    let absent = try TestIdentity(4).dialler
    var node = try TestNode(first, peers: [third.known, second.known, absent])
    for _ in 0..<2 {
      try await node.next { if case .connected(_, .votes) = $0 { () } else { nil } }
    }
    let outcome = node.network.broadcast(on: .votes, [1, 2, 3])
    #expect(outcome.queued == 2)
    #expect(outcome.notConnected == 1)
    #expect(try await second.received(.votes) == [1, 2, 3])
    #expect(try await third.received(.votes) == [1, 2, 3])
    #expect(node.network.send(to: try TestIdentity(9).account, on: .votes, [1]) == .unknownPeer)
  }

  @Test("a peer that was restarted is connected again, and the reconnect is counted")
  func restartReconnects() async throws {
    let first = try TestIdentity(1)
    let address: PeerAddress
    var dialler: TestNode
    do {
      var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
      address = acceptor.network.listenAddress
      dialler = try TestNode(first, peers: [acceptor.known])
      try await dialler.connected()
      try await acceptor.connected()
      acceptor.network.shutdown()
    }
    #expect(try await dialler.disconnected(.votes) == .closedByPeer)
    var again = try await restarted(TestIdentity(2), peers: [first.dialler], port: address.port)
    try await again.connected()
    try await dialler.next { if case .connected(_, .votes) = $0 { () } else { nil } }
    #expect(dialler.network.send(to: again.identity.account, on: .votes, [7]) == .queued)
    #expect(try await again.received(.votes) == [7])
    let counters = try #require(dialler.network.counters(of: again.identity.account, on: .votes))
    #expect(counters.reconnects == 1)
  }

  /// A node on a port that was free a moment ago: a connection of this machine, to anywhere, may
  /// have been given it meanwhile, so it is asked for until it is free.
  private func restarted(
    _ identity: TestIdentity, peers: [KnownPeer], port: Int
  ) async throws -> TestNode {
    let start = ContinuousClock.now
    while ContinuousClock.now - start < .seconds(30) {
      if let node = try? TestNode(identity, peers: peers, port: port) { return node }
      await Task.yield()
    }
    return try TestNode(identity, peers: peers, port: port)
  }

  @Test("a new connection of the same peer replaces the older one")
  func newConnectionReplaces() async throws {
    let first = try TestIdentity(1)
    var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
    var slow = quick()
    slow.backoffInitialMilliseconds = 3_600_000
    slow.backoffMaxMilliseconds = 3_600_000
    var older = try TestNode(first, peers: [acceptor.known], limits: slow)
    try await older.connected()
    try await acceptor.connected()
    var newer = try TestNode(first, peers: [acceptor.known], limits: slow)
    #expect(try await acceptor.disconnected(.votes) == .replaced)
    #expect(try await older.disconnected(.votes) == .closedByPeer)
    try await newer.connected()
    #expect(acceptor.network.isConnected(first.account, on: .votes))
    #expect(newer.network.send(to: acceptor.identity.account, on: .votes, [5]) == .queued)
    #expect(try await acceptor.received(.votes) == [5])
  }

  @Test("after shutdown nothing is sent, and a second shutdown does nothing")
  func shutdownIsFinal() async throws {
    let first = try TestIdentity(1)
    var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [acceptor.known])
    try await dialler.connected()
    try await acceptor.connected()
    dialler.network.shutdown()
    #expect(try await dialler.disconnected(.votes) == .shutdown)
    #expect(try await acceptor.disconnected(.votes) == .closedByPeer)
    #expect(dialler.network.send(to: acceptor.identity.account, on: .votes, [1]) == .notConnected)
    #expect(dialler.network.connectedPeers == [])
    dialler.network.shutdown()
  }

  @Test("a configuration that cannot work is refused, saying why")
  func configurationIsChecked() throws {
    let first = try TestIdentity(1)
    #expect(throws: PeerNetworkError.selfAmongPeers) {
      _ = try TestNode(first, peers: [first.dialler])
    }
    let twin = try TestIdentity(3, keySeed: 2).dialler
    #expect(throws: PeerNetworkError.duplicateTransportKey(twin.transportKey)) {
      _ = try TestNode(first, peers: [try TestIdentity(2).dialler, twin])
    }
    #expect(throws: PeerNetworkError.duplicateAccount(twin.account)) {
      _ = try TestNode(first, peers: [twin, twin])
    }
    let taken = try TestNode(TestIdentity(2), peers: [])
    let error = #expect(throws: PeerNetworkError.self) {
      _ = try TestNode(first, peers: [], port: taken.network.listenAddress.port)
    }
    if case .listen = error {} else { Issue.record("expected .listen, got \(error as Any)") }
  }
}
