import Consensus
import LedgerCore
import Testing

@Suite("Proposals")
struct ProposalTests {
  let members = Members(4)
  let slot = Members.genesisTime + Members.interval

  @Test("the primary proposes at the slot's instant and not before, with the slot's timestamp")
  func primaryProposes() {
    var bench = Bench(members, own: 0, at: slot - 1)
    #expect(bench.proposals.isEmpty)
    #expect(bench.wakes.contains(slot))
    bench.tick(at: slot)
    #expect(bench.proposals.map(\.timestamp) == [slot])
    #expect(bench.proposals.map(\.emptyOfBundles) == [false])
  }

  @Test("a tick before its time asks for the wake again")
  func earlyTick() {
    var bench = Bench(members, own: 0, at: slot - 1_000)
    #expect(bench.wakes == [slot])
    bench.tick(at: slot - 1)
    #expect(bench.wakes == [slot, slot])
  }

  @Test("a primary that may vote again after a pause proposes then")
  func pausedPrimary() {
    var bench = Bench(members, own: 0)
    bench.feed(.mayVoteChanged(false))
    bench.feed(.proposalBuilt(members.block(author: 0), view: 0))
    #expect(bench.asked.isEmpty)
    bench.feed(.mayVoteChanged(true))
    #expect(bench.proposals.count == 2)
    bench.feed(.proposalBuilt(members.block(author: 0), view: 0))
    #expect(bench.askedKinds == [.prePrepare, .prepare])
  }

  @Test("missed slots are not made up: the timestamp is the latest slot not after the clock")
  func missedSlots() {
    let bench = Bench(members, own: 0, at: slot + 3 * Members.interval + 17)
    #expect(bench.proposals.map(\.timestamp) == [slot + 3 * Members.interval])
  }

  @Test("nobody but the primary proposes")
  func onlyPrimary() {
    for own in [1, 2, 3, nil] {
      #expect(Bench(members, own: own).proposals.isEmpty)
    }
  }

  @Test("what was built is signed, sent and executed; PREPARE follows with the root")
  func builtIsSent() {
    var bench = Bench(members, own: 0)
    let block = members.block(author: 0)
    bench.feed(.proposalBuilt(block, view: 0))
    #expect(bench.askedKinds == [.prePrepare, .prepare])
    #expect(bench.broadcasts.first == .proposal(members.proposal(block, by: 0)))
    #expect(bench.broadcasts.last == .vote(members.prepare(0, block)))
    #expect(bench.executions == [members.hash(block)])
  }

  @Test("a built block with another timestamp than asked for is not signed")
  func builtWrong() {
    var bench = Bench(members, own: 0)
    bench.feed(
      .proposalBuilt(members.block(author: 0, timestamp: slot + Members.interval), view: 0))
    #expect(bench.asked.isEmpty)
    #expect(bench.refusals == [.wrongTimestamp])
  }

