import CatchUp
import LedgerCore
import Testing

@Suite("When a node follows, and from when it votes")
struct FollowingTests {
  @Test("a brand-new network follows and votes from height 1, vote logs or not")
  func newNetwork() throws {
    for isMissing in [false, true] {
      let peers = TestPeers(try TestChain(members: 4, length: 0), heights: [0, 0, 0, 0])
      for index in 0..<4 { peers.nodes[index].isVoteLogMissing = isMissing }
      peers.start()
      peers.connectAll()
      peers.run(for: 100)
      for index in 0..<4 {
        #expect(peers.nodes[index].machine.mode == .following(mayVoteFrom: 1, nil))
      }
    }
  }

  @Test("without tips from a quorum, itself included, a node does not follow")
  func quorum() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 0), heights: [0, 0, 0, 0])
    peers.start()
    peers.connect(0, 1)
    peers.run(for: 5_000)
    #expect(
      peers.nodes[0].machine.mode == .catchingUp(.tipsUnknown(known: 2, quorum: 3)))
    peers.connect(0, 2)
    peers.run(for: 100)
    #expect(peers.isFollowing(0))
  }

  @Test("a greeting that overtakes the word of its connection counts")
  func earlyGreeting() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 0), heights: [0, 0, 0, 0])
    peers.start()
    for index in 1..<4 {
      let greeting = CatchUpMessage.greeting(.genesis, yourLatestVote: nil)
      peers.feed(.message(greeting, from: peers.chain.account(index)), to: 0)
      #expect(!peers.isFollowing(0))
    }
    for index in 1..<3 { peers.feed(.peerConnected(peers.chain.account(index)), to: 0) }
    #expect(peers.isFollowing(0))
  }

  @Test("a quorum's lost connections matter after an interval, not at once")
  func lostConnections() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 0), heights: [0, 0, 0, 0])
    peers.start()
    peers.connectAll()
    peers.run(for: 100)
    peers.disconnect(0, 1)
    peers.disconnect(0, 2)
    peers.run(for: 900)
    #expect(peers.isFollowing(0))
    peers.run(for: 200)
    #expect(peers.nodes[0].machine.mode == .catchingUp(.tipsUnknown(known: 2, quorum: 3)))
    peers.connect(0, 1)
    peers.run(for: 100)
    #expect(peers.nodes[0].machine.mode == .following(mayVoteFrom: 1, nil))
  }

  @Test("a peer's word for a vote above the watermark: votes from the third height after the tip")
  func voteAboveWatermark() throws {
    let chain = try TestChain(members: 4, length: 8)
    let peers = TestPeers(chain, heights: [8, 8, 8, 8])
    peers.nodes[0].watermark = VotePosition(height: 8, view: 0, kind: .commit)
    peers.start()
    let vote = chain.vote(of: 0, height: 9)
    peers.feed(.voteSeen(vote, of: chain.account(0)), to: 2)
    peers.connectAll()
    peers.run(for: 100)
    #expect(
      peers.nodes[0].machine.mode
        == .following(mayVoteFrom: 11, .voteAboveWatermark(vote.statement.position)))
    #expect(peers.nodes[1].machine.mode == .following(mayVoteFrom: 9, nil))
  }

  @Test("a vote at or below the watermark changes nothing, nor does a forged one")
  func harmlessVotes() throws {
    let chain = try TestChain(members: 4, length: 8)
    let peers = TestPeers(chain, heights: [8, 8, 8, 8])
    peers.nodes[0].watermark = VotePosition(height: 9, view: 2, kind: .prepare)
    peers.start()
    peers.feed(.voteSeen(chain.vote(of: 0, height: 9), of: chain.account(0)), to: 1)
    peers.feed(.voteSeen(chain.vote(of: 0, height: 10, forged: true), of: chain.account(0)), to: 2)
    // Of a height whose set is not known yet: it may be of a later key.
    peers.feed(.voteSeen(chain.vote(of: 0, height: 12, forged: true), of: chain.account(0)), to: 3)
    peers.connectAll()
    peers.run(for: 100)
    #expect(peers.nodes[0].machine.mode == .following(mayVoteFrom: 9, nil))
    #expect(peers.nodes[0].distrusted.map(\.0) == [chain.account(2)])
    #expect(peers.nodes[0].distrusted.map(\.1) == [.forgedVote])
  }

  @Test("a vote is judged by the node's key at its height, when the set of that height is known")
  func voteOfALaterKey() throws {
    let chain = try TestChain(members: 4, length: 30, switchHeight: 21, renewsKeys: true)
    let peers = TestPeers(chain, heights: [2, 30, 30, 30])
    peers.nodes[0].watermark = VotePosition(height: 3, view: 0, kind: .commit)
    peers.start()
    let vote = chain.vote(of: 0, height: 31)
    for peer in 1..<4 { peers.feed(.voteSeen(vote, of: chain.account(0)), to: peer) }
    peers.connectAll()
    peers.run(for: 5_000)
    #expect(peers.nodes[0].height == 30)
    #expect(peers.nodes[0].distrusted.isEmpty)
    #expect(
      peers.nodes[0].machine.mode
        == .following(mayVoteFrom: 33, .voteAboveWatermark(vote.statement.position)))
  }

  @Test("a vote of the height before a change of keys counts, and nobody is a liar for it")
  func voteOfAnEarlierKey() throws {
    let chain = try TestChain(members: 4, length: 20, switchHeight: 21, renewsKeys: true)
    let peers = TestPeers(chain, heights: [20, 20, 20, 20])
    peers.nodes[0].watermark = VotePosition(height: 12, view: 0, kind: .commit)
    peers.start()
    let vote = chain.vote(of: 0, height: 20)
    peers.feed(.voteSeen(vote, of: chain.account(0)), to: 1)
    peers.connectAll()
    peers.run(for: 100)
    #expect(peers.nodes[0].distrusted.isEmpty)
    #expect(
      peers.nodes[0].machine.mode
        == .following(mayVoteFrom: 23, .voteAboveWatermark(vote.statement.position)))
  }

  @Test("without its vote log a node votes from the third height after the tip, and says why")
  func voteLogMissing() throws {
    let chain = try TestChain(members: 4, length: 8)
    let peers = TestPeers(chain, heights: [5, 8, 8, 8])
    peers.nodes[0].isVoteLogMissing = true
    peers.start()
    peers.connectAll()
    peers.run(for: 2_000)
    #expect(
      peers.nodes[0].machine.mode == .following(mayVoteFrom: 11, .voteLogMissing))
  }

  @Test("a COMMIT of its key that a header carries one height late still keeps it waiting")
  func lateOwnCommit() throws {
    let chain = try TestChain(members: 4, length: 12)
    let peers = TestPeers(chain, heights: [8, 8, 8, 8])
    peers.nodes[0].isVoteLogMissing = true
    peers.start()
    peers.connectAll()
    peers.run(for: 100)
    // Another process with the key has cast a COMMIT at the tip; the header after the next says so.
    peers.decide([0, 1, 2, 3])
    peers.decide([0, 1, 2, 3])
    let position = VotePosition(height: 8, view: 0, kind: .commit)
    peers.feed(.ownVoteDecided(position), to: 0)
    #expect(
      peers.nodes[0].machine.mode == .following(mayVoteFrom: 12, .voteAboveWatermark(position)))
  }

  @Test("a COMMIT of its key above its watermark, in a block that it catches up with: it waits")
  func ownCommitBeforeFollowing() throws {
    for (height, mayVoteFrom) in [(UInt64(6), UInt64(9)), (7, 11)] {
      let peers = TestPeers(try TestChain(members: 4, length: 8), heights: [8, 8, 8, 8])
      peers.nodes[0].watermark = VotePosition(height: 6, view: 0, kind: .commit)
      peers.start()
      let position = VotePosition(height: height, view: 0, kind: .commit)
      peers.feed(.ownVoteDecided(position), to: 0)
      peers.connectAll()
      peers.run(for: 100)
      let pause = mayVoteFrom == 9 ? nil : VotingPause.voteAboveWatermark(position)
      #expect(peers.nodes[0].machine.mode == .following(mayVoteFrom: mayVoteFrom, pause))
    }
  }

  @Test("the next height, decided by others a moment earlier, leaves a node following")
  func grace() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 3), heights: [2, 2, 2, 2])
    peers.start()
    peers.connectAll()
    peers.run(for: 100)
    peers.decide([1, 2, 3])
    peers.run(for: 500)
    #expect(peers.isFollowing(0))
    #expect(peers.nodes[0].asked.isEmpty)
    // Its own consensus does not decide: after the grace it asks.
    peers.run(for: 1_000)
    #expect(peers.nodes[0].height == 3)
    #expect(peers.isFollowing(0))
    #expect(peers.nodes[0].modes.contains(.catchingUp(.behind(target: 3))))
  }

  @Test("a certificate that consensus saw means catching up")
  func sawCertificate() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 3), heights: [0, 0, 0, 0])
    peers.start()
    peers.connectAll()
    peers.run(for: 100)
    peers.feed(.sawCertificate(height: 3), to: 0)
    #expect(peers.nodes[0].machine.mode == .catchingUp(.behind(target: 3)))
  }

  @Test("one peer's unproven height stops nobody from voting")
  func unprovenHeight() throws {
    let chain = try TestChain(members: 4, length: 2)
    let peers = TestPeers(chain, heights: [2, 2, 2, 2])
    peers.start()
    peers.connectAll()
    peers.run(for: 100)
    let forged = chain.certificate(90, block: .zero, forged: true)
    peers.feed(.message(.tip(Tip(forged)), from: chain.account(3)), to: 0)
    peers.run(for: 20_000)
    #expect(peers.isFollowing(0))
    #expect(peers.nodes[0].modes.last == .following(mayVoteFrom: 3, nil))
    #expect(peers.nodes[0].modes.count { if case .following = $0 { true } else { false } } == 1)
    #expect(peers.nodes[0].distrusted.contains { $0.1 == .emptyPromise(height: 3) })
    let proven = chain.certificate(90, block: .zero)
    peers.feed(.message(.tip(Tip(proven)), from: chain.account(2)), to: 0)
    peers.run(for: 2_000)
    #expect(peers.nodes[0].machine.mode == .catchingUp(.behind(target: 90)))
  }
}
