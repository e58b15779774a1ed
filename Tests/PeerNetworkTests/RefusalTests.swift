import Foundation
import LedgerCore
import PeerNetwork
import Testing

@Suite("Who is refused", .timeLimit(.minutes(1)))
struct RefusalTests {
  @Test("a peer with an unknown transport key is refused, and the refusal is counted")
  func unknownKey() async throws {
    let stranger = try TestIdentity(1)
    var node = try TestNode(TestIdentity(2), peers: [])
    var other = try TestNode(stranger, peers: [node.known])
    #expect(try await node.refused() == .unknownKey(stranger.key))
    #expect(node.network.refusals(.unknownKey) >= 1)
    #expect(try await other.refused() == .closedEarly)
    #expect(other.network.counters(of: node.identity.account, on: .votes)?.connections == 0)
  }

  @Test("a peer of another genesis is refused, and both sides say so")
  func otherGenesis() async throws {
    let first = try TestIdentity(1)
    var node = try TestNode(TestIdentity(2), peers: [first.dialler], genesis: chain(1))
    var other = try TestNode(first, peers: [node.known], genesis: chain(9))
    #expect(try await node.refused() == .otherGenesis(chain(9), account: first.account))
    #expect(
      try await other.refused() == .otherGenesis(chain(1), account: node.identity.account))
    #expect(node.network.refusals(.otherGenesis) >= 1)
    #expect(node.network.connectedPeers == [])
  }

  @Test("a peer that names another account than its key's is refused")
  func otherAccount() async throws {
    let first = try TestIdentity(1)
    let owner = try TestIdentity(0x11, keySeed: 1)
    var node = try TestNode(TestIdentity(0x22), peers: [owner.dialler])
    let other = try TestNode(first, peers: [node.known])
    #expect(
      try await node.refused()
        == .otherAccount(claimed: first.account, expected: owner.account))
    other.network.shutdown()
  }

  @Test("an address that answers with another key than the known one is refused")
  func otherKey() async throws {
    let first = try TestIdentity(1)
    let node = try TestNode(TestIdentity(2), peers: [first.dialler])
    let impostor = try TestIdentity(2, keySeed: 0x77)
    var dialler = try TestNode(
      first, peers: [impostor.known(at: node.network.listenAddress)])
    #expect(
      try await dialler.refused() == .otherKey(node.identity.key, account: impostor.account))
  }

  @Test("a peer that dials although it is to be dialled is refused")
  func wrongDirection() async throws {
    // Each is known to the other under an account that makes itself the dialler.
    let low = try TestIdentity(1)
    let high = try TestIdentity(9)
    let lowAsHigher = try TestIdentity(0x99, keySeed: 1)
    var node = try TestNode(high, peers: [lowAsHigher.dialler])
    let other = try TestNode(low, peers: [node.known])
    let reason = try await node.next { event in
      if case .refused(let reason, _) = event, reason.kind == .wrongDirection {
        reason
      } else {
        nil
      }
    }
    #expect(reason == .wrongDirection(account: lowAsHigher.account))
    other.network.shutdown()
  }

  @Test("a frame over the bound closes the connection")
  func oversizedFrame() async throws {
    let first = try TestIdentity(1)
    var narrow = quick()
    narrow.votesFrameBytesMax = 1_000
    var node = try TestNode(TestIdentity(2), peers: [first.dialler], limits: narrow)
    var other = try TestNode(first, peers: [node.known])
    try await other.connected()
    other.network.send(
      to: node.identity.account, on: .votes, [UInt8](repeating: 1, count: 1_001))
    #expect(try await node.disconnected(.votes) == .frameTooLong(bytes: 1_001, bytesMax: 1_000))
  }

  @Test("bytes that are no TLS close their connection only")
  func garbage() async throws {
    let first = try TestIdentity(1)
    var node = try TestNode(TestIdentity(2), peers: [first.dialler])
    let garbage: [[UInt8]] = [
      Array("GET / HTTP/1.1\r\n\r\n".utf8),
      [UInt8](repeating: 0xFF, count: 200_000),
      [0x16, 0x03, 0x01, 0xFF, 0xFF] + [UInt8](repeating: 0, count: 70_000),
      [0x16, 0x03, 0x01, 0x00, 0x05, 1, 2, 3, 4, 5],
    ]
    for bytes in garbage {
      let socket = try RawSocket(port: node.network.listenAddress.port)
      socket.send(bytes)
      #expect(try await node.refused().kind == .tls)
    }
    var other = try TestNode(first, peers: [node.known])
    try await other.connected()
  }

  @Test("a connection that says nothing is closed when the handshake takes too long")
  func silentHandshake() async throws {
    var hasty = quick()
    hasty.handshakeTimeoutMilliseconds = 50
    var node = try TestNode(TestIdentity(2), peers: [], limits: hasty)
    let socket = try RawSocket(port: node.network.listenAddress.port)
    #expect(try await node.refused() == .handshakeTimeout)
    socket.send([1])
  }

  @Test("more unauthenticated connections than allowed are closed at once")
  func tooManyPending() async throws {
    var few = quick()
    few.pendingInboundMax = 2
    var node = try TestNode(TestIdentity(2), peers: [], limits: few)
    let first = try RawSocket(port: node.network.listenAddress.port)
    let second = try RawSocket(port: node.network.listenAddress.port)
    let third = try RawSocket(port: node.network.listenAddress.port)
    #expect(try await node.refused() == .tooManyPending(max: 2))
    first.send([1])
    second.send([1])
    third.send([1])
  }

  @Test(
    "another TLS client without a certificate, without the protocol's name, or of TLS 1.2",
    arguments: [["-alpn", "eco2/1"], ["-alpn", "h2"], ["-tls1_2"]])
  func strangeClient(arguments: [String]) async throws {
    var node = try TestNode(TestIdentity(2), peers: [])
    let client = Process()
    client.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    client.arguments =
      ["openssl", "s_client", "-connect", "127.0.0.1:\(node.network.listenAddress.port)"]
      + arguments
    client.standardInput = FileHandle.nullDevice
    client.standardOutput = FileHandle.nullDevice
    client.standardError = FileHandle.nullDevice
    try client.run()
    guard case .tls(let failure) = try await node.refused() else {
      Issue.record("expected a TLS failure")
      return
    }
    client.waitUntilExit()
    let kinds: [String: TLSFailure.Kind] = [
      "eco2/1": .certificate, "h2": .applicationProtocol, "-tls1_2": .protocolViolation,
    ]
    #expect(failure.kind == kinds[arguments.last ?? ""])
    #expect(!failure.text.isEmpty)
  }
}
