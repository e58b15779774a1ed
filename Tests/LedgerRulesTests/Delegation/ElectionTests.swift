import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Elections: the ready with the most votes")
struct ElectionTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]

  /// A world where an outsider has registered.
  private func withOutsider(nodes: Int = 7, seats: UInt64 = 7) throws -> ElectionWorld {
    var world = try ElectionWorld(nodes: nodes, seats: seats)
    let new = world.outsider(0)
    let registration = try world.registration(
      new, world.possession(new, 0), reserve: 5_000_000_000)
    #expect(try world.outcome(new, [registration]) == .applied)
    return world
  }

  @Test("the most votes win, ties go to the earlier registration, the next are standbys")
  func order() throws {
    var world = try withOutsider(seats: 4)
    let nodes = (0..<7).map { world.node($0) }
    let new = world.outsider(0)
    try world.vote(alice, [(nodes[5], 500), (nodes[2], 300), (new, 300)])
    try world.elect(nodes + [new])
    #expect(try world.members() == [nodes[5], nodes[2], new, nodes[0]])
    #expect(try world.standbys() == [nodes[1], nodes[3], nodes[4], nodes[6]])
    // Two blocks after it was decided, with the keys that were declared.
    let sets = try world.sets()
    #expect(sets.current.count == 4 && sets.following.firstHeight == world.network.height + 2)
    for member in sets.following.members {
      #expect(try member.consensusKey == world.key(member.account, 1).publicKey)
      #expect(try world.candidate(member.account).leftAt == 0)
    }
    #expect(try world.candidate(nodes[3]).leftAt == world.network.timestamp)
    #expect(try world.candidate(nodes[6]).leftAt == 0, "it never had a seat")
    try world.run()
    try world.run()
    #expect(try Set(world.sets().current.members.map(\.account)) == world.members())
    let outcome = try world.run()
    #expect(outcome.validators.count == 4)
  }

  @Test("who has not declared itself ready is not elected, whatever its votes")
  func notReady() throws {
    var world = try ElectionWorld()
    try world.vote(alice, [(world.node(3), 1_000)])
    try world.elect([0, 1, 2, 4, 5].map { world.node($0) })
    #expect(try world.members() == Set([0, 1, 2, 4, 5].map { world.node($0) }))
    // Its votes stand, and count once it is ready.
    try world.elect([0, 1, 2, 3, 4, 5].map { world.node($0) })
    #expect(try world.members() == Set([0, 1, 2, 3, 4, 5].map { world.node($0) }))
  }

  @Test("with fewer than four that are ready the sitting set stays")
  func floor() throws {
    var world = try ElectionWorld()
    let before = try world.sets()
    try world.elect([0, 1, 2].map { world.node($0) })
    #expect(try world.sets() == before)
  }

  @Test("after an outage over several ends one election is held, and readiness for others is void")
  func outage() throws {
    var world = try ElectionWorld()
    try world.go(to: 95)
    var transactions: [Transaction] = []
    for index in 0..<5 { transactions.append(try world.declaration(world.node(index))) }
    try world.run(transactions)
    let before = try world.sets().following
    // Ready for term 1; the next block lies in term 3.
    try world.run(slots: 2 * ElectionWorld.termBlocks + 10)
    #expect(world.term == 3)
    #expect(try world.sets().following == before)
    try world.elect((0..<5).map { world.node($0) })
    #expect(try world.members().count == 5)
  }

  @Test("a declaration outside its time, twice, for another term, or by another key is skipped")
  func declarations() throws {
    var world = try ElectionWorld()
    func fault(_ world: inout ElectionWorld, _ transaction: Transaction) throws
      -> TransactionFault?
    {
      guard case .skipped(let fault) = try world.run([transaction]).receipts[0].outcome else {
        return nil
      }
      return fault
    }
    let node = world.node(0)
    #expect(try fault(&world, world.declaration(node)) == .notDeclaring)
    try world.go(to: 92)
    #expect(try fault(&world, world.declaration(node, term: 2)) == .notDeclaring)
    #expect(try fault(&world, world.declaration(node, term: 0)) == .notDeclaring)
    let stranger = TransactionBody.declaration(
      DeclareReady(term: 1, key: try world.possession(node, 9)), of: node, validUntil: 150,
      chain: world.network.chain)
    #expect(try fault(&world, world.network.sign(stranger)) == .unauthorised)
    let nobody = TransactionBody.declaration(
      DeclareReady(term: 1, key: try world.possession(alice, 9)), of: alice, validUntil: 150,
      chain: world.network.chain)
    #expect(try fault(&world, world.network.sign(nobody)) == .unknownCandidate)
    // Two in one block: the first counts.
    let both = [try world.declaration(node), try world.declaration(node)]
    let receipts = try world.run(both).receipts
    #expect(receipts.map(\.outcome) == [.applied, .skipped(.alreadyReady)])
    #expect(try fault(&world, world.declaration(node)) == .alreadyReady)
    // It costs nobody but the fund.
    #expect(receipts[0].charge == .zero || receipts[0].fee == .zero)
    // An account's own key says nothing of its node.
    let paid = LedgerCore.Operation.declareReady(
      DeclareReady(term: 1, key: try world.nextPossession(world.outsider(0))))
    #expect(try world.fault(world.outsider(0), [paid]) == .unauthorised)
  }

  @Test("a key that was ever used, or proves nothing, is refused")
  func keys() throws {
    var world = try ElectionWorld()
    let new = world.outsider(0)
    let taken = try world.registration(
      new, KeyPossession.prove(TestGenesis.consensusKey(2), for: new, chain: world.network.chain),
      reserve: 5_000_000_000)
    #expect(try world.fault(new, [taken]) == .keyTaken)
    let foreign = try world.registration(
      new, world.possession(world.outsider(1), 3), reserve: 5_000_000_000)
    #expect(try world.fault(new, [foreign]) == .possessionInvalid)
    let poor = try world.registration(new, world.possession(new, 0), reserve: 1_000)
    #expect(try world.fault(new, [poor]) == .reserveTooLow)
    let sound = try world.registration(new, world.possession(new, 0), reserve: 5_000_000_000)
    #expect(try world.fault(new, [sound]) == nil)
    let again = try world.registration(new, world.possession(new, 1), reserve: 5_000_000_000)
    #expect(try world.fault(new, [again]) == .alreadyCandidate)
    let member = try world.registration(
      world.node(0), world.possession(world.node(0), 1), reserve: 0)
    #expect(try world.fault(alice, [member]) == .possessionInvalid)
  }

  @Test(
    "a member's new key signs from the next round on, and no earlier one is used again"
  )
  func keyChange() throws {
    var world = try ElectionWorld()
    let node = world.node(2)
    try world.fundNode(node)
    let change = LedgerCore.Operation.changeConsensusKey(
      ChangeConsensusKey(key: try world.possession(node, 1), height: world.network.height + 6))
    let soon = LedgerCore.Operation.changeConsensusKey(
      ChangeConsensusKey(key: try world.possession(node, 2), height: world.network.height + 2))
    #expect(try world.fault(node, [soon]) == .invalidHeight)
    #expect(try world.fault(node, [change]) == nil)
    #expect(try world.fault(node, [soon]) == .keyChangePending)
    // The sets of genesis count rounds of seven from height 1.
    let first = (world.network.height + 3 + 5) / 7 * 7 + 1
    for height in world.network.height + 1...first + 2 {
      try world.run()
      let sets = try world.sets()
      let member = try #require(sets.following.members.first { $0.account == node })
      let number = height + 2 >= first ? 1 : 0
      #expect(try member.consensusKey == world.key(node, number).publicKey, "after \(height)")
    }
    let back = LedgerCore.Operation.changeConsensusKey(
      ChangeConsensusKey(key: try world.possession(node, 0), height: world.network.height + 9))
    #expect(try world.fault(node, [back]) == .keyTaken)
  }

  @Test("a profile counts from the next term on, and another region is not attested")
  func profile() throws {
    var world = try ElectionWorld()
    let node = world.node(1)
    try world.fundNode(node)
    var profile = TestGenesis.workedProfile
    profile.region = "FRA"
    let update = LedgerCore.Operation.updateCandidate(
      UpdateCandidate(facts: try world.facts(node, name: "moved", profile: profile)))
    #expect(try world.fault(node, [update]) == nil)
    try world.go(to: 99)
    var carbon = try world.network.nodeCarbon(1)
    #expect(carbon.profile.region == "CHN" && carbon.nextProfile?.region == "FRA")
    try world.go(to: 0)
    try world.run()
    carbon = try world.network.nodeCarbon(1)
    #expect(carbon.profile.region == "FRA" && carbon.attestedUntil == 0)
    var queries = world.network.queries
    #expect(try queries.node(node)?.name == "moved")
  }
}

extension ElectionWorld {
  /// Gives a node's account what fees and charges need.
  mutating func fundNode(_ account: AccountID) throws {
    let from = TestGenesis.accounts[2]
    let gifts = [(Token.eco2, UInt128(1_000_000_000)), (.ecc, 1_000_000_000)].map {
      LedgerCore.Operation.transfer(
        Transfer(token: $0.0, recipient: account, amount: Amount($0.1)))
    }
    #expect(try outcome(from, gifts) == .applied)
  }
}
