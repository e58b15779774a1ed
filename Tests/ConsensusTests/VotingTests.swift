import Consensus
import LedgerCore
import Testing

@Suite("Votes and certificates")
struct VotingTests {
  let members = Members(7)
  let block: Block

  init() { block = members.block(author: 0) }

  /// Member 1 with the proposal executed and its own PREPARE signed.
  func prepared() -> Bench {
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    return bench
  }

  @Test("for every n of 4 … 64 two quorums share more than f members, and n − f reach a quorum")
  func quorums() {
    for n in 4...64 {
      let set = Members(n).set
      #expect(set.quorum == 2 * n / 3 + 1)
      #expect(set.faultyMax == (n - 1) / 3)
      #expect(2 * set.quorum - n > set.faultyMax)
      #expect(n - set.faultyMax >= set.quorum)
    }
  }

  @Test("COMMIT follows a quorum of equal PREPAREs, once the record is stored")
  func commitAfterPrepares() {
    var bench = prepared()
    bench.persists = false
    bench.receive([0, 2, 3].map { members.prepare($0, block) })
    #expect(bench.heldPersists.isEmpty)
    bench.receive([members.prepare(4, block)])
    #expect(bench.heldPersists.count == 1)
    #expect(bench.askedKinds == [.prepare])
    bench.feed(.persisted(token: bench.heldPersists[0]))
    #expect(bench.askedKinds == [.prepare, .commit])
  }

  @Test("what is stored is the block with a certificate of exactly the PREPAREs' statement")
  func storedRecord() throws {
    var bench = prepared()
    bench.receive([0, 2, 3, 4].map { members.prepare($0, block) })
    let records = bench.effects.compactMap { effect -> PreparedRecord? in
      guard case .persistPrepared(_, let record) = effect else { return nil }
      return record
    }
    let record = try #require(records.first)
    #expect(records.count == 1)
    #expect(record.block == block)
    let checks = try #require(record.certificate.checks(in: members.set))
    #expect(checks.allSatisfy { Ed25519.verify($0, chain: members.chain) })
    #expect(record.certificate.statement == members.prepare(1, block).statement)
  }

