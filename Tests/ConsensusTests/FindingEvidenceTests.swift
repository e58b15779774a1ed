import Consensus
import LedgerCore
import Testing

@Suite("Where evidence is found")
struct FindingEvidenceTests {
  let members = Members(4)
  var one: Block { members.block(author: 0) }
  var other: Block { members.block(author: 0, content: 1) }

  /// A machine of member 1 that has decided height 1 with the first block.
  private func decided() -> Bench {
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(one, by: 0)), from: 0)
    bench.receive([0, 2].map { members.prepare($0, one) })
    bench.receive([0, 2].map { members.commit($0, one) })
    return bench
  }

  @Test("a primary that proposed one block to some and another to others is found by PREPAREs")
  func splitProposal() throws {
    var bench = Bench(members, own: 1)
    let proposal = members.proposal(one, by: 0)
    bench.receive(.proposal(proposal), from: 0)
    bench.receive([members.prepare(2, one)])
    #expect(bench.sent.isEmpty)
    bench.receive([members.prepare(3, other)])
    // The one who prepared the other block is shown this node's proposal …
    #expect(bench.sent.map(\.to) == [members.account(3)])
    #expect(bench.sent.map(\.message) == [.vote(proposal.vote)])
    // … and its own comes back.
    bench.receive(.vote(members.proposal(other, by: 0).vote), from: 3)
    let second = members.proposal(other, by: 0).vote
    #expect(bench.evidence == [try #require(VoteEvidence(proposal.vote, second))])
    bench.receive(.vote(second), from: 3)
    #expect(bench.evidence.count == 1)
  }

  @Test("a PRE-PREPARE alone, without one that it contradicts, changes nothing")
  func loneProposal() {
    var bench = Bench(members, own: 1)
    bench.receive(.vote(members.proposal(one, by: 0).vote), from: 3)
    #expect(bench.evidence.isEmpty)
    #expect(bench.refusals.isEmpty)
    #expect(bench.executions.isEmpty)
  }

  @Test("a vote in a certificate contradicts one that came alone")
  func inCertificate() {
    var bench = Bench(members, own: 1)
    bench.receive([members.prepare(2, other)])
    bench.receive([members.viewChange(3, to: 1, prepared: members.record(one))])
    #expect(bench.evidence.map(\.first.member) == [2])
    #expect(bench.evidence.map(\.offence) == [.equivocation])
  }

  @Test("a forged certificate of a record that is known accuses nobody, and stops nobody")
  func forgedCertificate() {
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(one, by: 0)), from: 0)
    bench.receive([0, 2].map { members.prepare($0, one) })
    bench.receive([members.viewChange(2, to: 1, prepared: members.record(one))])
    let good = members.record(one).certificate
    let wrongRoot = QuorumCertificate(
      kind: .prepare, height: 1, view: 0, block: good.block, stateRoot: SHA256.hash([9]),
      signatures: good.signatures)
    let others = QuorumCertificate(
      kind: .prepare, height: 1, view: 0, block: good.block, stateRoot: good.stateRoot,
      signatures: [0, 1, 3].map {
        MemberSignature(member: $0, signature: members.prepare(3, one).signature)
      })
    for forged in [wrongRoot, others] {
      let record = PreparedRecord(block: one, certificate: forged)
      bench.receive([members.viewChange(3, to: 1, prepared: record)])
      #expect(bench.evidence.isEmpty)
      #expect(bench.machine.isVoting)
    }
    let badSignatures = bench.notes.count { if case .badSignatures = $0 { true } else { false } }
    #expect(badSignatures == 2)
  }

  @Test("a vote that contradicts another is found after the height is decided, once")
  func late() {
    var bench = decided()
    #expect(bench.decisions.count == 1)
    #expect(bench.evidence.isEmpty)
    bench.receive([members.commit(2, other)])
    bench.receive([members.prepare(2, other)])
    #expect(bench.evidence.map(\.first.member) == [2])
    bench.receive([members.viewChange(0, to: 1)])
    #expect(bench.evidence.map(\.offence) == [.equivocation, .amnesia])
  }

  @Test("a COMMIT that a header carries contradicts one that came alone")
  func inHeader() {
    var bench = Bench(members, own: 1)
    bench.receive([members.commit(3, other)])
    bench.receive(.proposal(members.proposal(one, by: 0)), from: 0)
    bench.receive([0, 2].map { members.prepare($0, one) })
    bench.receive([0, 2].map { members.commit($0, one) })
    #expect(bench.evidence.isEmpty)
    bench.feed(.decidedCommits([members.commit(0, one), members.commit(3, one)]))
    #expect(bench.evidence.map(\.first.member) == [3])
  }

  @Test("an honest member's votes before and after its restart, in any order, accuse nobody")
  func honest() {
    var bench = decided()
    bench.receive([0, 2, 3].map { members.commit($0, one) })
    bench.receive([members.prepare(3, one)])
    bench.receive([members.viewChange(3, to: 1, prepared: members.record(one))])
    bench.feed(.decidedCommits([0, 1, 2, 3].map { members.commit($0, one) }))
    #expect(bench.evidence.isEmpty)
  }
}
