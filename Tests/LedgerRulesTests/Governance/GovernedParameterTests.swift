import LedgerCore
import Testing

@testable import LedgerRules

/// What the carbon rules mark with "(g)": each has a motion, and each motion has bounds.
@Suite("What governance can change, and how far")
struct GovernedParameterTests {
  private func fault(_ motion: Motion) throws -> TransactionFault? {
    var world = try ElectionWorld()
    try world.fundNode(world.node(0))
    return try world.fault(
      world.node(0), [.proposeMotion(ProposeMotion(motion: motion, reason: "a test"))])
  }

  private func set(_ id: ParameterID, _ value: UInt128) -> Motion {
    .setParameters([ParameterChange(parameter: id, value: value)])
  }

  /// One motion for each "(g)" of the carbon rules, in their order.
  private static let marked: [(what: String, motion: Motion)] = [
    ("candidate's bond", parameter(.candidateBond, 30_000_000_000)),
    ("unlocking", parameter(.unlockTime, 300_000)),
    ("voting window", parameter(.votingWindow, 300_000)),
    ("downtime, per cent", parameter(.signedBlocks, 40)),
    ("downtime, blocks", parameter(.downtimeBlocks, 30)),
    ("the fund's part for full nodes", parameter(.overhead, 400)),
    ("measured costs: operations", cost(.operation)),
    ("measured costs: transactions", cost(.transaction)),
    ("measured costs: signatures", cost(.signature)),
    ("measured costs: lots", cost(.lot)),
    ("the bid's cap", parameter(.bidPriceMax, 50_000_000_000)),
    ("base fee floor", parameter(.baseFeeFloor, 11)),
    ("creation fee", parameter(.creationFee, 2)),
    (
      "registrars and their threshold",
      .appointRegistrars(
        RegistrarsChange(threshold: 1, seats: [TestGenesis.accounts[0]]))
    ),
    ("how long a request can be decided", parameter(.requestTime, 2_000_000_000)),
    ("attestation of custody", parameter(.attestationTime, 1_000_000)),
    ("reserve: vintages", parameter(.vintageYears, 9)),
    (
      "reserve: registries and products",
      .setReserveRules(
        ReserveRulesChange(
          registries: ["gold-standard"], products: [.verified, .climateReserveTonne]))
    ),
    ("replacement by the custodian", parameter(.obligationTime, 2_000_000_000)),
  ]

  private enum Costed { case operation, transaction, signature, lot }

  private static func parameter(_ id: ParameterID, _ value: UInt128) -> Motion {
    .setParameters([ParameterChange(parameter: id, value: value)])
  }

  private static func cost(_ costed: Costed, _ ns: UInt64 = 90_000, _ bytes: UInt64 = 999) -> Motion
  {
    func base(_ subject: BaseCostChange.Subject) -> Motion {
      .setBaseCost(BaseCostChange(subject: subject, cpuNanoseconds: ns, bytes: bytes))
    }
    return switch costed {
    case .operation:
      .setOperationCost(
        OperationCostChange(kind: .transfer, cpuNanoseconds: ns, bytes: bytes))
    case .transaction: base(.transaction)
    case .signature: base(.signature)
    case .lot: base(.lot)
    }
  }

  @Test("everything marked (g) has a motion", arguments: marked.indices)
  func everyMark(_ index: Int) throws {
    let (what, motion) = Self.marked[index]
    #expect(try fault(motion) == nil, "\(what)")
  }

  @Test("no parameter grows without end", arguments: ParameterID.allCases)
  func upperBounds(_ id: ParameterID) throws {
    for value in [UInt128(1) << 63, UInt128.max] {
      #expect(try fault(set(id, value)) == .invalidMotion, "\(value)")
    }
  }

  @Test("costs of transactions, signatures and lots have bounds, too")
  func costBounds() throws {
    for costed in [Costed.operation, .transaction, .signature, .lot] {
      #expect(try fault(Self.cost(costed, 1 << 40)) == .invalidMotion)
      #expect(try fault(Self.cost(costed, 1, 1 << 40)) == .invalidMotion)
    }
  }

  @Test("the reserve takes credits of registries that are known, and never planned ones")
  func reserveRules() throws {
    let unsound = [
      ReserveRulesChange(registries: ["nowhere"], products: [.verified]),
      ReserveRulesChange(registries: ["gold-standard"], products: [.planned, .verified]),
      // As it is.
      ReserveRulesChange(registries: ["gold-standard"], products: [.verified]),
    ]
    for change in unsound { #expect(try fault(.setReserveRules(change)) == .invalidMotion) }
  }

  @Test("lower costs of a lot are a cut, which voters can veto; higher ones are none")
  func cuts() throws {
    let before = Parameters.standard
    for costed in [Costed.transaction, .signature, .lot] {
      #expect(Self.cost(costed, 0, 0).applied(to: before)?.isCut(of: before) == true)
      #expect(Self.cost(costed, 1 << 20, 1 << 20).applied(to: before)?.isCut(of: before) == false)
    }
  }

  @Test("what is executed is what was proposed: costs of lots, and the reserve's rules")
  func executed() throws {
    var world = try ElectionWorld { $0.parameters.governance.delayMilliseconds = 50_000 }
    for index in 0..<5 { try world.fundNode(world.node(index)) }
    let change = ReserveRulesChange(registries: ["gold-standard"], products: [.certified])
    for motion in [Self.cost(.lot), .setReserveRules(change)] {
      let propose = LedgerCore.Operation.proposeMotion(
        ProposeMotion(motion: motion, reason: "a test"))
      #expect(try world.fault(world.node(0), [propose]) == nil)
    }
    for index in 0..<5 {
      for number: UInt64 in 0...1 {
        let approve = DecideMotion(motion: number, approves: true)
        #expect(try world.fault(world.node(index), [.decideMotion(approve)]) == nil)
      }
    }
    try world.run(slots: 10)
    var queries = world.network.queries
    let parameters = try queries.parameters()
    #expect(parameters.lotCost == WorkCost(cpuNanoseconds: 90_000, bytes: 999))
    #expect(parameters.reserveProducts == [.certified])
    #expect(parameters.reserveRegistries == ["gold-standard"])
  }
}
