import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Motions")
struct MotionTests {
  private let alice = TestGenesis.accounts[0]
  private let bob = TestGenesis.accounts[1]
  private let carol = TestGenesis.accounts[3]

  /// A thousand ECO2, base units.
  private static let thousand: UInt128 = 100_000_000_000

  /// Nodes that can pay, voters with 3,100,000 ECO2; a motion waits 10 blocks, can be approved for
  /// 50, pauses last 30.
  private func world(registrars: [AccountID] = []) throws -> ElectionWorld {
    var world = try ElectionWorld {
      $0.parameters.governance.delayMilliseconds = 100_000
      $0.parameters.governance.motionMilliseconds = 500_000
      $0.parameters.governance.pauseMilliseconds = 300_000
      for index in $0.allocations.indices {
        $0.allocations[index].eco2 = Amount(3_100 * Self.thousand)
      }
      if !registrars.isEmpty {
        $0.registry.registrars = registrars
        $0.registry.threshold = 2
      }
    }
    for index in 0..<7 { try world.fundNode(world.node(index)) }
    return world
  }

  private func propose(_ motion: Motion, _ reason: String = "a test") -> LedgerCore.Operation {
    .proposeMotion(ProposeMotion(motion: motion, reason: reason))
  }

  private func decide(_ motion: UInt64, _ approves: Bool = true) -> LedgerCore.Operation {
    .decideMotion(DecideMotion(motion: motion, approves: approves))
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

  /// Lets so many nodes approve, one block each.
  private func approve(_ world: inout ElectionWorld, _ number: UInt64, by nodes: Range<Int>)
    throws
  {
    for node in nodes { #expect(try world.fault(world.node(node), [decide(number)]) == nil) }
  }

  @Test("a motion of a quorum is executed after its delay, and counts from the next block on")
  func executed() throws {
    var world = try world()
    #expect(try world.fault(world.node(0), [propose(set(.creationFee, 77))]) == nil)
    try approve(&world, 0, by: 0..<4)
    #expect(try motion(world).standing == .pending)
    #expect(try world.fault(world.node(3), [decide(0)]) == .alreadyDecided)
    try approve(&world, 0, by: 4..<5)
    let approved = try motion(world)
    #expect(approved.standing == .approved)
    #expect(approved.dueAt == world.network.timestamp + 100_000)
    try world.run(slots: 9)
    #expect(try motion(world).standing == .approved)
    #expect(try parameters(world).creationFee == Amount(1_000_000))
    try world.run()
    #expect(try motion(world).standing == .executed)
    #expect(try parameters(world).creationFee == Amount(77))
    #expect(try world.fault(world.node(6), [decide(0)]) == .motionOver)
    #expect(
      try world.fault(world.node(0), [.cancelMotion(CancelMotion(motion: 0))]) == .motionOver)
  }

  @Test("a motion that nobody approves in time expires; its proposer can take it back")
  func over() throws {
    var world = try world()
    for value in [UInt128(1), 2] {
      #expect(try world.fault(world.node(0), [propose(set(.creationFee, value))]) == nil)
    }
    let cancel = LedgerCore.Operation.cancelMotion(CancelMotion(motion: 1))
    #expect(try world.fault(world.node(1), [cancel]) == .notProposer)
    #expect(try world.fault(world.node(0), [cancel]) == nil)
    #expect(try motion(world, 1).standing == .cancelled)
    try world.run(slots: 50)
    #expect(try motion(world).standing == .expired)
    #expect(try world.fault(world.node(0), [decide(9)]) == .unknownMotion)
    var queries = world.network.queries
    #expect(try queries.governance().open.isEmpty)
  }

  @Test("an approval that is taken back before the execution stops it")
  func takenBack() throws {
    var world = try world()
    #expect(try world.fault(world.node(0), [propose(set(.creationFee, 77))]) == nil)
    try approve(&world, 0, by: 0..<5)
    #expect(try world.fault(world.node(2), [decide(0, false)]) == nil)
    #expect(try motion(world).standing == .pending)
    #expect(try world.fault(world.node(2), [decide(0, false)]) == .alreadyDecided)
    try world.run(slots: 20)
    #expect(try motion(world).standing == .pending)
    #expect(try parameters(world).creationFee == Amount(1_000_000))
  }

  @Test("motions are made by ER Nodes, or by one per cent of all votes; only ER Nodes approve")
  func entitled() throws {
    var world = try world()
    #expect(try world.fault(alice, [propose(set(.creationFee, 5))]) == .notEntitled)
    try world.vote(alice, [(world.node(0), 2_970 * Self.thousand)])
    try world.vote(bob, [(world.node(1), 30 * Self.thousand - 1)])
    #expect(try world.fault(bob, [propose(set(.creationFee, 5))]) == .notEntitled)
    try world.vote(bob, [(world.node(1), 1)])
    #expect(try world.fault(bob, [propose(set(.creationFee, 5))]) == nil)
    #expect(try world.fault(alice, [decide(0)]) == .notAsked)
    // Four open motions of one account.
    for value in [UInt128(6), 7, 8] {
      #expect(try world.fault(bob, [propose(set(.creationFee, value))]) == nil)
    }
    #expect(try world.fault(bob, [propose(set(.creationFee, 9))]) == .tooManyMotions)
  }

  @Test("what would leave a bound or break a rule is refused when it is made")
  func refused() throws {
    var world = try world()
    let node = world.node(0)
    let unsound: [Motion] = [
      set(.dueMargin, 101), set(.chargeMultiplier, 0), set(.overhead, 10_001),
      set(.blockWeight, 1 << 80), set(.vintageYears, 0), set(.slash, 101),
      set(.signedBlocks, 101), set(.downtimeBlocks, 1_001), set(.bidPriceMin, 1 << 90),
      set(.votingWindow, UInt128(ElectionWorld.termBlocks) * 10_000 + 1),
      set(.creationFee, 1_000_000),
      .setOperationCost(
        OperationCostChange(kind: .transfer, cpuNanoseconds: 1 << 60, bytes: 1)),
      .setFloor(FloorChange(tier: .home, idleMilliwatts: 0, puePermille: 1_000)),
      .addFactor(
        FactorFacts(
          regionCode: "DEU", region: "Germany", year: 2024, microgramsPerKilowattHour: 0,
          source: "test", licence: "none")),
      .appointRegistrars(RegistrarsChange(threshold: 2, seats: [alice])),
      .appointRegistrars(RegistrarsChange(threshold: 1, seats: [node])),
      .dismissCustodian(alice),
      .activateFeature(FeatureActivation(name: "x", height: 1)),
      .activateFeature(FeatureActivation(name: "\u{7}", height: 1_000)),
      .pause(.topUpReserve), .pause(.retireLot), .pause(.reportOffence), .pause(.unlockVotes),
      .pause(.placeVotes), .pause(.decideMotion),
    ]
    for motion in unsound {
      #expect(try world.fault(node, [propose(motion)]) == .invalidMotion, "\(motion)")
    }
    #expect(try world.fault(node, [propose(set(.slash, 6), "")]) == .invalidMotion)
    var queries = world.network.queries
    #expect(try queries.governance().motions == 0)
  }

  @Test("every parameter that a motion names is the one that changes")
  func parameterFields() {
    for id in ParameterID.allCases {
      var parameters = Parameters.standard
      let value = parameters.value(of: id) + 1
      let isSet = parameters.set(id, to: value)
      #expect(isSet)
      #expect(parameters != Parameters.standard, "\(id.name)")
      for other in ParameterID.allCases where other != id {
        #expect(parameters.value(of: other) == Parameters.standard.value(of: other))
      }
      #expect(parameters.value(of: id) == value)
    }
    #expect(Set(ParameterID.allCases.map(\.name)).count == ParameterID.allCases.count)
  }

  @Test("a cut waits a term, and a third of all votes ends it")
  func veto() throws {
    var world = try world()
    try world.vote(alice, [(world.node(0), 3_000 * Self.thousand)])
    try world.vote(bob, [(world.node(1), 1_250 * Self.thousand)])
    try world.vote(carol, [(world.node(1), 750 * Self.thousand)])
    let node = world.node(0)
    #expect(try world.fault(node, [propose(set(.dueMargin, 9))]) == nil)
    #expect(try world.fault(node, [propose(set(.dueMargin, 11))]) == nil)
    try approve(&world, 0, by: 0..<5)
    #expect(
      try motion(world).dueAt == world.network.timestamp + ElectionWorld.termBlocks * 10_000)
    func veto(_ number: UInt64 = 0, _ isVeto: Bool = true) -> LedgerCore.Operation {
      .vetoMotion(VetoMotion(motion: number, isVeto: isVeto))
    }
    // More is charged, not less: nobody can veto.
    #expect(try world.fault(bob, [veto(1)]) == .noVeto)
    #expect(try world.fault(TestGenesis.accounts[5], [veto()]) == .votesInsufficient)
    #expect(try world.fault(bob, [veto()]) == nil)
    #expect(try world.fault(bob, [veto()]) == .alreadyDecided)
    #expect(try motion(world).vetoes == Amount(1_250 * Self.thousand))
    // Votes that are taken back are against nothing any more.
    let withdrawal = LedgerCore.Operation.withdrawVotes(
      WithdrawVotes(candidate: world.node(1), amount: Amount(500 * Self.thousand)))
    #expect(try world.fault(bob, [withdrawal]) == nil)
    #expect(try motion(world).vetoes == Amount(750 * Self.thousand))
    #expect(try world.fault(bob, [veto(0, false)]) == nil)
    #expect(try motion(world).vetoes == .zero)
    #expect(try world.fault(bob, [veto()]) == nil)
    #expect(try motion(world).standing == .approved)
    #expect(try world.fault(carol, [veto()]) == nil)
    // 1,500 of 4,500.
    #expect(try motion(world).standing == .vetoed)
    try world.run(slots: 2 * ElectionWorld.termBlocks)
    #expect(try parameters(world).dueMarginPercent == 10)
  }

