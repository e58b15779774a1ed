import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Jail, slash, exclusion and resignation")
struct JailTests {
  private let alice = TestGenesis.accounts[0]

  @Test("who misses more than half of the counted blocks is jailed, and a standby takes the seat")
  func downtime() throws {
    var world = try ElectionWorld(seats: 5)
    try world.elect((0..<7).map { world.node($0) })
    #expect(try world.standbys() == [world.node(5), world.node(6)])
    try world.run()
    try world.run()
    let down = world.node(1)
    var blocks = 0
    while try world.members().contains(down), blocks < 60 {
      try world.run(silent: [down])
      blocks += 1
    }
    // The first header without its COMMIT is of the parent; 10 heights later 11 of 20 are missed,
    // and after 8 more no COMMIT for them can come.
    #expect(blocks == 1 + 10 + 8)
    #expect(try world.candidate(down).jailedAt == world.network.timestamp)
    #expect(try world.members() == Set([0, 2, 3, 4, 5].map { world.node($0) }))
    #expect(try world.standbys() == [world.node(6)])
  }

  @Test("late COMMITs count, and blocks before the entry do too")
  func late() throws {
    var world = try ElectionWorld()
    let late = world.node(1)
    for _ in 0..<40 {
      let parent = world.network.height
      let author = world.node(0)
      var commits: [LateCommits] = []
      if parent > 8 {
        let member = try #require(try world.sets().current.index(of: late))
        let commit = CommitSignature(member: UInt16(member), view: 0, signature: zeroSignature)
        commits = [LateCommits(height: parent - 8, commits: [commit])]
      }
      let (block, bundles) = try world.network.proposal(
        [], by: author, silent: [late], late: commits)
      try world.network.run(block, bundles)
    }
    #expect(try world.candidate(late).jailedAt == 0)
    for _ in 0..<40 { try world.run(silent: [late]) }
    #expect(try world.candidate(late).jailedAt > 0)
  }

  @Test("a jailed node is released after its time, for the fine, and elected again")
  func release() throws {
    var world = try ElectionWorld(nodes: 8, seats: 8)
    let down = world.node(1)
    try world.fundNode(down)
    let release = LedgerCore.Operation.releaseNode(ReleaseNode())
    #expect(try world.fault(down, [release]) == .notJailed)
    while try world.candidate(down).jailedAt == 0 { try world.run(silent: [down]) }
    #expect(try world.fault(down, [release]) == .jailTooShort)
    try world.go(to: 92)
    let declared = try world.run([world.declaration(down)]).receipts[0].outcome
    #expect(declared == .skipped(.candidateJailed))
    let before = try world.fund().ecc
    #expect(try world.fault(down, [release]) == nil)
    #expect(try world.candidate(down).jailedAt == 0)
    let gained = try world.fund().ecc.baseUnits + 1_000_000_000 - before.baseUnits
    #expect(gained > 900_000_000)
    #expect(try world.members().contains(down) == false)
    try world.elect((0..<8).map { world.node($0) })
    #expect(try world.members().contains(down))
    #expect(try world.fault(down, [release]) == .notJailed)
  }

  @Test("at most f leave in two rounds, and never below four")
  func limit() throws {
    var world = try ElectionWorld()
    let down = Set([1, 2, 3, 4].map { world.node($0) })
    while try world.candidate(world.node(1)).jailedAt == 0 { try world.run(silent: down) }
    // All are jailed at once; f = 2 of 7 leave, one more when two rounds of five are over.
    #expect(try down.allSatisfy { try world.candidate($0).jailedAt > 0 })
    #expect(try world.members().count == 5)
    for _ in 0..<9 { try world.run(silent: down) }
    #expect(try world.members().count == 5)
    try world.run(silent: down)
    #expect(try world.members().count == 4)
    for _ in 0..<30 { try world.run(silent: down) }
    #expect(try world.members().count == 4)
    #expect(try world.members().intersection(down).count == 1)
  }

