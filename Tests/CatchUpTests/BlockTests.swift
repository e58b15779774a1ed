import CatchUp
import LedgerCore
import Testing

@Suite("Catching up by blocks")
struct BlockTests {
  @Test("a node far behind asks several peers, applies every block once in order, and follows")
  func farBehind() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 100), heights: [3, 100, 100, 100])
    peers.start()
    peers.connectAll()
    peers.run(for: 10_000)
    #expect(peers.nodes[0].applied == Array(4...100))
    #expect(peers.nodes[0].machine.mode == .following(mayVoteFrom: 101, nil))
    #expect(Set(peers.nodes[0].asked.map(\.to)).count == 3)
    #expect(peers.nodes[0].distrusted.isEmpty)
    #expect(peers.nodes[0].reports.first?.target == 100)
    // Each height was asked for once.
    #expect(peers.nodes[0].asked.reduce(0) { $0 + $1.count } == 97)
  }

  @Test("blocks decided while a node catches up are fetched too")
  func movingTarget() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 60), heights: [0, 40, 40, 40])
    peers.start()
    peers.connectAll()
    for _ in 0..<20 {
      peers.run(for: 30)
      peers.decide([1, 2, 3])
    }
    peers.run(for: 5_000)
    #expect(peers.nodes[0].height == 60)
    #expect(peers.isFollowing(0))
  }

  @Test("a peer with forged certificates is dropped, and another asked")
  func forger() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 50), heights: [0, 50, 50, 50])
    peers.nodes[1].forges = true
    peers.start()
    peers.connectAll()
    peers.run(for: 10_000)
    #expect(peers.nodes[0].height == 50)
    #expect(peers.nodes[0].distrusted.map(\.0) == [peers.chain.account(1)])
    #expect(
      peers.nodes[0].distrusted.allSatisfy {
        if case .badCertificate = $0.1 { true } else { false }
      })
    #expect(peers.nodes[0].applied == Array(1...50))
    #expect(peers.isFollowing(0))
  }

  @Test("a peer that does not answer is passed over")
  func silent() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 50), heights: [0, 50, 50, 50])
    peers.nodes[2].isSilent = true
    peers.start()
    peers.connectAll()
    peers.run(for: 10_000)
    #expect(peers.nodes[0].height == 50)
    #expect(peers.isFollowing(0))
  }

  @Test("bytes that are no block, and blocks nobody asked for, get a peer dropped or ignored")
  func garbage() throws {
    let chain = try TestChain(members: 4, length: 20)
    let peers = TestPeers(chain, heights: [0, 20, 20, 20])
    for index in 1..<4 { peers.nodes[index].isSilent = true }
    peers.start()
    peers.connectAll()
    peers.run(for: 15)
    let asked = try #require(peers.nodes[0].asked.first)
    let block = chain.blocks[5].bcs[...]
    // Not asked for: from another height.
    peers.feed(.message(.blocks(from: asked.from + 5, [block]), from: asked.to), to: 0)
    #expect(peers.nodes[0].distrusted.isEmpty)
    // Another height's block.
    peers.feed(.message(.blocks(from: asked.from, [block]), from: asked.to), to: 0)
    #expect(peers.nodes[0].distrusted.map(\.1) == [.notTheBlock(height: asked.from)])
    #expect(peers.nodes[0].applied.isEmpty)
  }

  @Test("the answer to an earlier, longer request counts as far as it was asked for now")
  func longerAnswer() throws {
    let chain = try TestChain(members: 4, length: 20)
    for (count, isLie) in [(CatchUpLimits.blocksPerRequestMax, false), (17, true)] {
      let peers = TestPeers(chain, heights: [0, 3, 3, 3])
      for index in 1..<4 { peers.nodes[index].isSilent = true }
      peers.start()
      peers.connectAll()
      peers.run(for: 15)
      let asked = try #require(peers.nodes[0].asked.first)
      let blocks = chain.blocks.dropFirst(Int(asked.from) - 1).prefix(count).map { $0.bcs[...] }
      #expect(blocks.count == count)
      peers.feed(.message(.blocks(from: asked.from, blocks), from: asked.to), to: 0)
      #expect(peers.nodes[0].distrusted.isEmpty == !isLie)
      peers.run(for: 15)
      #expect(peers.nodes[0].applied.contains(asked.from) == !isLie)
      #expect(peers.nodes[0].height <= 3)
    }
  }

  @Test("a change of the set on the way is followed from certificate to certificate")
  func setChange() throws {
    let chain = try TestChain(members: 4, length: 40, switchHeight: 21)
    let peers = TestPeers(chain, heights: [0, 40, 40, 40])
    peers.start()
    peers.connectAll()
    peers.run(for: 10_000)
    #expect(peers.nodes[0].applied == Array(1...40))
  }

  @Test("a block that does not reach its certified root stops the node, and it says so")
  func diverged() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 5), heights: [0, 5, 5, 5])
    peers.nodes[0].failsToApply = true
    peers.start()
    peers.connectAll()
    peers.run(for: 5_000)
    #expect(peers.nodes[0].machine.mode == .diverged(height: 1))
    #expect(peers.nodes[0].applied == [1])
  }

  @Test("requests and buffers are bounded, also when nothing can be applied")
  func bounds() throws {
    let chain = try TestChain(members: 4, length: 100)
    let peers = TestPeers(chain, heights: [0, 100, 100, 100])
    peers.nodes[1].isSilent = true
    peers.nodes[2].isSilent = true
    peers.nodes[3].isSilent = true
    peers.start()
    peers.connectAll()
    peers.run(for: 1_900)
    #expect(peers.nodes[0].asked.count == CatchUpLimits.requestsMax)
    // Answers to all but the first request: nothing can be applied.
    for request in peers.nodes[0].asked.dropFirst() {
      let blocks = (request.from..<request.from + UInt64(request.count)).map {
        chain.blocks[Int($0) - 1].bcs[...]
      }
      peers.feed(.message(.blocks(from: request.from, blocks), from: request.to), to: 0)
    }
    let highest = peers.nodes[0].asked.map { $0.from + UInt64($0.count) - 1 }.max()
    #expect(highest == UInt64(CatchUpLimits.bufferBlocksMax))
    #expect(peers.nodes[0].applied.isEmpty)
  }

  @Test("blocks are served within the own height, and so many a second")
  func serving() throws {
    let chain = try TestChain(members: 4, length: 10)
    let peers = TestPeers(chain, heights: [10, 0, 0, 0])
    peers.start()
    peers.connect(0, 1)
    peers.run(for: 1_000)
    peers.nodes[0].served = []
    peers.feed(.message(.getBlocks(from: 11, count: 1), from: chain.account(1)), to: 0)
    peers.feed(.message(.getBlocks(from: 0, count: 1), from: chain.account(1)), to: 0)
    #expect(peers.nodes[0].served.isEmpty)
    for _ in 0..<40 {
      peers.feed(.message(.getBlocks(from: 9, count: 16), from: chain.account(1)), to: 0)
    }
    #expect(peers.nodes[0].served.count == CatchUpLimits.servedPerSecondMax - 2)
  }

  @Test("a clock that steps back stops nothing")
  func clock() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 60), heights: [0, 60, 60, 60])
    peers.start()
    peers.connectAll()
    peers.run(for: 30)
    peers.now -= 1_000
    peers.run(for: 10_000)
    #expect(peers.nodes[0].height == 60)
  }

  @Test("a clock that was an hour ahead and is set right goes on serving")
  func clockSetRight() throws {
    let chain = try TestChain(members: 4, length: 10)
    let peers = TestPeers(chain, heights: [10, 0, 0, 0])
    peers.start()
    peers.connect(0, 1)
    peers.run(for: 1_000)
    peers.now += 3_600_000
    func ask() -> Int {
      peers.nodes[0].served = []
      for _ in 0..<40 {
        peers.feed(.message(.getBlocks(from: 9, count: 1), from: chain.account(1)), to: 0)
      }
      return peers.nodes[0].served.count
    }
    #expect(ask() == CatchUpLimits.servedPerSecondMax)
    peers.now -= 3_600_000
    peers.feed(.tick, to: 0)
    for _ in 0..<3 {
      peers.now += 1_100
      #expect(ask() == CatchUpLimits.servedPerSecondMax)
    }
  }
}
