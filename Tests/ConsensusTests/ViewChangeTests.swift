import Consensus
import LedgerCore
import Testing

@Suite("View changes")
struct ViewChangeTests {
  let members = Members(4)
  let slot = Members.genesisTime + Members.interval

  @Test("view 0's timer runs from the slot's instant, not from the height's beginning")
  func timerFromSlot() {
    var bench = Bench(members, own: 1, at: slot - 9_000)
    bench.tick(at: slot + 1_999)
    #expect(bench.asked.isEmpty)
    bench.tick(at: slot + 2_000)
    #expect(bench.asked.map(\.position) == [VotePosition(height: 1, view: 1, kind: .viewChange)])
    #expect(bench.askedLast?.content == .viewChange(prepared: nil))
  }

  @Test("a later view's timer starts at a quorum of VIEW-CHANGEs, doubles, and is capped")
  func timersGrow() {
    var bench = Bench(members, own: 3)
    bench.tick(at: slot + 2_000)
    bench.pass(100_000)
    #expect(bench.machine.view == 1)
    var timeout: UInt64 = 4_000
    for view in UInt64(1)...6 {
      bench.receive([1, 2].map { members.viewChange($0, to: view) })
      let start = bench.now
      bench.tick(at: start + timeout - 1)
      #expect(bench.machine.view == view)
      bench.tick(at: start + timeout)
      #expect(bench.machine.view == view + 1)
      timeout = min(timeout * 2, 32_000)
    }
  }

  @Test("one who asks for a yet higher view counts towards the timer, but for no NEW-VIEW")
  func timerCountsHigherViews() {
    var bench = Bench(members, own: 1)
    bench.tick(at: slot + 2_000)
    bench.receive([members.viewChange(2, to: 1), members.viewChange(3, to: 2)])
    #expect(bench.machine.view == 1)
    #expect(bench.proposals.isEmpty)
    bench.tick(at: bench.now + 4_000)
    #expect(bench.machine.view == 2)
  }

  @Test("f + 1 VIEW-CHANGEs for higher views: the lowest of them is joined, fewer move nobody")
  func joining() {
    let seven = Members(7)
    var bench = Bench(seven, own: 6)
    bench.receive([seven.viewChange(3, to: 9), seven.viewChange(4, to: 5)])
    #expect(bench.machine.view == 0)
    bench.receive([seven.viewChange(5, to: 7)])
    #expect(bench.machine.view == 5)
    #expect(bench.askedKinds == [.viewChange])
  }

  @Test("a VIEW-CHANGE names the prepared record and shows it")
  func showsRecord() {
    var bench = Bench(members, own: 1)
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([0, 2].map { members.prepare($0, block) })
    bench.pass(2_000)
    let expected = PreparedReference(view: 0, block: members.hash(block))
    #expect(bench.askedLast?.content == .viewChange(prepared: expected))
    let shown = bench.broadcasts.compactMap { message -> PreparedRecord? in
      guard case .viewChange(let change) = message else { return nil }
      return change.prepared
    }
    #expect(shown.first?.block == block)
    #expect(shown.first?.certificate.hasQuorum(of: members.set) == true)
  }

  @Test("the new primary proposes afresh when none of the quorum is prepared")
  func freshNewView() throws {
    var bench = Bench(members, own: 1)
    bench.tick(at: slot + 2_000)
    bench.receive([members.viewChange(2, to: 1)])
    #expect(bench.proposals.isEmpty)
    bench.receive([members.viewChange(3, to: 1)])
    #expect(bench.proposals.map(\.view) == [1])
    #expect(bench.proposals.map(\.timestamp) == [slot])
    let block = members.block(author: 1)
    bench.feed(.proposalBuilt(block, view: 1))
    #expect(bench.askedKinds == [.viewChange, .newView, .prePrepare, .prepare])
    let sent = bench.broadcasts.compactMap { message -> NewView? in
      guard case .newView(let newView) = message else { return nil }
      return newView
    }
    let newView = try #require(sent.first)
    #expect(newView.viewChanges.map(\.member) == [1, 2, 3])
    #expect(newView.certificate == nil)
    var other = Bench(members, own: 0)
    other.receive(.newView(newView), from: 1)
    #expect(other.machine.view == 1)
    #expect(other.askedKinds == [.prepare])
  }

