import Consensus
import LedgerCore
import Testing

@Suite("Handing a turn over")
struct HandOverTests {
  let members = Members(4)
  let slot = Members.genesisTime + Members.interval
  /// Long before the slot: the parent has just become final.
  let early = Members.genesisTime + 300

  @Test("a paused primary asks for the next view at once, and never proposes in its own")
  func paused() {
    var bench = Bench(members, own: 0, at: early)
    bench.feed(.handOverChanged(true))
    #expect(bench.asked == [members.viewChange(0, to: 1).vote.statement])
    #expect(bench.broadcasts.first == .viewChange(members.viewChange(0, to: 1)))
    bench.tick(at: slot)
    bench.feed(.handOverChanged(false))
    bench.tick(at: slot + 1_000)
    #expect(bench.proposals.isEmpty)
    #expect(bench.askedKinds == [.viewChange])
  }

  @Test("a pause lasts from height to height, and ends when it is lifted")
  func lasts() {
    var bench = Bench(members, own: 0, at: early)
    bench.feed(.handOverChanged(true))
    let second = members.context(
      height: 2, own: 0, parent: SHA256.hash([1]), parentTimestamp: slot)
    bench.now = slot + 200
    bench.feed(.begin(second))
    #expect(bench.asked.map(\.position).last?.height == 2)
    #expect(bench.askedKinds == [.viewChange, .viewChange])
    bench.feed(.handOverChanged(false))
    bench.now = slot + Members.interval
    let third = members.context(
      height: 3, own: 0, parent: SHA256.hash([2]), parentTimestamp: slot + 1)
    bench.feed(.begin(third))
    #expect(bench.proposals.map(\.view) == [0])
  }