  @Test("factors need the registrars' threshold too, and the latest year is in force")
  func factors() throws {
    var world = try world(registrars: [alice, bob, carol])
    let facts = FactorFacts(
      regionCode: "CHN", region: "China", year: 2024, microgramsPerKilowattHour: 540_000_000,
      source: "test", licence: "none")
    #expect(try world.fault(world.node(0), [propose(.addFactor(facts))]) == nil)
    try approve(&world, 0, by: 0..<7)
    #expect(try motion(world).standing == .pending)
    for registrar in [alice, bob] { #expect(try world.fault(registrar, [decide(0)]) == nil) }
    #expect(try motion(world).standing == .approved)
    try world.run(slots: 10)
    #expect(try motion(world).standing == .executed)
    let active = ActiveFactor.key(region: "CHN")
    let bytes = try #require(world.network.records.records[active])
    #expect(try ActiveFactor(bcs: bytes).microgramsPerKilowattHour == 540_000_000)
    try world.run()
  }

  @Test("the highest factor falls with the row that made it the highest")
  func highestFactor() throws {
    var world = try world(registrars: [alice, bob, carol])
    let facts = FactorFacts(
      regionCode: "IND", region: "India", year: 2024, microgramsPerKilowattHour: 400_000_000,
      source: "test", licence: "none")
    #expect(try world.fault(world.node(0), [propose(.addFactor(facts))]) == nil)
    try approve(&world, 0, by: 0..<5)
    for registrar in [alice, bob] { #expect(try world.fault(registrar, [decide(0)]) == nil) }
    try world.run(slots: 10)
    let bytes = try #require(world.network.records.records[FactorTableRecord.key])
    #expect(try FactorTableRecord(bcs: bytes).highest == 557_500_000)
  }

  @Test("a pause begins with the quorum, ends by itself, and nothing else is paused")
  func pause() throws {
    var world = try world()
    #expect(try world.fault(world.node(0), [propose(.pause(.transfer))]) == nil)
    try approve(&world, 0, by: 0..<5)
    #expect(try motion(world).standing == .executed)
    let transfer = LedgerCore.Operation.transfer(
      Transfer(token: .eco2, recipient: bob, amount: Amount(1)))
    #expect(try world.fault(alice, [transfer]) == .operationPaused)
    #expect(try world.fault(alice, [.lockVotes(LockVotes(amount: Amount(5)))]) == nil)
    #expect(try world.fault(world.node(1), [propose(.pause(.transfer))]) == .invalidMotion)
    #expect(try world.fault(alice, [transfer], slots: 30) == nil)
  }

  @Test("appointed registrars and custodians hold their places; a dismissed one brings no more")
  func appointments() throws {
    var world = try world()
    let registrars = RegistrarsChange(threshold: 2, seats: [alice, bob, carol])
    let custodian = TestGenesis.accounts[6]
    let motions: [Motion] = [
      .appointRegistrars(registrars),
      .appointCustodian(
        CustodianChange(account: custodian, name: "new", limit: Amount(5_000))),
      .dismissCustodian(TestGenesis.depositor),
    ]
    for motion in motions { #expect(try world.fault(world.node(0), [propose(motion)]) == nil) }
    for number in motions.indices { try approve(&world, UInt64(number), by: 0..<5) }
    #expect(try motion(world).standing == .approved)
    try world.run(slots: ElectionWorld.termBlocks)
    for number in motions.indices {
      #expect(try motion(world, UInt64(number)).standing == .executed)
    }
    var queries = world.network.queries
    #expect(try queries.registrars().seats == [alice, bob, carol].sorted())
    #expect(try queries.custodian(custodian)?.limit == Amount(5_000))
    #expect(try queries.custodian(TestGenesis.depositor)?.limit == .zero)
  }

  @Test("a motion that would break a rule by the time it is executed fails, and changes nothing")
  func failed() throws {
    var world = try world()
    let later = FeatureActivation(name: "later", height: world.network.height + 12)
    #expect(try world.fault(world.node(0), [propose(.activateFeature(later))]) == nil)
    try approve(&world, 0, by: 0..<5)
    for _ in 0..<10 { try world.run() }
    #expect(try motion(world).standing == .failed)
    let sound = FeatureActivation(name: "later", height: world.network.height + 100)
    #expect(try world.fault(world.node(0), [propose(.activateFeature(sound))]) == nil)
    try approve(&world, 1, by: 0..<5)
    try world.run(slots: 10)
    var queries = world.network.queries
    #expect(try queries.feature("later")?.height == sound.height)
  }
}