  @Test("the primary's PRE-PREPARE counts as no PREPARE")
  func prePrepareIsNoPrepare() {
    var bench = prepared()
    bench.receive([2, 3, 4].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("PREPAREs for another root or block make no certificate together")
  func unequalPrepares() {
    var bench = prepared()
    let other = members.vote(
      4, view: 0, .prepare(block: members.hash(block), stateRoot: .zero))
    bench.receive([0, 2, 3].map { members.prepare($0, block) } + [other])
    bench.receive([members.prepare(5, members.block(author: 0, content: 9))])
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("a prepared certificate with another root than the own gets no COMMIT")
  func otherRoot() {
    var bench = Bench(members, own: 1)
    bench.executes = false
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.feed(.executed(block: members.hash(block), .root(.zero)))
    bench.receive([0, 2, 3, 4, 5].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("a quorum of equal COMMITs decides, before the own execution is done")
  func decidesBeforeExecution() {
    var bench = Bench(members, own: 1)
    bench.executes = false
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([0, 2, 3, 4].map { members.commit($0, block) })
    #expect(bench.decisions.isEmpty)
    bench.receive([members.commit(6, block)])
    #expect(bench.decisions.map(\.block) == [block])
    #expect(bench.decisions.map(\.ownRoot) == [nil])
    #expect(bench.decisions[0].certificate.signatures.map(\.member) == [0, 2, 3, 4, 6])
  }

  @Test("COMMITs of different views do not add up; those of an older view still decide")
  func commitsPerView() {
    var bench = prepared()
    bench.receive([2, 3, 4].map { members.viewChange($0, to: 1) })
    #expect(bench.machine.view == 1)
    bench.receive([0, 2, 3, 4].map { members.commit($0, block) })
    bench.receive([5, 6].map { members.commit($0, block, view: 1) })
    #expect(bench.decisions.isEmpty)
    bench.receive([members.commit(5, block)])
    #expect(bench.decisions.map(\.certificate.view) == [0])
    #expect(bench.decisions[0].certificate.signatures.map(\.member) == [0, 2, 3, 4, 5])
  }

  @Test("COMMITs of other views for what is decided come out for the next header")
  func otherViewsCommits() {
    var bench = prepared()
    bench.receive([members.commit(6, block, view: 2)])
    bench.receive([0, 2, 3, 4, 5].map { members.commit($0, block) })
    let late = bench.effects.compactMap { effect -> CommitSignature? in
      guard case .lateCommit(let commit, height: 1) = effect else { return nil }
      return commit
    }
    #expect(late.map(\.member) == [6])
    #expect(late.map(\.view) == [2])
  }

  @Test("a signed vote whose view was left meanwhile is neither counted nor sent")
  func lateOwnVote() {
    var bench = Bench(members, own: 1)
    bench.signs = false
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([2, 3, 4].map { members.viewChange($0, to: 1) })
    bench.sign(members.prepare(1, block).statement)
    #expect(bench.broadcasts.isEmpty)
    bench.receive([0, 2, 3, 4].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.prepare, .viewChange])
  }

  @Test("late PREPAREs after a view change never complete an own COMMIT")
  func latePrepares() {
    var bench = prepared()
    bench.receive([0, 2].map { members.prepare($0, block) })
    bench.pass(2_000)
    #expect(bench.askedKinds == [.prepare, .viewChange])
    bench.receive([3, 4, 5, 6].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.prepare, .viewChange])
  }

  @Test("a record stored after its view was left gets no COMMIT")
  func latePersist() {
    var bench = prepared()
    bench.persists = false
    bench.receive([0, 2, 3, 4].map { members.prepare($0, block) })
    bench.receive([2, 3, 4].map { members.viewChange($0, to: 1) })
    bench.feed(.persisted(token: bench.heldPersists[0]))
    #expect(bench.askedKinds == [.prepare, .viewChange])
  }

  @Test("the same vote twice counts once")
  func duplicates() {
    var bench = prepared()
    bench.receive([0, 2, 3].flatMap { [members.prepare($0, block), members.prepare($0, block)] })
    bench.receive([members.prepare(0, block)])
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("a vote of one who is no member, of another height's kind or beyond all views is refused")
  func implausible() {
    var bench = prepared()
    let good = members.prepare(0, block)
    bench.receive(
      .vote(Vote(statement: good.statement, member: 7, signature: good.signature)), from: 0)
    bench.receive(.vote(members.vote(0, view: 1, .viewChange(prepared: nil))), from: 0)
    bench.receive(.vote(members.prepare(0, block, view: .max)), from: 0)
    #expect(bench.refusals == [.malformed, .malformed, .malformed])
  }

  @Test("at or below the watermark nothing is signed")
  func watermark() {
    let watermark = VotePosition(height: 1, view: 0, kind: .prepare)
    var bench = Bench(
      members, own: 1, context: members.context(own: 1, watermark: watermark))
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    #expect(bench.asked.isEmpty)
    bench.receive([0, 2, 3, 4, 5].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.commit])
  }

  @Test("positions asked to be signed only rise, whatever comes")
  func positionsRise() {
    var bench = prepared()
    bench.receive([0, 2, 3, 4].map { members.prepare($0, block) })
    bench.pass(120_000)
    bench.receive([2, 3, 4].map { members.viewChange($0, to: 9) })
    bench.pass(120_000)
    let positions = bench.asked.map(\.position)
    #expect(positions.count >= 4)
    #expect(zip(positions, positions.dropFirst()).allSatisfy { $0 < $1 })
  }

  @Test("a refusal of the signer gives the position up and goes on with the next")
  func refused() {
    var bench = Bench(members, own: 1)
    bench.signs = false
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.feed(.signingRefused(members.prepare(1, block).statement))
    bench.receive([0, 2, 3, 4, 5].map { members.prepare($0, block) })
    #expect(bench.askedKinds == [.prepare, .commit])
  }

  @Test("f + 1 COMMITs for another root stop this node's voting for good")
  func divergence() {
    var bench = Bench(members, own: 1)
    bench.executes = false
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.feed(.executed(block: members.hash(block), .root(.zero)))
    bench.receive([0, 2].map { members.commit($0, block) })
    #expect(bench.machine.isVoting)
    bench.receive([members.commit(3, block)])
    #expect(!bench.machine.isVoting)
    let others = bench.notes.compactMap { note -> Digest? in
      guard case .diverged(1, _, .root(.zero), let other) = note else { return nil }
      return other
    }
    #expect(others == [members.root(of: block)])
    bench.feed(.mayVoteChanged(true))
    bench.receive([4, 5].map { members.commit($0, block) })
    #expect(bench.decisions.count == 1)
    bench.feed(
      .begin(
        members.context(
          height: 2, own: 1, parent: members.hash(block), parentTimestamp: bench.now)))
    bench.pass(60_000)
    #expect(bench.askedKinds == [.prepare])
  }

  @Test("without the block a certificate decides nothing: others are asked for it")
  func missingBlock() {
    var bench = Bench(members, own: 1)
    bench.receive([0, 2, 3, 4, 5].map { members.commit($0, block) })
    #expect(bench.decisions.isEmpty)
    let inquiries = bench.sent.filter {
      $0.message == .inquiry(Inquiry(height: 1, view: 0, needsBlock: true))
    }
    #expect(inquiries.count == 2)
    let decided = Decided(certificate: members.certificate(.commit, block), block: block)
    bench.receive(.decided(decided), from: 3)
    #expect(bench.decisions.map(\.block) == [block])
  }

  @Test("a decided message of another block's, of too few or of wrong signatures decides nothing")
  func wrongDecided() {
    let other = members.block(author: 0, content: 9)
    let certificate = members.certificate(.commit, block)
    let few = members.certificate(.commit, block, by: [0, 1, 2, 3])
    let forged = QuorumCertificate(
      kind: .commit, height: 1, view: 3, block: members.hash(block),
      stateRoot: members.root(of: block), signatures: certificate.signatures)
    let bodiless = Block(header: block.header, runs: [])
    for decided in [
      Decided(certificate: certificate, block: other), Decided(certificate: few, block: block),
      Decided(certificate: forged, block: block),
      Decided(certificate: certificate, block: bodiless),
    ] {
      var bench = Bench(members, own: 1)
      bench.receive(.decided(decided), from: 3)
      #expect(bench.decisions.isEmpty)
    }
  }
}
