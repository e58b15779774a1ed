import LedgerCore
import PeerNetwork
import Testing

@Suite("Peers that become known, move and go", .timeLimit(.minutes(1)))
struct KnownPeerTests {
  @Test("a peer that both learn of while they run is connected, and heard")
  func added() async throws {
    var acceptor = try TestNode(TestIdentity(2), peers: [])
    var dialler = try TestNode(TestIdentity(1), peers: [])
    #expect(dialler.network.send(to: acceptor.identity.account, on: .votes, [1]) == .unknownPeer)
    acceptor.network.update([dialler.identity.dialler])
    dialler.network.update([acceptor.known])
    try await dialler.connected()
    try await acceptor.connected()
    #expect(dialler.network.send(to: acceptor.identity.account, on: .votes, [7]) == .queued)
    #expect(try await acceptor.received(.votes) == [7])
    #expect(dialler.network.knownCount == 1 && acceptor.network.knownCount == 1)
  }

  @Test("one that moves is dialled at its new place; those that stay notice nothing")
  func moved() async throws {
    let first = try TestIdentity(1)
    var old = try TestNode(TestIdentity(2), peers: [first.dialler])
    var staying = try TestNode(TestIdentity(3), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [old.known, staying.known])
    try await old.connected()
    try await staying.connected()
    for _ in 0..<4 {
      try await dialler.next { if case .connected = $0 { () } else { nil } }
    }
    var new = try TestNode(TestIdentity(2), peers: [first.dialler])
    dialler.network.update([staying.known, new.known])
    try await new.connected()
    #expect(try await old.disconnected(.votes) == .closedByPeer)
    try await dialler.connected()
    #expect(dialler.network.send(to: new.identity.account, on: .data, [5]) == .queued)
    #expect(try await new.received(.data) == [5])
    let counters = dialler.network.counters(of: staying.identity.account, on: .votes)
    #expect(counters?.connections == 1 && counters?.isConnected == true)
  }

  @Test("one that goes is disconnected at once, is not dialled again, and may not come back")
  func removed() async throws {
    let first = try TestIdentity(1)
    var acceptor = try TestNode(TestIdentity(2), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [acceptor.known])
    try await dialler.connected()
    try await acceptor.connected()
    acceptor.network.update([])
    #expect(try await acceptor.disconnected(.votes) == .unlisted)
    #expect(acceptor.network.send(to: first.account, on: .votes, [1]) == .unknownPeer)
    #expect(try await acceptor.refused() == .unknownKey(first.key))
    dialler.network.update([])
    try await settled(dialler.network) { $0 == 0 }
    #expect(dialler.network.counters.isEmpty)
  }

  @Test("another key for an account replaces the one before")
  func anotherKey() async throws {
    let first = try TestIdentity(1)
    var old = try TestNode(TestIdentity(2), peers: [first.dialler])
    var dialler = try TestNode(first, peers: [old.known])
    try await dialler.connected()
    try await old.connected()
    var new = try TestNode(TestIdentity(2, keySeed: 9), peers: [first.dialler])
    dialler.network.update([new.known])
    try await new.connected()
    #expect(try await old.disconnected(.data) == .closedByPeer)
  }

  @Test("itself, peers without a port, second accounts and keys are left out, and there is an end")
  func bounded() async throws {
    let node = try TestNode(TestIdentity(1), peers: [])
    let address = PeerAddress(host: "127.0.0.1", port: 1)
    let second = try TestIdentity(2)
    node.network.update([
      node.identity.known(at: address), second.known(at: address),
      try TestIdentity(2, keySeed: 7).known(at: address),
      try TestIdentity(3, keySeed: 2).known(at: address),
      try TestIdentity(4).known(at: PeerAddress(host: "127.0.0.1", port: 0)),
    ])
    try await settled(node.network) { $0 == 1 }
    #expect(node.network.counters.map(\.account) == [second.account, second.account])
    let many = try (2...250).map { try TestIdentity($0).known(at: address) }
    node.network.update(many)
    try await settled(node.network) { $0 > 1 }
    #expect(node.network.knownCount == PeerNetwork.peersMax)
  }

  private func settled(_ network: PeerNetwork, _ holds: (Int) -> Bool) async throws {
    while !holds(network.knownCount) { try await ContinuousClock().sleep(for: .milliseconds(2)) }
  }
}
