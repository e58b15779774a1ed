import LedgerCore
import PeerNetwork
import Testing

@Suite("A full network", .timeLimit(.minutes(2)))
struct MeshTests {
  @Test("21 nodes connect each to each, and everybody's vote reaches everybody")
  func fullMesh() async throws {
    let count: UInt8 = 21
    let (stream, continuation) = AsyncStream.makeStream(of: (Int, PeerEvent).self)
    var networks: [PeerNetwork] = []
    // Who has the smaller account dials: from the last to the first, each knows where to.
    var known: [KnownPeer] = []
    for order in (1...count).reversed() {
      let identity = try TestIdentity(order)
      let smaller = try (1..<order).map { try TestIdentity($0).dialler }
      let index = networks.count
      let network = try PeerNetwork.start(
        PeerNetworkConfiguration(
          account: identity.account, transportSeed: identity.seed, genesis: chain(1),
          listen: PeerAddress(host: "127.0.0.1", port: 0), peers: known + smaller,
          jitterSeed: UInt64(order), limits: quick())
      ) { continuation.yield((index, $0)) }
      networks.append(network)
      known.append(identity.known(at: network.listenAddress))
    }
    defer { for network in networks { network.shutdown() } }

    let others = Int(count) - 1
    var events = stream.makeAsyncIterator()
    var connected = 0
    while connected < 2 * Int(count) * others, let (_, event) = await events.next(isolation: nil) {
      if case .connected = event { connected += 1 }
    }
    for network in networks { #expect(network.connectedPeers.count == others) }

    for (index, network) in networks.enumerated() {
      #expect(network.broadcast(on: .votes, [UInt8(index)]).queued == others)
    }
    var heard = Array(repeating: Set<UInt8>(), count: Int(count))
    var received = 0
    while received < Int(count) * others, let (index, event) = await events.next(isolation: nil) {
      guard case .received(_, .votes, let payload) = event else { continue }
      heard[index].formUnion(payload)
      received += 1
    }
    for (index, voices) in heard.enumerated() {
      #expect(voices == Set(0..<count).subtracting([UInt8(index)]))
    }
    #expect(networks.allSatisfy { $0.counters.allSatisfy { $0.connections == 1 } })
  }
}
