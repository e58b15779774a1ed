import Consensus
import LedgerCore
import Testing

@Suite("Crash and restart")
struct RestartTests {
  let members = Members(4)
  let block: Block
  let slot = Members.genesisTime + Members.interval

  init() { block = members.block(author: 0) }

  func restarted(_ votes: [Vote], prepared: PreparedRecord? = nil, own: Int = 1) -> Bench {
    Bench(
      members, own: own, at: slot + 100,
      context: members.context(
        own: own, watermark: votes.last?.statement.position, ownVotes: votes, prepared: prepared))
  }

  @Test("after PREPARE the same proposal gets the same PREPARE again, unsigned anew")
  func afterPrepare() {
    var bench = restarted([members.prepare(1, block)])
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.asked.isEmpty)
    #expect(bench.broadcasts == [.vote(members.prepare(1, block))])
    bench.receive([0, 2].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.commit])
  }

  @Test("after PREPARE another proposal of the same view gets no vote")
  func afterPrepareOther() {
    var bench = restarted([members.prepare(1, block)])
    let other = members.block(author: 0, content: 1)
    bench.receive(.proposal(members.proposal(other, by: 0)), from: 0)
    #expect(bench.asked.isEmpty)
    #expect(bench.broadcasts.isEmpty)
  }

  @Test("with the record stored but COMMIT not signed, COMMIT follows execution")
  func afterPersist() {
    let bench = restarted([members.prepare(1, block)], prepared: members.record(block))
    #expect(bench.executions == [members.hash(block)])
    #expect(bench.askedKinds == [.commit])
  }

  @Test("after COMMIT the votes are sent again, and the next VIEW-CHANGE names the record")
  func afterCommit() {
    let record = members.record(block)
    var bench = restarted(
      [members.prepare(1, block), members.commit(1, block)], prepared: record)
    #expect(bench.asked.isEmpty)
    #expect(bench.broadcasts.contains(.vote(members.commit(1, block))))
    bench.tick(at: slot + 2_100)
    #expect(bench.askedLast?.content == .viewChange(prepared: record.reference))
    #expect(bench.broadcasts.contains(.viewChange(members.viewChange(1, to: 1, prepared: record))))
  }

  @Test("after COMMIT without the record no VIEW-CHANGE is signed: it would deny the COMMIT")
  func recordLost() {
    var bench = restarted([members.prepare(1, block), members.commit(1, block)])
    bench.pass(20_000)
    bench.receive([2, 3].map { members.viewChange($0, to: 4) })
    #expect(bench.asked.isEmpty)
  }

  @Test("with the watermark kept and its votes lost, views it may have voted in are passed over")
  func votesLost() {
    let watermark = VotePosition(height: 1, view: 3, kind: .prepare)
    var bench = Bench(
      members, own: 1, at: slot + 100, context: members.context(own: 1, watermark: watermark))
    bench.receive([2, 3].map { members.viewChange($0, to: 2) })
    #expect(bench.machine.view == 4)
    #expect(bench.asked.map(\.position) == [VotePosition(height: 1, view: 4, kind: .viewChange)])
  }

  @Test("a VIEW-CHANGE at the watermark that was not kept is asked for again, in its own view")
  func viewChangeLost() {
    let watermark = VotePosition(height: 1, view: 3, kind: .viewChange)
    var bench = Bench(
      members, own: 1, at: slot + 100, context: members.context(own: 1, watermark: watermark))
    bench.receive([2, 3].map { members.viewChange($0, to: 2) })
    #expect(bench.machine.view == 3)
    #expect(bench.asked.map(\.position) == [watermark])
    #expect(bench.broadcasts.contains(.viewChange(members.viewChange(1, to: 3))))
  }

  @Test("when the signer does not repeat it, since it named another record, the next view is open")
  func viewChangeOfLostRecord() {
    let watermark = VotePosition(height: 1, view: 3, kind: .viewChange)
    var bench = Bench(
      members, own: 1, at: slot + 100, context: members.context(own: 1, watermark: watermark))
    bench.signs = false
    bench.receive([2, 3].map { members.viewChange($0, to: 2) })
    bench.signs = true
    bench.feed(.signingRefused(members.viewChange(1, to: 3).vote.statement))
    #expect(bench.machine.view == 4)
    #expect(
      bench.asked.map(\.position) == [
        watermark, VotePosition(height: 1, view: 4, kind: .viewChange),
      ])
    bench.receive([2, 3].map { members.viewChange($0, to: 3) })
    #expect(bench.machine.view == 4)
  }

  @Test("with the watermark at COMMIT and the record lost, no VIEW-CHANGE denies the COMMIT")
  func recordAndVotesLost() {
    let watermark = VotePosition(height: 1, view: 0, kind: .commit)
    var bench = Bench(
      members, own: 1, at: slot + 100, context: members.context(own: 1, watermark: watermark))
    bench.receive([2, 3].map { members.viewChange($0, to: 2) })
    #expect(bench.asked.isEmpty)
  }

  @Test("after VIEW-CHANGE the node stays in its view and sends it again with its record")
  func afterViewChange() {
    let record = members.record(block)
    let votes = [
      members.prepare(1, block), members.commit(1, block),
      members.viewChange(1, to: 2, prepared: record).vote,
    ]
    var bench = restarted(votes, prepared: record)
    #expect(bench.machine.view == 2)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.asked.isEmpty)
    bench.pass(1_000)
    #expect(bench.broadcasts.last == .viewChange(members.viewChange(1, to: 2, prepared: record)))
  }

  @Test("a primary that had signed its proposal proposes nothing else in that view")
  func primary() {
    let own = members.proposal(block, by: 0).vote
    var bench = restarted([own], own: 0)
    bench.pass(1_000)
    #expect(bench.proposals.isEmpty)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 2)
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("a primary of a later view that had signed NEW-VIEW proposes nothing else in it")
  func newPrimary() {
    let changes = [1, 2, 3].map { members.viewChange($0, to: 1) }
    let newView = members.newView(
      1, changes: changes, block: members.block(author: 1), certificate: nil)
    var bench = restarted([changes[0].vote, newView.vote, newView.prePrepare])
    #expect(bench.machine.view == 1)
    bench.receive(Array(changes.dropFirst()))
    #expect(bench.proposals.isEmpty)
    bench.receive(.newView(newView), from: 2)
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("votes of other heights and members are not taken for own ones of this height")
  func foreignVotes() {
    let bench = restarted([
      members.prepare(2, block),
      members.vote(
        1, height: 9, view: 4, .prepare(block: members.hash(block), stateRoot: .zero)),
    ])
    #expect(bench.machine.view == 0)
    #expect(bench.askedKinds.isEmpty)
  }
}