  @Test("a proposal of the primary is executed, then PREPAREd with the root that execution gave")
  func accepted() {
    var bench = Bench(members, own: 1)
    bench.executes = false
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.executions == [members.hash(block)])
    #expect(bench.asked.isEmpty)
    bench.feed(.executed(block: members.hash(block), .root(Digest.zero)))
    #expect(
      bench.askedLast?.content == .prepare(block: members.hash(block), stateRoot: .zero))
  }

  @Test("a block that execution finds invalid gets no vote")
  func invalidExecution() {
    var bench = Bench(members, own: 1)
    bench.executes = false
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.feed(.executed(block: members.hash(block), .invalid("parent roots")))
    #expect(bench.asked.isEmpty)
    #expect(bench.refusals == [.invalid("parent roots")])
  }

  @Test("a proposal of another member is refused")
  func notPrimary() {
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(members.block(author: 2), by: 2)), from: 2)
    #expect(bench.refusals == [.notPrimary])
    #expect(bench.executions.isEmpty)
  }

  @Test("a block whose parent, height, author or runs are not the height's is refused")
  func wrongBlocks() {
    let good = members.block(author: 0)
    let blocks = [
      members.block(author: 0, parent: Digest.zero), members.block(author: 1),
      Block(header: good.header, runs: []),
    ]
    for block in blocks {
      var bench = Bench(members, own: 1)
      bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
      #expect(bench.refusals == [.wrongBlock])
    }
  }

  @Test("a timestamp off the slots, or not above the parent's, is refused")
  func wrongTimestamps() {
    for timestamp in [slot + 1, Members.genesisTime, 0, UInt64.max] {
      var bench = Bench(members, own: 1)
      let block = members.block(author: 0, timestamp: timestamp)
      bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
      #expect(bench.refusals == [.wrongTimestamp])
      #expect(bench.executions.isEmpty)
    }
  }

  @Test("a proposal up to 500 ms ahead of the clock is taken up at once, one further ahead waits")
  func ahead() {
    let proposal = ConsensusMessage.proposal(members.proposal(members.block(author: 0), by: 0))
    var near = Bench(members, own: 1, at: slot - 500)
    near.receive(proposal, from: 0)
    #expect(near.executions.count == 1)
    var far = Bench(members, own: 1, at: slot - 501)
    far.receive(proposal, from: 0)
    #expect(far.executions.isEmpty)
    #expect(far.wakes.last == slot - 500)
    far.tick(at: slot - 500)
    #expect(far.executions.count == 1)
  }

  @Test("a fresh proposal older than interval and view timeout is refused")
  func stale() {
    let proposal = ConsensusMessage.proposal(members.proposal(members.block(author: 0), by: 0))
    let limit = slot + Members.interval + 2_000
    var late = Bench(members, own: 1, at: limit)
    late.receive(proposal, from: 0)
    #expect(late.executions.count == 1)
    var stale = Bench(members, own: 1, at: limit + 1)
    stale.receive(proposal, from: 0)
    #expect(stale.executions.isEmpty)
    #expect(stale.refusals == [.staleTimestamp])
  }

  @Test("nothing happens before the verdict, and a wrong signature drops the message, counted")
  func signatures() {
    var bench = Bench(members, own: 1)
    bench.verifies = false
    let proposal = ConsensusMessage.proposal(members.proposal(members.block(author: 0), by: 0))
    bench.receive(proposal, from: 0)
    #expect(bench.executions.isEmpty)
    bench.feed(.checked(token: bench.heldChecks[0].token, [false]))
    #expect(bench.executions.isEmpty)
    let totals = bench.notes.compactMap { note -> UInt64? in
      guard case .badSignatures(members.account(0), let total) = note else { return nil }
      return total
    }
    #expect(totals == [1])
    bench.receive(proposal, from: 0)
    bench.feed(.checked(token: bench.heldChecks[1].token, [true]))
    #expect(bench.executions.count == 1)
  }

  @Test("what arrives while a check is outstanding is checked together in the next")
  func batching() {
    var bench = Bench(members, own: 1)
    bench.verifies = false
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([0, 2, 3].map { members.prepare($0, block) })
    #expect(bench.heldChecks.map(\.checks.count) == [1])
    bench.feed(.checked(token: bench.heldChecks[0].token, [true]))
    #expect(bench.heldChecks.map(\.checks.count) == [1, 3])
  }

  @Test("one who may not vote follows: it executes and decides, but signs nothing")
  func follower() {
    let contexts = [
      members.context(own: nil), members.context(own: 1, mayVote: false),
    ]
    for context in contexts {
      var bench = Bench(members, own: context.own, context: context)
      let block = members.block(author: 0)
      bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
      bench.receive([0, 2, 3].map { members.prepare($0, block) })
      bench.receive([0, 2, 3].map { members.commit($0, block) })
      #expect(bench.asked.isEmpty)
      #expect(bench.decisions.map(\.ownRoot) == [members.root(of: block)])
    }
  }

  @Test("one who may vote from now on votes for what it has executed")
  func mayVoteLater() {
    var bench = Bench(members, own: 1, context: members.context(own: 1, mayVote: false))
    bench.receive(.proposal(members.proposal(members.block(author: 0), by: 0)), from: 0)
    bench.feed(.mayVoteChanged(true))
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("without votes no view timer runs: one who may not vote never changes view")
  func noTimers() {
    var bench = Bench(members, own: 1, context: members.context(own: 1, mayVote: false))
    bench.pass(60_000)
    bench.receive([2, 3].map { members.viewChange($0, to: 1) })
    #expect(bench.asked.isEmpty)
    #expect(bench.machine.view == 0)
  }
}
