import Consensus
import LedgerCore
import Testing

@Suite("Evidence")
struct EvidenceTests {
  let members = Members(4)

  @Test("two different votes of one kind for one height and view prove an offence, equal ones none")
  func equivocation() throws {
    let (one, other) = (members.block(author: 0), members.block(author: 0, content: 1))
    let pairs: [(Vote, Vote)] = [
      (members.prepare(1, one), members.prepare(1, other)),
      (members.commit(1, one), members.commit(1, other)),
      (members.proposal(one, by: 0).vote, members.proposal(other, by: 0).vote),
      (
        members.viewChange(1, to: 2).vote,
        members.viewChange(1, to: 2, prepared: members.record(one)).vote
      ),
    ]
    for (left, right) in pairs {
      let evidence = try #require(VoteEvidence(left, right))
      #expect(evidence.offence == .equivocation)
      #expect(evidence == VoteEvidence(right, left))
      let checks = try #require(evidence.checks(in: members.set))
      #expect(checks.allSatisfy { Ed25519.verify($0, chain: members.chain) })
      #expect(VoteEvidence(left, left) == nil)
    }
  }

  @Test("votes of different members, views or kinds prove nothing")
  func innocent() {
    let (one, other) = (members.block(author: 0), members.block(author: 0, content: 1))
    #expect(VoteEvidence(members.prepare(1, one), members.prepare(2, other)) == nil)
    #expect(VoteEvidence(members.prepare(1, one), members.prepare(1, other, view: 1)) == nil)
    #expect(VoteEvidence(members.prepare(1, one), members.commit(1, other)) == nil)
    #expect(VoteEvidence(members.commit(1, one), members.commit(1, other, view: 1)) == nil)
  }

  @Test("a VIEW-CHANGE that denies an earlier COMMIT is amnesia; one that knows of it is not")
  func amnesia() {
    let (one, other) = (members.block(author: 0), members.block(author: 0, content: 1))
    let commit = members.commit(1, one, view: 2)
    let denying: [PreparedRecord?] = [
      nil, members.record(one, view: 1), members.record(other, view: 2),
    ]
    for record in denying {
      let change = members.viewChange(1, to: 4, prepared: record).vote
      #expect(VoteEvidence(commit, change)?.offence == .amnesia)
      #expect(VoteEvidence(change, commit)?.first == commit)
    }
    for record in [members.record(one, view: 2), members.record(other, view: 3)] {
      let change = members.viewChange(1, to: 4, prepared: record).vote
      #expect(VoteEvidence(commit, change) == nil)
    }
    let earlier = members.viewChange(1, to: 2).vote
    #expect(VoteEvidence(commit, earlier) == nil)
  }

  @Test("an equivocating primary is reported once with both votes; the first proposal is worked on")
  func equivocatingPrimary() {
    var bench = Bench(members, own: 1)
    let (one, other) = (members.block(author: 0), members.block(author: 0, content: 1))
    bench.receive(.proposal(members.proposal(one, by: 0)), from: 0)
    bench.receive(.proposal(members.proposal(other, by: 0)), from: 0)
    bench.receive(.proposal(members.proposal(members.block(author: 0, content: 2), by: 0)), from: 0)
    #expect(bench.evidence.count == 1)
    #expect(
      bench.evidence.first
        == VoteEvidence(members.proposal(one, by: 0).vote, members.proposal(other, by: 0).vote))
    #expect(bench.executions == [members.hash(one)])
  }

  @Test("double votes and amnesia among what arrives are reported")
  func offences() {
    let (one, other) = (members.block(author: 0), members.block(author: 0, content: 1))
    var bench = Bench(members, own: 1)
    bench.receive([members.prepare(2, one), members.prepare(2, other)])
    bench.receive([members.commit(3, one)])
    bench.receive([members.viewChange(3, to: 1)])
    #expect(bench.evidence.map(\.offence) == [.equivocation, .amnesia])
    #expect(bench.evidence.map(\.first.member) == [2, 3])
  }

  @Test("a forged second vote is no evidence")
  func forged() {
    let (one, other) = (members.block(author: 0), members.block(author: 0, content: 1))
    var bench = Bench(members, own: 1)
    let real = members.prepare(2, one)
    bench.receive([real])
    bench.receive([
      Vote(
        statement: members.prepare(2, other).statement, member: 2, signature: real.signature)
    ])
    #expect(bench.evidence.isEmpty)
  }

  @Test("a vote with this node's key that it did not sign stops its voting")
  func ownKeyElsewhere() {
    var bench = Bench(members, own: 1)
    let block = members.block(author: 0)
    bench.receive(.vote(members.prepare(1, block)), from: 3)
    #expect(!bench.machine.isVoting)
    let reported = bench.notes.contains { note in
      if case .ownKeyUsedElsewhere(let vote) = note { return vote == members.prepare(1, block) }
      return false
    }
    #expect(reported)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.asked.isEmpty)
  }

  @Test("so does one in a certificate, and one beside another of its own")
  func ownKeyInCertificate() {
    let block = members.block(author: 0)
    var bench = Bench(members, own: 1)
    bench.receive(
      .viewChange(members.viewChange(3, to: 1, prepared: members.record(block))), from: 3)
    #expect(!bench.machine.isVoting)

    bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.machine.isVoting)
    bench.receive(.vote(members.prepare(1, block)), from: 3)
    #expect(bench.machine.isVoting)
    bench.receive(.vote(members.prepare(1, members.block(author: 0, content: 1))), from: 3)
    #expect(!bench.machine.isVoting)
  }
}