  @Test("the new primary proposes the block prepared in the highest view again, as it was")
  func reproposal() throws {
    let old = members.record(members.block(author: 0, content: 1), view: 0)
    let newer = members.record(members.block(author: 1, content: 2), view: 1)
    // Both are among those whose PREPAREs made the records.
    let signed = VotePosition(height: 1, view: 1, kind: .prepare)
    var bench = Bench(
      members, own: 2, at: slot + 60_000, context: members.context(own: 2, watermark: signed))
    bench.receive([
      members.viewChange(0, to: 2, prepared: old), members.viewChange(3, to: 2, prepared: newer),
    ])
    #expect(bench.proposals.isEmpty)
    let sent = bench.broadcasts.compactMap { message -> NewView? in
      guard case .newView(let newView) = message else { return nil }
      return newView
    }
    let newView = try #require(sent.first)
    #expect(newView.block == newer.block)
    #expect(newView.certificate == newer.certificate)
    var other = Bench(
      members, own: 1, at: slot + 60_000, context: members.context(own: 1, watermark: signed))
    other.receive(.newView(newView), from: 2)
    #expect(other.askedLast == members.prepare(1, newer.block, view: 2).statement)
  }

  @Test("a re-proposal is exempt from the age limit")
  func oldReproposal() {
    let record = members.record(members.block(author: 0))
    let changes = [
      members.viewChange(0, to: 1), members.viewChange(1, to: 1),
      members.viewChange(2, to: 1, prepared: record),
    ]
    let newView = members.newView(
      1, changes: changes, block: record.block, certificate: record.certificate)
    var bench = Bench(members, own: 3, at: slot + 3_600_000)
    bench.receive(.newView(newView), from: 1)
    #expect(bench.askedKinds.last == .prepare)
  }

  @Test("a NEW-VIEW that proposes afresh, another block, or a lower one's, is refused")
  func wrongReproposals() {
    let old = members.record(members.block(author: 0, content: 1), view: 0)
    let newer = members.record(members.block(author: 1, content: 2), view: 1)
    let fresh = members.block(author: 2)
    let changes = [
      members.viewChange(0, to: 2, prepared: old), members.viewChange(1, to: 2, prepared: newer),
      members.viewChange(2, to: 2),
    ]
    let wrong = [
      members.newView(2, changes: changes, block: fresh, certificate: nil),
      members.newView(2, changes: changes, block: old.block, certificate: old.certificate),
      members.newView(2, changes: changes, block: fresh, certificate: newer.certificate),
    ]
    for newView in wrong {
      var bench = Bench(members, own: 3, at: slot)
      bench.receive(.newView(newView), from: 2)
      #expect(bench.machine.view == 0)
      #expect(bench.executions.isEmpty)
      #expect(bench.refusals.count == 1)
    }
  }

  @Test(
    "a NEW-VIEW of too few, of another view's changes, of another member's or forged is refused")
  func wrongNewViews() {
    let block = members.block(author: 1)
    let good = (1...3).map { members.viewChange($0, to: 1) }
    let mixed = [good[0], good[1], members.viewChange(3, to: 2)]
    let wrong = [
      members.newView(1, changes: Array(good.prefix(2)), block: block, certificate: nil),
      members.newView(1, changes: mixed, block: block, certificate: nil),
      members.newView(1, changes: good, block: block, certificate: nil, by: 2),
      members.newView(1, changes: good, block: members.block(author: 0), certificate: nil),
    ]
    for newView in wrong {
      var bench = Bench(members, own: 0)
      bench.receive(.newView(newView), from: 1)
      #expect(bench.refusals.count == 1)
      #expect(bench.machine.view == 0)
    }
    let genuine = members.newView(1, changes: good, block: block, certificate: nil)
    var forged = genuine.viewChanges
    forged[2] = Vote(
      statement: forged[2].statement, member: 3, signature: forged[1].signature)
    let digest = NewView.digest(of: forged, chain: members.chain)
    let vote = members.vote(1, view: 1, .newView(viewChanges: digest, block: members.hash(block)))
    var bench = Bench(members, own: 0)
    bench.receive(
      .newView(
        NewView(
          vote: vote, viewChanges: forged, certificate: nil, prePrepare: genuine.prePrepare,
          block: block)),
      from: 1)
    #expect(bench.machine.view == 0)
    bench.receive(.newView(genuine), from: 1)
    #expect(bench.machine.view == 1)
  }