  @Test("the others follow their primary at once, and the next one proposes at the slot")
  func followed() throws {
    var next = Bench(members, own: 1, at: early)
    next.receive([members.viewChange(0, to: 1)])
    #expect(next.asked == [members.viewChange(1, to: 1).vote.statement])
    next.receive([members.viewChange(2, to: 1), members.viewChange(3, to: 1)])
    next.pass(slot - 1 - next.now)
    #expect(next.proposals.isEmpty)
    next.tick(at: slot)
    #expect(next.proposals.map(\.timestamp) == [slot])
    #expect(next.proposals.map(\.emptyOfBundles) == [false])
    next.feed(.proposalBuilt(members.block(author: 1), view: 1))
    let sent = next.broadcasts.compactMap { message -> NewView? in
      guard case .newView(let newView) = message else { return nil }
      return newView
    }
    var other = Bench(members, own: 3, at: early)
    other.receive([members.viewChange(0, to: 1)])
    other.now = slot + 10
    other.receive(.newView(try #require(sent.first)), from: 1)
    #expect(other.askedKinds == [.viewChange, .prepare])
    #expect(other.askedLast?.view == 1)
  }

  @Test("the timer of a view that was handed over does not run before the slot")
  func timer() {
    var bench = Bench(members, own: 3, at: early)
    bench.receive((0...2).map { members.viewChange($0, to: 1) })
    bench.tick(at: slot + 3_999)
    #expect(bench.machine.view == 1)
    bench.tick(at: slot + 4_000)
    #expect(bench.machine.view == 2)
  }

  @Test("a VIEW-CHANGE of another than the view's primary moves nobody")
  func notPrimary() {
    var bench = Bench(members, own: 3, at: early)
    bench.receive([members.viewChange(1, to: 1)])
    #expect(bench.machine.view == 0)
    // f + 1 do, as ever.
    bench.receive([members.viewChange(2, to: 1)])
    #expect(bench.machine.view == 1)
  }

  @Test("a VIEW-CHANGE with the primary's name that is not signed by it moves nobody")
  func forged() {
    let genuine = members.viewChange(0, to: 1)
    let forged = ViewChange(
      vote: Vote(
        statement: genuine.vote.statement, member: 0,
        signature: members.viewChange(1, to: 1).vote.signature), prepared: nil)
    var bench = Bench(members, own: 3, at: early)
    bench.receive(.viewChange(forged), from: 1)
    #expect(bench.machine.view == 0)
    bench.receive(.viewChange(genuine), from: 1)
    #expect(bench.machine.view == 1)
  }

  @Test("a primary gives away its own turn and no other's, however high a view it asks for")
  func oneView() {
    var bench = Bench(members, own: 3, at: early)
    bench.receive([members.viewChange(0, to: 40)])
    #expect(bench.machine.view == 1)
    #expect(bench.askedKinds == [.viewChange])
  }

  @Test("who has the view's proposal works at it, whatever its primary says then")
  func proposalSeen() {
    var bench = Bench(members, own: 3)
    let block = members.block(author: 0)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([members.viewChange(0, to: 1)])
    #expect(bench.machine.view == 0)
    bench.receive([members.prepare(1, block), members.prepare(2, block)])
    #expect(bench.askedKinds == [.prepare, .commit])
  }

  @Test("who is paused after proposing keeps its proposal")
  func tooLate() {
    var bench = Bench(members, own: 0)
    bench.feed(.proposalBuilt(members.block(author: 0), view: 0))
    bench.feed(.handOverChanged(true))
    #expect(bench.machine.view == 0)
    #expect(bench.askedKinds == [.prePrepare, .prepare])
  }

  @Test("a pause between asking for a block and getting it drops the block")
  func whileBuilding() {
    var bench = Bench(members, own: 0)
    #expect(bench.proposals.count == 1)
    bench.feed(.handOverChanged(true))
    bench.feed(.proposalBuilt(members.block(author: 0), view: 0))
    #expect(bench.askedKinds == [.viewChange])
  }

  @Test("a primary that may have proposed before a restart hands nothing over")
  func afterRestart() {
    let signed = VotePosition(height: 1, view: 0, kind: .prePrepare)
    var bench = Bench(
      members, own: 0, at: early, context: members.context(own: 0, watermark: signed))
    bench.feed(.handOverChanged(true))
    #expect(bench.asked.isEmpty)
  }

  @Test("the last view that may name bundles is led even by one who is paused")
  func lastView() {
    var bench = Bench(members, own: 2, at: early)
    bench.feed(.handOverChanged(true))
    bench.receive([members.viewChange(0, to: 1)])
    bench.receive([members.viewChange(1, to: 2)])
    #expect(bench.machine.view == 2)
    bench.receive([members.viewChange(3, to: 2)])
    bench.tick(at: slot)
    #expect(bench.proposals.map(\.view) == [2])
    #expect(bench.proposals.map(\.emptyOfBundles) == [false])
  }

  @Test("a node that does not vote neither hands over nor follows")
  func notVoting() {
    for own in [0, 3] {
      var bench = Bench(
        members, own: own, at: early, context: members.context(own: own, mayVote: false))
      bench.feed(.handOverChanged(true))
      bench.receive([members.viewChange(0, to: 1)])
      #expect(bench.asked.isEmpty)
      #expect(bench.machine.view == 0)
    }
  }

  @Test("a VIEW-CHANGE that comes before its height begins is followed when it does")
  func fromTheFuture() {
    var bench = Bench(members, own: 3, at: early)
    let vote = members.vote(0, height: 2, view: 1, .viewChange(prepared: nil))
    bench.receive(.viewChange(ViewChange(vote: vote, prepared: nil)), from: 0)
    bench.feed(
      .begin(
        members.context(height: 2, own: 3, parent: SHA256.hash([1]), parentTimestamp: slot)))
    #expect(bench.machine.view == 1)
  }
}

@Suite("Networks with paused nodes")
struct PausedNetworkTests {
  let start = Members.genesisTime

  @Test("a paused node's heights are decided as soon as the others'", arguments: [4, 7, 10])
  func onePaused(count: Int) {
    var network = TestNetwork(count)
    network.start()
    network.pause(1, at: start + 100)
    // A view's time is 2 s: one that was waited for would leave a slot out.
    let heights = count + 4
    let end = start + UInt64(heights) * 1_000 + 200
    let isReached = network.run(heights: heights, on: Array(0..<count), until: end)
    #expect(isReached)
    #expect(network.violations == [])
    #expect(network.highestView == 1)
    #expect(network.decided.contains { $0.view == 1 })
  }

  @Test("with every node paused heights are decided in view 2, each at its slot")
  func allPaused() {
    var network = TestNetwork(4)
    network.start()
    for node in 0..<4 { network.pause(node, at: start + 100) }
    let isReached = network.run(heights: 10, on: Array(0..<4), until: start + 10_250)
    #expect(isReached)
    #expect(network.violations == [])
    #expect(network.highestView == 2)
  }

  @Test("pauses, losses and crashes together: agreement, and heights go on", arguments: 1...8)
  func random(seed: UInt64) {
    var network = TestNetwork(4, seed: seed)
    var random = SplitMix(seed: seed &* 77)
    network.faults = TestNetwork.Faults(
      lossPerMille: random.below(200), delayMaxMilliseconds: 1 + random.below(400),
      until: start + 20_000)
    for _ in 0..<30 {
      let node = Int(random.below(4))
      network.pause(node, at: start + random.below(20_000), random.perMille(600))
    }
    for _ in 0..<4 {
      let at = start + random.below(18_000)
      network.crash(Int(random.below(4)), at: at, restartAt: at + 200 + random.below(4_000))
    }
    network.start()
    network.run(until: start + 24_000)
    let height = network.decided.count
    let isReached = network.run(
      heights: height + 5, on: Array(0..<4), until: start + 24_000 + 60_000)
    #expect(isReached)
    #expect(network.violations == [])
  }
}
