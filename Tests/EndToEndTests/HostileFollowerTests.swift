import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import PeerNetwork
import Testing

extension EndToEndTests {
  @Suite("Full nodes that break the rules")
  struct HostileFollowerTests {
    /// A connection to the first node as a full node has it, to say anything on.
    private final class Follower {
      let network: PeerNetwork
      let server: KnownPeer
      private var events: AsyncStream<PeerEvent>.Iterator

      init(_ live: LiveNetwork, seed: UInt8) throws {
        let document = live.made.document
        let node = try #require(
          document.nodes.first { live.folder.description.nodes[0].name == $0.name })
        let colon = try #require(node.endpoint.lastIndex(of: ":"))
        let port = try #require(Int(node.endpoint[node.endpoint.index(after: colon)...]))
        server = KnownPeer(
          account: node.account, transportKey: node.transportKey,
          address: PeerAddress(host: "127.0.0.1", port: port))
        let (stream, continuation) = AsyncStream.makeStream(of: PeerEvent.self)
        network = try PeerNetwork.start(
          PeerNetworkConfiguration(
            account: nil, transportSeed: [UInt8](repeating: seed, count: 32),
            genesis: live.chain, listen: PeerAddress(host: "127.0.0.1", port: 0),
            peers: [server], jitterSeed: 1)
        ) { continuation.yield($0) }
        events = stream.makeAsyncIterator()
      }

      deinit { network.shutdown() }

      func next<Value>(_ select: (PeerEvent) -> Value?) async throws -> Value {
        while let event = await events.next(isolation: nil) {
          if let value = select(event) { return value }
        }
        return try #require(nil as Value?, "no more events")
      }

      func connected() async throws {
        try await next { if case .connected = $0 { () } else { nil } }
      }

      func refusal() async throws -> RefusalReason {
        try await next { if case .refused(let reason, _) = $0 { reason } else { nil } }
      }

      func send(_ bytes: [UInt8]) {
        network.send(to: server.account, on: .follow, bytes)
      }
    }

    @Test(
      "one that sends a vote is dropped and not let in again; places are limited, and it is told",
      .timeLimit(.minutes(2)))
    func votes() async throws {
      try await LiveNetwork.run { network in
        _ = try await network.block(1)
        let follower = try Follower(network, seed: 91)
        try await follower.connected()
        // A PREPARE's first bytes are enough: what it is shows before it is read.
        follower.send([0, 1] + [UInt8](repeating: 0, count: 140))
        let reason = try await follower.refusal()
        #expect(
          reason == .turnedAway(.followerPenalised, account: follower.server.account))
        #expect(network.log(of: network.nodes[0]).contains("only ER Nodes may send"))

        // Eight places, and a ninth key.
        var others: [Follower] = []
        for seed in UInt8(1)...8 {
          let other = try Follower(network, seed: seed)
          try await other.connected()
          others.append(other)
        }
        try await requireServed(others[7])
        let ninth = try Follower(network, seed: 9)
        #expect(
          try await ninth.refusal()
            == .turnedAway(.followersFull, account: follower.server.account))
        #expect(try await network.client { try await $0.status().followers } == 8)
      }
    }

    private func requireServed(_ follower: Follower) async throws {
      // A block on request shows that it is served.
      follower.send([2, 2] + [1, 0, 0, 0, 0, 0, 0, 0] + [1])
      let answer = try await follower.next { event -> [UInt8]? in
        if case .received(_, .follow, let bytes) = event, bytes.starts(with: [2, 3]) {
          bytes
        } else {
          nil
        }
      }
      #expect(answer.count > 100)
    }

    @Test(
      "floods of requests and of nonsense leave blocks their interval", .timeLimit(.minutes(2)))
    func floods() async throws {
      try await LiveNetwork.run { network in
        let start = try await network.block(2)
        let requests = try Follower(network, seed: 61)
        let nonsense = try Follower(network, seed: 62)
        try await requests.connected()
        try await nonsense.connected()
        let junk: [UInt8] = [1, 7, 1] + [0x80, 0x80, 0x20] + [UInt8](repeating: 5, count: 524_288)
        for _ in 0..<20_000 { requests.send([2, 2] + [1, 0, 0, 0, 0, 0, 0, 0] + [16]) }
        for _ in 0..<64 { nonsense.send(junk) }
        let end = try await network.block(start.height + 6)
        #expect(end.rootsEqual)
        #expect(end.block.timestamp - start.block.timestamp == 6 * 1_000)
        #expect(end.block.view == 0)
      }
    }
  }
}