  @Test("who left before an election counts after it, for the two rounds of the larger set")
  func limitAcrossElection() throws {
    var world = try ElectionWorld(nodes: 6, seats: 6) {
      $0.parameters.elections.jailMilliseconds = 50_000
    }
    let nodes = (0..<6).map { world.node($0) }
    try world.fundNode(nodes[1])
    func report(_ node: AccountID) throws -> Transaction {
      let set = try world.sets().current
      let place = try #require(set.index(of: node))
      let reporter = set.members[place == 0 ? 1 : 0]
      return try world.report(
        try world.badBundle(place, of: set, height: world.network.height),
        by: ElectionModel.Seat(account: reporter.account, key: reporter.consensusKey))
    }
    try world.go(to: 88)
    #expect(try world.run([report(nodes[1])]).receipts[0].outcome == .applied)
    let left = world.network.height
    #expect(try world.members().count == 5)
    for _ in 0..<5 { try world.run() }
    #expect(try world.fault(nodes[1], [.releaseNode(ReleaseNode())]) == nil)
    for receipt in try world.run(nodes.map { try world.declaration($0) }).receipts {
      #expect(receipt.outcome == .applied)
    }
    for _ in 0..<3 { try world.run() }
    // The election's block, 11 above the departure's: two rounds of five are over, of six not.
    #expect(try world.run([report(nodes[2])]).receipts[0].outcome == .applied)
    #expect(world.network.height == left + 11 && world.blockInTerm == 0)
    #expect(try world.members() == Set(nodes))
    try world.run()
    #expect(try world.members() == Set(nodes).subtracting([nodes[2]]))
  }

  @Test("of those who resigned the smaller account leaves first, also where one was jailed before")
  func orderOfLeaving() throws {
    var world = try ElectionWorld(nodes: 5, seats: 5)
    let nodes = (0..<5).map { world.node($0) }.sorted()
    for node in nodes.prefix(2) { try world.fundNode(node) }
    let set = try world.sets().current
    let place = try #require(set.index(of: nodes[0]))
    let reporter = try #require(set.members.last)
    let report = try world.report(
      try world.badBundle(place, of: set, height: world.network.height),
      by: ElectionModel.Seat(account: reporter.account, key: reporter.consensusKey))
    let resignations = try nodes.prefix(2).map {
      try world.transaction($0, [.resignCandidate(ResignCandidate())])
    }
    for receipt in try world.run([report] + resignations).receipts {
      #expect(receipt.outcome == .applied)
    }
    #expect(try world.candidate(nodes[0]).jailedAt > 0)
    #expect(try world.members() == Set(nodes.dropFirst()))
  }

