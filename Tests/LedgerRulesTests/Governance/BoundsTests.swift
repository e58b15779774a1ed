import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Bounds of what motions set")
struct BoundsTests {
  private static let day: UInt128 = 86_400_000

  /// Governance by the rules' own times; elections of a test network.
  private func world() throws -> ElectionWorld {
    var world = try ElectionWorld()
    for index in 0..<7 { try world.fundNode(world.node(index)) }
    return world
  }

  private func propose(_ id: ParameterID, _ value: UInt128) -> LedgerCore.Operation {
    .proposeMotion(
      ProposeMotion(
        motion: .setParameters([ParameterChange(parameter: id, value: value)]), reason: "a test"))
  }

  @Test(
    "no motion stops transactions, motions or elections",
    arguments: [
      (ParameterID.blockBytes, 1), (.blockBytes, 100_000), (.blockWeight, 2),
      (.blockWeight, 100_000), (.weightPerByte, 1_000_000), (.weightPerCPU, 1_000_000),
      (.baseFeeFloor, 30_000_000_000_000_000), (.baseFeeFloor, 1_000_001),
      (.motionTime, 1), (.motionTime, day - 1), (.motionDelay, 31 * day),
      (.motionDelay, 3_650 * day), (.pauseTime, 3 * day + 1), (.readyTime, 1),
      (.readyTime, 90_000), (.votingWindow, 1), (.votingWindow, 199_999),
      (.candidateBond, 30_000_000_000_000_000), (.candidateBond, 0), (.candidateReserve, 3_650),
      (.candidateReserve, 0), (.releaseFine, 1_000_000_000_000_000), (.signedBlocks, 100),
      (.signedBlocks, 68), (.downtimeBlocks, 1), (.downtimeBlocks, 19),
      (.unlockTime, 3_650 * day), (.unlockTime, 30 * day + 1), (.bondTime, 1),
      (.bondTime, 499_999), (.jailTime, 31 * day), (.debtTime, 1), (.requestTime, 1),
      (.obligationTime, 1),
    ] as [(ParameterID, UInt128)])
  func refused(_ id: ParameterID, _ value: UInt128) throws {
    var world = try ElectionWorld()
    try world.fundNode(world.node(0))
    #expect(try world.fault(world.node(0), [propose(id, value)]) == .invalidMotion)
  }

  @Test("what genesis of a test network has set outside a bound may come nearer to it, or stay")
  func nearer() throws {
    var world = try world()
    let changes: [(ParameterID, UInt128)] = [
      (.bondTime, 600_000), (.bondTime, 8 * Self.day), (.readyTime, 120_000),
      (.readyTime, 110_000), (.candidateBond, 30_000_000_000), (.candidateReserve, 2),
      (.creationFee, 5), (.blockWeight, 32 << 20), (.baseFeeFloor, 1_000), (.dueMargin, 0),
      (.signedBlocks, 67), (.downtimeBlocks, 30), (.pauseTime, 3 * Self.day - 1),
    ]
    for (index, change) in changes.enumerated() {
      let node = world.node(index / 2)
      #expect(try world.fault(node, [propose(change.0, change.1)]) == nil, "\(change)")
    }
  }

  @Test("a block's weight holds dear transactions, whichever of both a motion changes")
  func weights() throws {
    var world = try world()
    func cost(_ kind: OperationKind, _ nanoseconds: UInt64) -> LedgerCore.Operation {
      .proposeMotion(
        ProposeMotion(
          motion: .setOperationCost(
            OperationCostChange(kind: kind, cpuNanoseconds: nanoseconds, bytes: 256)),
          reason: "a test"))
    }
    #expect(
      try world.fault(world.node(0), [cost(.decideMotion, 10_000_000_000)]) == .invalidMotion)
    #expect(try world.fault(world.node(0), [cost(.topUpReserve, 8_000_000_000)]) == .invalidMotion)
    #expect(try world.fault(world.node(0), [cost(.decideMotion, 1_000_000)]) == nil)
  }

  @Test("public networks begin inside the bounds")
  func genesis() throws {
    var document = try TestGenesis.document()
    document.isTest = false
    document.allocations = []
    _ = try document.initialState()
    document.parameters.elections.readyMilliseconds = 119_999
    #expect(throws: GenesisError.parameter("ready-time")) { try document.initialState() }
    document.isTest = true
    _ = try document.initialState()
  }

  @Test("a term of no time is refused")
  func noTerm() throws {
    var document = try TestGenesis.document()
    document.parameters.elections.termMilliseconds = 0
    #expect(throws: GenesisError.parameter("term")) { try document.initialState() }
  }

  @Test("without a margin the chain goes on, and what is consumed covers the footprint")
  func noMargin() throws {
    var network = try TestNetwork(TestGenesis.document(nodes: 21))
    for margin: UInt64 in [10, 0, 3, 0, 100, 0] {
      let bytes = try #require(network.records.records[Parameters.key])
      var parameters = try Parameters(bcs: bytes)
      parameters.dueMarginPercent = margin
      network.records.records[Parameters.key] = parameters.bcs
      for slots: UInt64 in [1, 1, 2, 1, 3, 1, 1] {
        let statement = try network.run(slots: slots).statement
        #expect(statement.covered)
        #expect(statement.consumedCumulative >= statement.footprintCumulative)
      }
    }
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("dues of less than a µg a block are no fault of the chain")
  func tinyDues() throws {
    var document = try TestGenesis.document()
    document.factors = document.factors.map { TestGenesis.factor($0.regionCode, 3_000) }
    var network = try TestNetwork(document)
    for _ in 0..<50 { #expect(try network.run().statement.covered) }
  }
}
