import Consensus
import LedgerCore
import Testing

@Suite("A member that connects is told what this node says now")
struct ConnectionTests {
  let members = Members(4)

  /// A backup that has PREPAREd and COMMITted the block of view 0, and lacks COMMITs.
  private func committed() -> Bench {
    let block = members.block(author: 0)
    var bench = Bench(members, own: 1)
    bench.receive(.proposal(members.proposal(block, by: 0)), from: 0)
    bench.receive([members.prepare(0, block), members.prepare(2, block)])
    return bench
  }

  private func greeting(_ bench: inout Bench, _ member: Int) -> [ConsensusMessage] {
    let before = bench.sent.count
    bench.feed(.peerConnected(members.account(member)))
    let fresh = bench.sent.dropFirst(before)
    #expect(fresh.allSatisfy { $0.to == members.account(member) })
    return fresh.map(\.message)
  }

  @Test("the votes of the view go to it at once, and to nobody else")
  func votes() {
    let block = members.block(author: 0)
    var bench = committed()
    let broadcasts = bench.broadcasts.count
    #expect(
      greeting(&bench, 3) == [.vote(members.prepare(1, block)), .vote(members.commit(1, block))])
    #expect(bench.broadcasts.count == broadcasts)
  }

  @Test("a primary's proposal goes with them")
  func proposal() {
    var bench = Bench(members, own: 0)
    let block = members.block(author: 0)
    bench.feed(.proposalBuilt(block, view: 0))
    #expect(greeting(&bench, 2).first == .proposal(members.proposal(block, by: 0)))
  }

  @Test("a VIEW-CHANGE goes to it too")
  func viewChange() {
    var bench = Bench(members, own: 2)
    bench.pass(members.timing.timeout(view: 0) + 100)
    #expect(greeting(&bench, 3) == [.viewChange(members.viewChange(2, to: 1))])
  }

  @Test("a connection that comes and goes is greeted once in half a retransmission")
  func flapping() {
    var bench = committed()
    let first = greeting(&bench, 3).count
    #expect(first == 2)
    for _ in 0..<50 { #expect(greeting(&bench, 3).isEmpty) }
    #expect(greeting(&bench, 2).count == first)
    bench.now += members.timing.retransmitMilliseconds / 2
    #expect(greeting(&bench, 3).count == first)
  }

  @Test("strangers, and those who connect when the height is decided, are told nothing")
  func nothing() {
    var bench = committed()
    let before = bench.sent.count
    bench.feed(.peerConnected(AccountID(SHA256.hash([9]).bytes)))
    #expect(bench.sent.count == before)
    let block = members.block(author: 0)
    bench.receive([members.commit(0, block), members.commit(2, block)])
    #expect(bench.decisions.count == 1)
    #expect(greeting(&bench, 3).isEmpty)
  }
}