  @Test("a NEW-VIEW with one bad signature in a certificate that is known is not taken")
  func damagedCertificate() {
    let record = members.record(members.block(author: 0))
    var signatures = record.certificate.signatures
    signatures[0] = MemberSignature(
      member: signatures[0].member, signature: signatures[1].signature)
    let damaged = QuorumCertificate(
      kind: .prepare, height: 1, view: 0, block: record.reference.block,
      stateRoot: record.certificate.stateRoot, signatures: signatures)
    let changes = (1...3).map { members.viewChange($0, to: 1, prepared: record) }
    var bench = Bench(members, own: 0)
    bench.receive([changes[1]])
    bench.receive(
      .newView(members.newView(1, changes: changes, block: record.block, certificate: damaged)),
      from: 1)
    #expect(bench.machine.view == 0)
    bench.receive(
      .newView(
        members.newView(
          1, changes: changes, block: record.block, certificate: record.certificate)), from: 1)
    #expect(bench.machine.view == 1)
  }

  @Test("a claim of a prepared block without its certificate counts for nothing in a NEW-VIEW")
  func unprovenClaim() {
    let record = members.record(members.block(author: 0))
    let forged = PreparedRecord(
      block: record.block,
      certificate: QuorumCertificate(
        kind: .prepare, height: 1, view: 0, block: record.reference.block,
        stateRoot: .zero, signatures: record.certificate.signatures))
    var bench = Bench(members, own: 1)
    bench.tick(at: slot + 2_000)
    bench.receive([members.viewChange(2, to: 1)])
    bench.receive([members.viewChange(3, to: 1, prepared: forged)])
    bench.receive([
      ViewChange(vote: members.viewChange(3, to: 1, prepared: record).vote, prepared: nil)
    ])
    #expect(bench.proposals.isEmpty)
    #expect(bench.askedKinds == [.viewChange])
    bench.receive([members.viewChange(3, to: 1, prepared: record)])
    #expect(bench.askedKinds == [.viewChange, .newView, .prePrepare, .prepare])
  }

  @Test("from view 3 on a fresh proposal names no bundles")
  func emptyProposals() {
    var bench = Bench(members, own: 3)
    bench.receive([0, 1].map { members.viewChange($0, to: 3) })
    bench.receive([members.viewChange(2, to: 3)])
    #expect(bench.proposals.map(\.emptyOfBundles) == [true])
    let changes = [0, 2, 3].map { members.viewChange($0, to: 3) }
    let full = members.newView(
      3, changes: changes, block: members.block(author: 3), certificate: nil)
    var other = Bench(members, own: 1)
    other.receive(.newView(full), from: 3)
    #expect(other.refusals == [.namesBundles])
    let empty = members.newView(
      3, changes: changes, block: members.block(author: 3, content: nil), certificate: nil)
    other.receive(.newView(empty), from: 3)
    #expect(other.machine.view == 3)
    #expect(other.askedKinds == [.prepare])
  }

  @Test("a block executed in one view is not executed again in the next")
  func executesOnce() {
    var bench = Bench(members, own: 3)
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    let record = members.record(block)
    let changes = (0...2).map { members.viewChange($0, to: 1, prepared: record) }
    bench.receive(
      .newView(
        members.newView(1, changes: changes, block: block, certificate: record.certificate)),
      from: 1)
    #expect(bench.executions.count == 1)
    #expect(bench.askedLast == members.prepare(3, block, view: 1).statement)
  }

  @Test("undecided messages are sent again, ever more slowly")
  func retransmission() {
    var bench = Bench(members, own: 1)
    bench.tick(at: slot + 2_000)
    let start = bench.now
    var times: [UInt64] = []
    while bench.now < start + 30_000 {
      let before = bench.broadcasts.count
      bench.tick(at: bench.now + 50)
      if bench.broadcasts.count > before { times.append(bench.now - start) }
    }
    #expect(times == [500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500])
    #expect(Set(bench.broadcasts).count == 1)
  }

  @Test("an inquiry brings the view's proposal and the own votes, at a limited rate")
  func inquiry() {
    var bench = Bench(members, own: 1)
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    let inquiry = ConsensusMessage.inquiry(Inquiry(height: 1, view: 0, needsBlock: true))
    bench.receive(inquiry, from: 3)
    bench.receive(inquiry, from: 3)
    #expect(
      bench.sent.map(\.message) == [
        .proposal(members.proposal(block, by: 0)), .vote(members.prepare(1, block)),
      ])
    bench.pass(250)
    bench.receive(inquiry, from: 3)
    #expect(bench.sent.count == 4)
  }
}
