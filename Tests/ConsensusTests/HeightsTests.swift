import Consensus
import LedgerCore
import Testing

@Suite("From height to height")
struct HeightsTests {
  let members = Members(4)
  let block: Block

  init() { block = members.block(author: 0) }

  /// Member 1 with height 1 decided by members 0, 1 and 2.
  func decided() -> Bench {
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([0, 2].map { members.prepare($0, block) })
    bench.receive([0, 2].map { members.commit($0, block) })
    return bench
  }

  func second() -> Block {
    members.block(
      author: 1, height: 2, timestamp: block.header.timestamp + Members.interval,
      parent: members.hash(block))
  }

  func context2(own: Int) -> HeightContext {
    members.context(
      height: 2, own: own, parent: members.hash(block), parentTimestamp: block.header.timestamp,
      primaries: [1, 2, 3, 0])
  }

  @Test("a decided height asks for nothing more and runs no timer")
  func quietAfterDecision() {
    var bench = decided()
    #expect(bench.decisions.count == 1)
    #expect(bench.machine.isDecided)
    let count = bench.effects.count
    bench.pass(60_000)
    #expect(bench.effects.count == count)
  }

  @Test("the next height waits for its slot")
  func nextSlot() {
    var bench = decided()
    bench.feed(.begin(context2(own: 1)))
    bench.tick(at: block.header.timestamp + Members.interval - 1)
    #expect(bench.proposals.isEmpty)
    bench.tick(at: block.header.timestamp + Members.interval)
    #expect(bench.proposals.map(\.timestamp) == [block.header.timestamp + Members.interval])
  }

  @Test("messages of the next height wait for it, and count then")
  func futureMessages() {
    var bench = Bench(members, own: 3)
    let second = second()
    bench.receive(.proposal(members.proposal(second, by: 1)), from: 1)
    bench.receive([0, 1, 2].map { members.commit($0, second) })
    bench.receive([0, 1, 2].map { members.commit($0, block) })
    bench.receive(
      .decided(Decided(certificate: members.certificate(.commit, block), block: block)), from: 0)
    #expect(bench.decisions.map(\.block) == [block])
    bench.now = second.header.timestamp
    bench.feed(.begin(context2(own: 3)))
    #expect(bench.decisions.map(\.block) == [block, second])
  }

  @Test("a begin that is not above the current height is ignored")
  func oldBegin() {
    var bench = decided()
    bench.feed(.begin(members.context(own: 1)))
    #expect(bench.machine.isDecided)
  }

  @Test("a late COMMIT for a decided height comes out checked, once; a wrong one does not")
  func lateCommits() {
    var bench = decided()
    bench.feed(.begin(context2(own: 1)))
    let other = members.vote(3, view: 0, .commit(block: members.hash(block), stateRoot: .zero))
    let stolen = Vote(
      statement: members.commit(3, block).statement, member: 3,
      signature: members.commit(2, block).signature)
    bench.receive([other, stolen, members.commit(0, block)])
    #expect(lateMembers(bench) == [])
    bench.receive([members.commit(3, block), members.commit(3, block)])
    #expect(lateMembers(bench) == [3])
  }

  func lateMembers(_ bench: Bench) -> [UInt16] {
    bench.effects.compactMap {
      guard case .lateCommit(let commit, height: 1) = $0 else { return nil }
      return commit.member
    }
  }

  @Test("COMMITs that come in one batch with the deciding one are not lost")
  func lateInOneBatch() {
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.verifies = false
    bench.receive([members.commit(0, block)])
    bench.receive([2, 3].map { members.commit($0, block) })
    bench.receive([members.viewChange(0, to: 1)])
    bench.feed(.checked(token: bench.heldChecks[0].token, [true]))
    bench.feed(.checked(token: bench.heldChecks[1].token, [true, true, true]))
    #expect(bench.decisions.count == 1)
    let known = bench.decisions[0].certificate.signatures.map(\.member) + lateMembers(bench)
    #expect(known.sorted() == [0, 2, 3])
  }