  @Test("contradicting votes cost 5 % of the bond and exclude for ever, once")
  func excluded() throws {
    var world = try ElectionWorld()
    let offences = try TestOffences(world.network)
    let member = 3
    let offender = offences.set.members[member].account
    try world.vote(alice, [(offender, 1_000)])
    let before = (fund: try world.fund().eco2, bond: try world.candidate(offender).bond)
    let evidence = try offences.equivocation(member, height: world.network.height)
    let receipts = try world.run([offences.report(evidence, by: 0)]).receipts
    #expect(receipts[0].outcome == .applied)
    let record = try world.candidate(offender)
    let lost = before.bond.baseUnits / 20
    #expect(record.standing == .excluded)
    #expect(record.bond.baseUnits == before.bond.baseUnits - lost)
    #expect(try world.fund().eco2.baseUnits >= before.fund.baseUnits + lost)
    #expect(try !world.members().contains(offender))
    let again = try offences.amnesia(member, height: world.network.height - 1)
    #expect(
      try world.run([offences.report(again, by: 0)]).receipts[0].outcome
        == .skipped(.offenceKnown))
    #expect(try world.candidate(offender).bond == record.bond)
    // It can neither be ready nor be voted for; votes for it can be moved at any time.
    try world.fundNode(offender)
    let declared = try world.run([world.declaration(offender)]).receipts[0].outcome
    #expect(declared == .skipped(.candidateNotStanding))
    try world.go(to: 5)
    let other = try #require(offences.set.members.last?.account)
    let move = MoveVotes(from: offender, to: other, amount: Amount(1_000))
    #expect(try world.fault(alice, [.moveVotes(move)]) == nil)
    #expect(
      try world.fault(offender, [.releaseNode(ReleaseNode())]) == .candidateNotStanding)
    // What is left of the bond comes back when the time for evidence is over.
    #expect(try world.fault(offender, [.collectBond(CollectBond())], slots: 60) == nil)
    #expect(try world.fault(offender, [.collectBond(CollectBond())]) == .notCollectable)
  }

  @Test("a bundle that cannot be used jails, and costs 5 % of the bond")
  func badBundle() throws {
    var world = try ElectionWorld()
    let offences = try TestOffences(world.network)
    let bad = try world.network.transfer(1, from: alice, to: TestGenesis.accounts[1], 77)
    let evidence = try offences.badBundle(2, height: 1, bad)
    try world.run()
    let offender = offences.set.members[2].account
    let bond = try world.candidate(offender).bond
    let receipts = try world.run([offences.report(evidence, by: 0)]).receipts
    #expect(receipts[0].outcome == .applied)
    let record = try world.candidate(offender)
    #expect(record.standing == .standing && record.jailedAt == world.network.timestamp)
    #expect(record.bond.baseUnits == bond.baseUnits * 19 / 20)
    #expect(try !world.members().contains(offender))
  }

  @Test("a bad bundle after the jail costs again, one from before it or during it does not")
  func anotherBadBundle() throws {
    var world = try ElectionWorld(nodes: 8, seats: 8) {
      $0.parameters.elections.jailMilliseconds = 50_000
    }
    let offender = world.node(1)
    try world.fundNode(offender)
    let set = try world.sets().current
    let place = try #require(set.index(of: offender))
    /// What comes of the report of a bundle that was born then.
    func report(born height: UInt64) throws -> Receipt.Outcome {
      let now = try world.sets().current
      let by = now.members[now.members[0].account == offender ? 1 : 0]
      let report = try world.report(
        try world.badBundle(place, of: set, height: height),
        by: ElectionModel.Seat(account: by.account, key: by.consensusKey))
      return try world.run([report]).receipts[0].outcome
    }
    try world.run()
    let bond = try world.candidate(offender).bond.baseUnits
    #expect(try report(born: 1) == .applied)
    let recorded = world.network.height
    // Its seat lasts to the height after the next: what it signs until then is its own.
    for _ in 0..<3 { try world.run() }
    #expect(try report(born: recorded + 1) == .skipped(.offenceKnown))
    for _ in 0..<4 { try world.run() }
    #expect(try world.fault(offender, [.releaseNode(ReleaseNode())]) == nil)
    #expect(try report(born: recorded) == .skipped(.offenceKnown))
    #expect(try world.candidate(offender).bond.baseUnits == bond * 19 / 20)
    #expect(try report(born: recorded + 1) == .applied)
    let record = try world.candidate(offender)
    #expect(record.bond.baseUnits == bond * 19 / 20 - bond * 19 / 20 * 5 / 100)
    #expect(record.jailedAt == world.network.timestamp)
    #expect(try report(born: recorded + 1) == .skipped(.offenceKnown))
    var queries = world.network.queries
    #expect(try queries.offenceCount() == 2)
    #expect(try queries.offence(of: offender, .bundles) == queries.offence(1))
    #expect(world.network.invariants().faults.isEmpty)
  }

  @Test("who resigns leaves its seat to a standby, and gets its bond 14 days after")
  func resignation() throws {
    var world = try ElectionWorld(seats: 5)
    try world.elect((0..<7).map { world.node($0) })
    let node = world.node(2)
    try world.fundNode(node)
    let bond = try world.candidate(node).bond
    let collect = LedgerCore.Operation.collectBond(CollectBond())
    #expect(try world.fault(node, [collect]) == .candidateStanding)
    #expect(try world.fault(node, [.resignCandidate(ResignCandidate())]) == nil)
    #expect(try world.members() == Set([0, 1, 3, 4, 5].map { world.node($0) }))
    #expect(
      try world.fault(node, [.resignCandidate(ResignCandidate())]) == .candidateNotStanding)
    #expect(try world.fault(node, [collect]) == .bondLocked)
    let before = try world.network.account(node).eco2
    #expect(try world.fault(node, [collect], slots: 60) == nil)
    let after = try world.network.account(node).eco2
    #expect(after.baseUnits + 20_000_000 > before.baseUnits + bond.baseUnits)
    #expect(try world.candidate(node).bond == .zero)
    let again = try world.registration(node, world.possession(node, 5), reserve: 0)
    #expect(try world.fault(node, [again]) == .alreadyCandidate)
  }
}
