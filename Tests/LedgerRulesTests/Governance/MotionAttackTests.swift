import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Motions under attack")
struct MotionAttackTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]
  private let carol = TestGenesis.accounts[3]
  private static let million: UInt128 = 100_000_000_000_000

  /// Voters with a million ECO2, nodes that can pay; a motion waits 10 blocks and can be approved
  /// for 1,000.
  private func world(nodes: Int = 7, registrars: [AccountID] = []) throws -> ElectionWorld {
    var world = try ElectionWorld(nodes: nodes) {
      $0.parameters.governance.delayMilliseconds = 100_000
      $0.parameters.governance.motionMilliseconds = 10_000_000
      for index in $0.allocations.indices { $0.allocations[index].eco2 = Amount(Self.million) }
      if !registrars.isEmpty {
        $0.registry.registrars = registrars
        $0.registry.threshold = 2
      }
    }
    for index in 0..<nodes { try world.fundNode(world.node(index)) }
    return world
  }

  private func propose(_ motion: Motion) -> LedgerCore.Operation {
    .proposeMotion(ProposeMotion(motion: motion, reason: "a test"))
  }

  private func decide(_ motion: UInt64, _ approves: Bool = true) -> LedgerCore.Operation {
    .decideMotion(DecideMotion(motion: motion, approves: approves))
  }

  private func veto(_ motion: UInt64, _ isVeto: Bool = true) -> LedgerCore.Operation {
    .vetoMotion(VetoMotion(motion: motion, isVeto: isVeto))
  }

  private func set(_ id: ParameterID, _ value: UInt128) -> Motion {
    .setParameters([ParameterChange(parameter: id, value: value)])
  }

  private func motion(_ world: ElectionWorld, _ number: UInt64 = 0) throws -> MotionRecord {
    var queries = world.network.queries
    return try #require(try queries.motion(number))
  }

  private func parameters(_ world: ElectionWorld) throws -> Parameters {
    var queries = world.network.queries
    return try queries.parameters()
  }

  private func approve(_ world: inout ElectionWorld, _ numbers: Range<UInt64>, by nodes: Range<Int>)
    throws
  {
    for node in nodes {
      #expect(try world.fault(world.node(node), numbers.map { decide($0) }) == nil)
    }
  }

  @Test("who alone votes with a base unit neither makes motions nor ends them")
  func dust() throws {
    var world = try world()
    try world.vote(alice, [(world.node(0), 1)])
    #expect(try world.fault(alice, [propose(set(.creationFee, 5))]) == .notEntitled)
    #expect(try world.fault(world.node(0), [propose(set(.dueMargin, 9))]) == nil)
    #expect(try world.fault(alice, [veto(0)]) == nil)
    #expect(try motion(world).standing == .pending)
    #expect(try motion(world).vetoes == Amount(1))
  }

  @Test("voters' motions leave half of the places to ER Nodes")
  func places() throws {
    var world = try world()
    let voters = TestGenesis.accounts[3..<12]
    for voter in voters { try world.vote(voter, [(world.node(0), Self.million / 25)]) }
    func four(_ index: Int) -> [LedgerCore.Operation] {
      (0..<4).map { propose(set(.creationFee, UInt128(index * 4 + $0 + 2))) }
    }
    for (index, voter) in voters.prefix(8).enumerated() {
      #expect(try world.fault(voter, four(index)) == nil)
    }
    #expect(try world.fault(voters[11], [propose(set(.creationFee, 99))]) == .tooManyMotions)
    #expect(try world.fault(world.node(1), four(9)) == nil)
    #expect(world.network.invariants().faults.isEmpty)
  }

  @Test("a pause that an ER Node asks for needs no place, and each asks for one at a time")
  func pauses() throws {
    var world = try world()
    let node = world.node(0)
    for value: UInt128 in 2...5 {
      #expect(try world.fault(node, [propose(set(.creationFee, value))]) == nil)
    }
    #expect(try world.fault(node, [propose(set(.creationFee, 6))]) == .tooManyMotions)
    #expect(try world.fault(node, [propose(.pause(.transfer))]) == nil)
    #expect(try world.fault(node, [propose(.pause(.setAuthority))]) == .tooManyMotions)
    try approve(&world, 4..<5, by: 0..<5)
    #expect(try motion(world, 4).standing == .executed)
    #expect(try world.fault(node, [propose(.pause(.setAuthority))]) == nil)
  }

  @Test("an approval never takes a motion back, and a set that is gone binds nobody")
  func otherSet() throws {
    var world = try ElectionWorld(nodes: 10) {
      $0.parameters.governance.delayMilliseconds = 1_500_000
      $0.parameters.governance.motionMilliseconds = 1_000_000
    }
    for index in [0, 1, 2, 3, 4, 7, 8] { try world.fundNode(world.node(index)) }
    #expect(try world.fault(world.node(0), [propose(set(.creationFee, 77))]) == nil)
    try approve(&world, 0..<1, by: 0..<5)
    let dueAt = try motion(world).dueAt
    try world.elect([0, 7, 8, 9].map { world.node($0) })
    for _ in 0..<3 { try world.run() }
    #expect(try world.sets().current.count == 4)
    // Node 0 alone is left of those who approved; with node 7 they are two of three.
    try approve(&world, 0..<1, by: 7..<8)
    #expect(try motion(world).standing == .approved)
    #expect(try motion(world).dueAt == dueAt)
    try world.run(slots: (dueAt - world.network.timestamp) / 10_000)
    #expect(try motion(world).standing == .pending)
    #expect(try parameters(world).creationFee == Amount(1_000_000))
    try approve(&world, 0..<1, by: 8..<9)
    #expect(try motion(world).standing == .approved)
    try world.run(slots: 150)
    #expect(try motion(world).standing == .executed)
  }

  @Test("a motion that has become a cut waits a term from its approval, open to a veto")
  func laterCut() throws {
    var world = try world()
    try world.vote(alice, [(world.node(0), Self.million / 2)])
    try world.vote(bob, [(world.node(0), Self.million / 2)])
    try world.go(to: 1)
    for margin: UInt128 in [12, 11] {
      #expect(try world.fault(world.node(0), [propose(set(.dueMargin, margin))]) == nil)
    }
    #expect(try world.fault(alice, [veto(1)]) == .noVeto)
    try approve(&world, 0..<2, by: 0..<5)
    let approvedAt = world.network.timestamp
    try world.run(slots: 10)
    #expect(try motion(world, 0).standing == .executed)
    #expect(try motion(world, 1).standing == .approved)
    #expect(try motion(world, 1).dueAt == approvedAt + ElectionWorld.termBlocks * 10_000)
    #expect(try parameters(world).dueMarginPercent == 12)
    #expect(try world.fault(alice, [veto(1)]) == nil)
    #expect(try motion(world, 1).standing == .approved)
    #expect(try world.fault(bob, [veto(1)]) == nil)
    #expect(try motion(world, 1).standing == .vetoed)
    try world.run(slots: ElectionWorld.termBlocks)
    #expect(try parameters(world).dueMarginPercent == 12)
  }

  @Test("a third of all votes ends what changes elections or governance")
  func electionRules() throws {
    var world = try world()
    for voter in [alice, bob] { try world.vote(voter, [(world.node(0), Self.million * 9 / 10)]) }
    let changes: [(ParameterID, UInt128)] = [(.jailTime, 50_000), (.motionDelay, 86_400_000)]
    for (index, change) in changes.enumerated() {
      #expect(try world.fault(world.node(0), [propose(set(change.0, change.1))]) == nil)
      try approve(&world, UInt64(index)..<UInt64(index) + 1, by: 0..<5)
      let record = try motion(world, UInt64(index))
      #expect(record.dueAt == world.network.timestamp + ElectionWorld.termBlocks * 10_000)
      #expect(try world.fault(alice, [veto(UInt64(index))]) == nil)
      #expect(try motion(world, UInt64(index)).standing == .approved)
      #expect(try world.fault(bob, [veto(UInt64(index))]) == nil)
      #expect(try motion(world, UInt64(index)).standing == .vetoed)
      #expect(try motion(world, UInt64(index)).vetoes == Amount(Self.million * 9 / 5))
    }
  }

  @Test("votes that change write no motion, however many they are against")
  func smallWrites() throws {
    var world = try world()
    try world.vote(alice, [(world.node(0), 100)])
    for node in 0..<4 {
      let motions = (1...4).map { propose(set(.dueMargin, UInt128($0))) }
      #expect(try world.fault(world.node(node), motions) == nil)
    }
    #expect(try world.fault(alice, (0..<16).map { veto($0) }) == nil)
    let withdrawal = LedgerCore.Operation.withdrawVotes(
      WithdrawVotes(candidate: world.node(0), amount: Amount(40)))
    let outcome = try world.run([world.transaction(alice, [withdrawal])])
    #expect(outcome.receipts[0].outcome == .applied)
    #expect(!outcome.changes.contains { RecordKind(of: $0.key) == .motion })
    for number: UInt64 in 0..<16 { #expect(try motion(world, number).vetoes == Amount(60)) }
    #expect(world.network.invariants().faults.isEmpty)
  }

  @Test("registrars who are custodians or want to be ER Nodes approve no factor")
  func registrars() throws {
    var world = try world(registrars: [alice, bob, carol])
    world.network.records.records[Custodian.key(alice)] =
      Custodian(name: "both", limit: .zero, attestedUntil: 0).bcs
    let facts = FactorFacts(
      regionCode: "CHN", region: "China", year: 2024, microgramsPerKilowattHour: 540_000_000,
      source: "test", licence: "none")
    #expect(try world.fault(world.node(0), [propose(.addFactor(facts))]) == nil)
    try approve(&world, 0..<1, by: 0..<7)
    #expect(try world.fault(alice, [decide(0)]) == .notAsked)
    #expect(try world.fault(bob, [decide(0)]) == nil)
    #expect(try motion(world).standing == .pending)
    #expect(try world.fault(carol, [decide(0)]) == nil)
    #expect(try motion(world).standing == .approved)
    let possession = try world.nextPossession(bob)
    let registration = try world.registration(bob, possession, reserve: 5_000_000_000)
    #expect(try world.fault(bob, [registration]) == .notEntitled)
  }

  @Test("a registrar's seat and a custodian's are not given to one account in one block")
  func twoSeats() throws {
    var world = try world()
    let outsider = TestGenesis.accounts[9]
    let seats = RegistrarsChange(threshold: 1, seats: [alice])
    let custodian = CustodianChange(account: alice, name: "both", limit: Amount(5))
    for motion in [Motion.appointRegistrars(seats), .appointCustodian(custodian)] {
      #expect(try world.fault(world.node(0), [propose(motion)]) == nil)
    }
    try approve(&world, 0..<2, by: 0..<5)
    try world.run(slots: ElectionWorld.termBlocks)
    #expect(try motion(world, 0).standing == .executed)
    #expect(try motion(world, 1).standing == .failed)
    // Nor is a seat given to a node that wants to be elected.
    let possession = try world.nextPossession(outsider)
    let registration = try world.registration(outsider, possession, reserve: 5_000_000_000)
    #expect(try world.fault(outsider, [registration]) == nil)
    let change = RegistrarsChange(threshold: 1, seats: [outsider])
    #expect(try world.fault(world.node(0), [propose(.appointRegistrars(change))]) == .invalidMotion)
  }

  @Test("a factor is of a year between 1990 and this one", arguments: [1_989, 2_026, 65_535])
  func years(_ year: UInt16) throws {
    var world = try world()
    let facts = FactorFacts(
      regionCode: "CHN", region: "China", year: year, microgramsPerKilowattHour: 540_000_000,
      source: "test", licence: "none")
    #expect(try world.fault(world.node(0), [propose(.addFactor(facts))]) == .invalidMotion)
  }
}