  @Test("one who is stuck at a decided height is answered with the certificate, and the block")
  func answers() {
    var bench = decided()
    bench.feed(.begin(context2(own: 1)))
    bench.receive([members.viewChange(3, to: 1)])
    bench.receive(.inquiry(Inquiry(height: 1, view: 1, needsBlock: true)), from: 3)
    let certificate = bench.decisions[0].certificate
    let answers = bench.sent.filter { $0.to == members.account(3) }.map(\.message)
    #expect(
      answers == [
        .decided(Decided(certificate: certificate, block: nil)),
        .decided(Decided(certificate: certificate, block: block)),
      ])
  }

  @Test("for heights before the last the replica is asked to answer")
  func olderAnswers() {
    var bench = Bench(members, own: 1, context: context2(own: 1))
    bench.receive(.inquiry(Inquiry(height: 1, view: 0, needsBlock: true)), from: 3)
    let asked = bench.effects.contains { effect in
      if case .answerDecided(1, true, let to) = effect { return to == members.account(3) }
      return false
    }
    #expect(asked)
  }

  @Test("f + 1 peers that speak of a height above the next one show that this node is behind")
  func ahead() {
    var bench = Bench(members, own: 1)
    let later = members.vote(
      0, height: 9, view: 0, .prepare(block: members.hash(block), stateRoot: .zero))
    bench.receive(.vote(later), from: 0)
    bench.receive(.vote(later), from: 0)
    #expect(aheadHeights(bench) == [])
    bench.receive(.inquiry(Inquiry(height: 7, view: 0, needsBlock: true)), from: 2)
    bench.receive(.inquiry(Inquiry(height: 7, view: 0, needsBlock: true)), from: 2)
    #expect(aheadHeights(bench) == [7])
  }

  func aheadHeights(_ bench: Bench) -> [UInt64] {
    bench.notes.compactMap {
      guard case .peersAhead(let height) = $0 else { return nil }
      return height
    }
  }

  @Test("one peer's flood of future messages does not push out another's")
  func futureFlood() {
    var bench = Bench(members, own: 3)
    let second = second()
    bench.receive([0, 2].flatMap { [members.prepare($0, second), members.commit($0, second)] })
    for view in 0..<500 {
      bench.receive(.vote(members.prepare(1, second, view: UInt64(view))), from: 1)
    }
    bench.receive(.proposal(members.proposal(second, by: 1)), from: 2)
    bench.receive(
      .decided(Decided(certificate: members.certificate(.commit, block), block: block)), from: 0)
    bench.now = second.header.timestamp
    bench.feed(.begin(context2(own: 3)))
    #expect(bench.decisions.map(\.block) == [block, second])
  }

  @Test("one peer's flood of unchecked messages is cut, and does not push out another's")
  func uncheckedFlood() {
    var bench = Bench(members, own: 3)
    bench.verifies = false
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    for view in 0..<100 {
      bench.receive(.vote(members.prepare(1, block, view: UInt64(view))), from: 1)
    }
    bench.receive([members.prepare(2, block)])
    #expect(bench.refusals.count == 100 - ConsensusLimits.uncheckedPerPeerMax)
    bench.feed(.checked(token: bench.heldChecks[0].token, [true]))
    #expect(bench.heldChecks[1].checks.count == ConsensusLimits.uncheckedPerPeerMax + 1)
  }

  @Test("a peer's many views push out its own older votes only")
  func manyViews() {
    var bench = Bench(members, own: 3)
    bench.receive([0, 2].map { members.commit($0, block) })
    for view in 1..<50 { bench.receive([members.prepare(1, block, view: UInt64(view))]) }
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.decisions.isEmpty)
    bench.receive([members.prepare(0, block), members.prepare(2, block)])
    #expect(bench.decisions.count == 1)
  }
}
