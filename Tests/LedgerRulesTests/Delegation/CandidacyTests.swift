import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Candidates' keys, bonds and declarations")
struct CandidacyTests {
  private func change(_ world: inout ElectionWorld, _ node: AccountID, to height: UInt64)
    throws -> LedgerCore.Operation
  {
    .changeConsensusKey(
      ChangeConsensusKey(key: try world.nextPossession(node), height: height))
  }

  @Test("a member's key changes where a round begins, so that nobody chooses who proposes")
  func keysChangeWithRounds() throws {
    var world = try ElectionWorld()
    let node = world.node(2)
    try world.fundNode(node)
    let first = try world.sets().following
    let operation = try change(&world, node, to: world.network.height + 4)
    let named = try world.possession(node, 1).key
    #expect(try world.fault(node, [operation]) == nil)
    while try world.sets().following == first { try world.run() }
    let next = try world.sets().following
    #expect((next.firstHeight - first.firstHeight).isMultiple(of: 7))
    #expect(next.firstHeight >= world.network.height + 2)
    #expect(try #require(next.members.first { $0.account == node }).consensusKey == named)
    let before = Schedule(chain: world.network.chain, set: first)
    let after = Schedule(chain: world.network.chain, set: next)
    for height in next.firstHeight..<next.firstHeight + 7 {
      #expect(
        before.primary(height: height, view: 0) == after.primary(height: height, view: 0))
    }
  }

  @Test("who replaces its key takes back what the key before has declared, and declares anew")
  func replacedKey() throws {
    var world = try ElectionWorld(nodes: 8, seats: 5)
    let node = world.node(6)
    try world.fundNode(node)
    try world.go(to: 91)
    #expect(try world.run([world.declaration(node)]).receipts[0].outcome == .applied)
    let operation = try change(&world, node, to: world.network.height + 3)
    #expect(try world.fault(node, [operation]) == nil)
    #expect(try world.candidate(node).readyFor == 0)
    #expect(try world.candidate(node).nextKey == nil)
    #expect(try world.run([world.declaration(node)]).receipts[0].outcome == .applied)
  }

  @Test("while a member's key is being replaced the one before declares nothing")
  func pendingKey() throws {
    var world = try ElectionWorld()
    let node = world.node(3)
    try world.fundNode(node)
    try world.go(to: 91)
    let operation = try change(&world, node, to: world.network.height + 5)
    #expect(try world.fault(node, [operation]) == nil)
    #expect(
      try world.run([world.declaration(node)]).receipts[0].outcome
        == .skipped(.keyChangePending))
  }

  @Test("a declaration that would fail is skipped: it is free")
  func freeDeclarations() throws {
    var world = try ElectionWorld()
    let (one, two) = (world.node(1), world.node(2))
    try world.go(to: 91)
    func declaration(_ account: AccountID, _ possession: KeyPossession) throws -> Transaction {
      var queries = world.network.queries
      let key = try #require(try queries.node(account)).consensusKey
      let body = TransactionBody.declaration(
        DeclareReady(term: world.term + 1, key: possession), of: account,
        validUntil: world.network.height + 100, chain: world.network.chain)
      return try Transaction(
        body: body, senderAuthorizations: [Authorization(key: key, signature: zeroSignature)])
    }
    func outcomes(_ transactions: [Transaction]) throws -> [Receipt.Outcome] {
      try world.run(transactions).receipts.map(\.outcome)
    }
    let known = try TestGenesis.consensusKey(4)
    let taken = KeyPossession.prove(known, for: one, chain: world.network.chain)
    #expect(try outcomes([declaration(one, taken)]) == [.skipped(.keyTaken)])
    let stolen = try world.possession(two, 7)
    #expect(try outcomes([declaration(one, stolen)]) == [.skipped(.possessionInvalid)])
    let shared = try world.key(one, 9)
    let both = try [one, two].map {
      try declaration($0, .prove(shared, for: $0, chain: world.network.chain))
    }
    #expect(try outcomes(both) == [.applied, .skipped(.keyTaken)])
  }

  @Test("a bond stays while its owner owes dues")
  func debtorsBond() throws {
    var world = try ElectionWorld(seats: 5)
    try world.elect((0..<7).map { world.node($0) })
    let node = world.node(2)
    try world.fundNode(node)
    #expect(try world.fault(node, [.resignCandidate(ResignCandidate())]) == nil)
    var carbon = try world.network.nodeCarbon(2)
    carbon.fundDebt = Amount(1)
    var fund = try world.fund()
    fund.ecc = try fund.ecc.adding(carbon.reserve)
    carbon.reserve = .zero
    world.network.records.records[NodeCarbon.key(node)] = carbon.bcs
    world.network.records.records[NeutralityFund.key] = fund.bcs
    try world.go(to: 60)
    let collect = LedgerCore.Operation.collectBond(CollectBond())
    #expect(try world.fault(node, [collect]) == .owesDues)
  }

  @Test("who stands no more takes all of its reserve back")
  func reserveOfOneThatLeft() throws {
    var world = try ElectionWorld(seats: 5)
    let node = world.node(6)
    try world.fundNode(node)
    let all = try world.network.nodeCarbon(6).reserve
    let withdraw = LedgerCore.Operation.withdrawReserve(WithdrawReserve(amount: all))
    #expect(try world.fault(node, [withdraw]) == .reserveTooLow)
    #expect(try world.fault(node, [.resignCandidate(ResignCandidate())]) == nil)
    let left = try world.network.nodeCarbon(6).reserve
    let rest = LedgerCore.Operation.withdrawReserve(WithdrawReserve(amount: left))
    #expect(try world.fault(node, [rest]) == nil)
  }

  private func facts(_ world: ElectionWorld, _ account: AccountID, transportKey: PublicKey) throws
    -> CandidateFacts
  {
    let facts = try world.facts(account)
    return CandidateFacts(
      name: facts.name, transportKey: transportKey, endpoint: facts.endpoint,
      profile: facts.profile)
  }

  @Test("a profile that comes to more needs the reserve that registering with it would")
  func greedyProfile() throws {
    var world = try ElectionWorld()
    let node = world.node(1)
    try world.fundNode(node)
    var greedy = TestGenesis.workedProfile
    // 105 kg a day with the margin; the reserve is 90 days of 48 W, 100 kg.
    greedy.idleMilliwatts = 2_744_000
    greedy.puePermille = 2_600
    let update = LedgerCore.Operation.updateCandidate(
      UpdateCandidate(facts: try world.facts(node, profile: greedy)))
    #expect(try world.fault(node, [update]) == .reserveTooLow)
    let topUp = LedgerCore.Operation.topUpReserve(
      TopUpReserve(node: node, amount: Amount(9_000_000_000)))
    #expect(try world.fault(TestGenesis.accounts[0], [topUp]) == nil)
    #expect(try world.fault(node, [update]) == nil)
  }

  @Test("no transport key is two nodes', whether a candidate registers or changes what it tells")
  func transportKeys() throws {
    var world = try ElectionWorld()
    let new = world.outsider(0)
    let taken = world.network.document.nodes[3].transportKey
    let facts = try facts(world, new, transportKey: taken)
    let registration = LedgerCore.Operation.registerCandidate(
      RegisterCandidate(
        facts: facts, key: try world.possession(new, 0), reserve: Amount(5_000_000_000)))
    #expect(try world.fault(new, [registration]) == .keyTaken)
    let node = world.node(1)
    try world.fundNode(node)
    for name in ["one name", "another name"] {
      let own = UpdateCandidate(facts: try world.facts(node, name: name))
      #expect(try world.fault(node, [.updateCandidate(own)]) == nil)
    }
    let others = UpdateCandidate(facts: try self.facts(world, node, transportKey: taken))
    #expect(try world.fault(node, [.updateCandidate(others)]) == .keyTaken)
  }

  @Test("an election that too few are ready for leaves the standbys, too")
  func standbysStay() throws {
    var world = try ElectionWorld(nodes: 8, seats: 5)
    try world.elect((0..<8).map { world.node($0) })
    let before = try world.standbys()
    #expect(!before.isEmpty)
    try world.elect([0, 1, 2].map { world.node($0) })
    #expect(try world.standbys() == before)
  }
}
