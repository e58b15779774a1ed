import CatchUp
import LedgerCore
import Testing

@Suite("Catch-up messages")
struct CatchUpMessageTests {
  private func samples() throws -> [CatchUpMessage] {
    let chain = try TestChain(members: 4, length: 2)
    return [
      .greeting(.genesis, yourLatestVote: nil),
      .greeting(Tip(chain.blocks[1].certificate), yourLatestVote: chain.vote(of: 1, height: 3)),
      .tip(Tip(chain.blocks[0].certificate)),
      .getBlocks(from: .max, count: CatchUpLimits.blocksPerRequestMax),
      .blocks(from: 0, []), .blocks(from: 1, chain.blocks.map { $0.bcs[...] }),
    ]
  }

  @Test("every message is read back from its bytes")
  func roundTrip() throws {
    for message in try samples() {
      let bytes = message.bcs
      #expect(try CatchUpMessage(decoding: bytes[...]).bcs == bytes)
    }
  }

  @Test("no truncated or extended message is read")
  func exact() throws {
    for message in try samples() {
      let bytes = message.bcs
      for length in bytes.indices {
        #expect(throws: BCSError.self) { try CatchUpMessage(decoding: bytes.prefix(length)) }
      }
      #expect(throws: BCSError.self) { try CatchUpMessage(decoding: (bytes + [0])[...]) }
    }
  }

  @Test("a tip's certificate is a commit certificate above genesis")
  func tips() throws {
    let chain = try TestChain(members: 4, length: 1)
    let commit = chain.blocks[0].certificate
    let prepare = QuorumCertificate(
      kind: .prepare, height: 1, view: 0, block: .zero, stateRoot: .zero,
      signatures: commit.signatures)
    #expect(throws: BCSError.self) { try Tip(bcs: [1] + prepare.bcs) }
    let genesis = chain.certificate(0, block: .zero)
    #expect(throws: BCSError.self) { try Tip(bcs: [1] + genesis.bcs) }
    #expect(try Tip(bcs: [1] + commit.bcs).height == 1)
  }

  @Test("hostile bytes are refused or give one message with exactly those bytes; none does harm")
  func hostile() throws {
    let peers = TestPeers(try TestChain(members: 4, length: 2), heights: [0, 2, 2, 2])
    peers.start()
    peers.connectAll()
    var state: UInt64 = 7
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    for message in try samples() {
      let bytes = message.bcs
      for round in 0..<300 {
        var changed = bytes
        changed[Int(next()) % changed.count] = UInt8(truncatingIfNeeded: next())
        guard let read = try? CatchUpMessage(decoding: changed[...]) else { continue }
        #expect(read.bcs == changed)
        peers.feed(.message(read, from: peers.chain.account(1 + round % 3)), to: 0)
        peers.run(for: 5)
      }
    }
    peers.run(for: 200_000)
    #expect(peers.nodes[0].applied.count <= 2)
  }

  @Test("the limits fit each other")
  func limits() {
    typealias Bounds = CatchUpLimits
    #expect(Bounds.blockBytesMax > Limits.blockBytesMax + Limits.blockBundlesMax * 32_768)
    #expect(Bounds.messageBytesMax >= Bounds.answerBytesTarget + Bounds.blockBytesMax)
    #expect(Bounds.bufferBytesMax >= Bounds.blockBytesMax)
    #expect(
      CatchUpLimits.bufferBlocksMax
        >= CatchUpLimits.requestsMax * CatchUpLimits.blocksPerRequestMax)
    #expect(
      CatchUpLimits.requestTimeoutMilliseconds < CatchUpLimits.requestTimeoutMillisecondsMax)
  }
}
