import CatchUp
import LedgerCore
import Testing

@Suite("Full nodes follow, verify and serve each other")
struct FullNodeTests {
  private func observed(_ peers: TestPeers, _ index: Int) -> Bool {
    peers.nodes[index].machine.mode == .following(mayVoteFrom: .max, .fullNode)
  }

  @Test("a full node that follows one ER Node catches up and follows, and never may vote")
  func catchesUp() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 40), heights: [40, 40, 40, 40, 0])
    peers.start()
    peers.run(for: 500)
    #expect(
      peers.nodes[4].machine.mode == .catchingUp(.tipsUnknown(known: 0, quorum: 1)))
    peers.follow(4, 2)
    peers.run(for: 2_000)
    #expect(peers.nodes[4].applied == Array(1...40))
    #expect(observed(peers, 4))
  }

  @Test("each new block is fetched when it is announced, not a grace period later")
  func lowDelay() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 3), heights: [2, 2, 2, 2, 2])
    peers.start()
    peers.connectAll()
    peers.follow(4, 1)
    peers.run(for: 100)
    peers.decide([0, 1, 2, 3])
    // Announcement, request, answer: three ways of 10 ms, and the check.
    peers.run(for: 40)
    #expect(peers.nodes[4].height == 3)
    #expect(peers.nodes[4].modes.last == .following(mayVoteFrom: .max, .fullNode))
    #expect(!peers.nodes[4].modes.contains(.catchingUp(.behind(target: 3))))
  }

  @Test("full nodes behind one another get every block")
  func chain() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 9), heights: [5, 5, 5, 5, 0, 0, 0])
    peers.start()
    peers.connectAll()
    peers.follow(5, 4)
    peers.follow(6, 5)
    peers.follow(4, 0)
    peers.run(for: 2_000)
    for _ in 0..<4 {
      peers.decide([0, 1, 2, 3])
      peers.run(for: 500)
    }
    for index in 4...6 {
      #expect(peers.nodes[index].applied == Array(1...9))
      #expect(observed(peers, index))
    }
    // Each asked only the one it follows.
    #expect(peers.nodes[6].asked.allSatisfy { $0.to == peers.account(5) })
  }

  @Test("two nodes are followed for safety: one that goes silent delays, and does not stop")
  func oneSilent() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 20), heights: [20, 20, 20, 20, 0])
    peers.nodes[0].isSilent = true
    peers.start()
    peers.follow(4, 0)
    peers.follow(4, 1)
    peers.run(for: 10_000)
    #expect(peers.nodes[4].height == 20)
    #expect(observed(peers, 4))
  }

  @Test("a followed node that hands out forged blocks is called a liar, and nothing is applied")
  func forger() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 6), heights: [6, 6, 6, 6, 0])
    peers.nodes[3].forges = true
    peers.start()
    peers.follow(4, 3)
    peers.run(for: 5_000)
    #expect(peers.nodes[4].applied == [])
    #expect(peers.nodes[4].distrusted.contains { $0.0 == peers.account(3) })
    peers.follow(4, 1)
    peers.run(for: 5_000)
    #expect(peers.nodes[4].height == 6)
  }

  @Test("a block that gives another root stops the full node for good")
  func divergence() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 6), heights: [6, 6, 6, 6, 2])
    peers.nodes[4].failsToApply = true
    peers.start()
    peers.follow(4, 0)
    peers.run(for: 5_000)
    #expect(peers.nodes[4].applied == [3])
    #expect(peers.nodes[4].machine.mode == .diverged(height: 3))
  }

  @Test("what followers say of tips counts for nothing: they are served, and never asked")
  func followersAreNotBelieved() throws {
    let chain = try TestChain(members: 4, length: 8)
    let peers = TestPeers(chain, heights: [4, 4, 4, 4, 8])
    peers.start()
    peers.connectAll()
    peers.follow(4, 0)
    peers.run(for: 100)
    let higher = CatchUpMessage.tip(Tip(chain.certificate(8, block: .zero)))
    peers.feed(.message(higher, from: peers.account(4)), to: 0)
    peers.feed(
      .message(.greeting(.genesis, yourLatestVote: nil), from: peers.account(4)), to: 0)
    peers.run(for: 5_000)
    #expect(peers.isFollowing(0))
    #expect(peers.nodes[0].asked.isEmpty)
    peers.feed(.message(.getBlocks(from: 1, count: 4), from: peers.account(4)), to: 0)
    #expect(peers.nodes[0].served == [1])
  }

  @Test("a full node that follows nobody any more says so, and goes on when it does again")
  func connectionLost() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 3), heights: [2, 2, 2, 2, 2])
    peers.start()
    peers.connectAll()
    peers.follow(4, 0)
    peers.run(for: 100)
    peers.unfollow(4, 0)
    peers.run(for: 2_000)
    #expect(peers.nodes[4].machine.mode == .catchingUp(.tipsUnknown(known: 0, quorum: 1)))
    peers.decide([0, 1, 2, 3])
    peers.follow(4, 0)
    peers.run(for: 1_000)
    #expect(peers.nodes[4].height == 3)
    #expect(observed(peers, 4))
  }
}
