import Foundation
import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("The registry against a plain model")
struct RegistryModelTests {
  typealias World = RegistryNetwork

  /// Where rules and model part.
  struct Difference: Error, CustomStringConvertible {
    let description: String
  }

  /// A chain and its model.
  struct Pair {
    var network: TestNetwork
    var model: RegistryModel
    var source: RegistryGenerator
    var sequences: [AccountID: UInt64] = [:]
    var executed: UInt64 = 0
    var applied: [OperationKind: Int] = [:]
    var faults: Set<TransactionFault> = []
    let seed: UInt64

    init(seed: UInt64) throws {
      let document = try Self.document()
      network = try TestNetwork(document)
      model = RegistryModel(document, carbon: CarbonModel(document))
      source = RegistryGenerator(seed: seed, nodes: document.nodes.map(\.account))
      self.seed = seed
    }

    /// Nodes that draw tonnes a day, so that the pool retires and debts arise.
    static func document() throws -> GenesisDocument {
      var document = try World.document()
      document.factors = [
        TestGenesis.factor("CHN", 10_000_000_000), TestGenesis.factor("FRA", 5_000_000_000),
      ]
      for index in document.nodes.indices {
        document.nodes[index].profile = EnergyProfile(
          tier: .rack, region: index == 0 ? "FRA" : "CHN",
          idleMilliwatts: 9_000_000 + 1_237 * UInt64(index), millijoulesPerCPUSecond: 5,
          puePermille: 1_580 + 7 * UInt64(index))
        document.allocations.append(
          GenesisAllocation(
            account: document.nodes[index].account, eco2: Amount(1_000_000_000_000),
            ecc: Amount(10_000_000)))
      }
      document.allocations.append(
        GenesisAllocation(
          account: TestGenesis.depositor, eco2: Amount(10_000_000_000_000), ecc: .zero))
      document.lots = [
        GenesisLot(
          project: World.project("GENESIS"), range: World.range("gs:genesis", 1, 1_500),
          tonnes: 1_500, status: .issued)
      ]
      document.registry.custodians[1].limit = Amount(900 * Supply.microgramsPerTonne)
      document.parameters.fund.targetDays = 90
      document.parameters.fund.withdrawalFloorDays = 1
      document.parameters.fund.bidPriceMax = Amount(2_000_000_000)
      document.parameters.registry.custodianBond = Amount(30_000_000_000)
      // The set stays as it is: jailing has tests of its own.
      document.parameters.fund.debtMilliseconds = RulesLimits.spanMillisecondsMax
      return document
    }

    mutating func transaction(_ sender: AccountID, _ operations: [LedgerCore.Operation]) throws
      -> Transaction
    {
      let sequence = sequences[sender, default: 0] + 1
      sequences[sender] = sequence
      executed += UInt64(operations.count)
      var body = network.body(from: sender, sequence, operations)
      // Each operation may state hundreds of lots.
      body.chargeMax = Amount(body.chargeMax.baseUnits * UInt128(operations.count))
      return try network.sign(body)
    }

    /// A block of random transactions.
    @discardableResult
    mutating func step() throws -> [StateChange] {
      var transactions: [Transaction] = []
      for _ in 0..<source.number(0...24) {
        let (sender, first) = source.operation(model)
        var operations = [first]
        while source.chance(8), operations.count < 4 {
          operations.append(source.operation(model).1)
        }
        transactions.append(try transaction(sender, operations))
      }
      let slots: UInt64 =
        switch source.number(0...99) {
        case 0: source.number(8_640...12_000)
        case 1...3: source.number(100...400)
        default: source.number(1...12)
        }
      return try run(transactions, slots: slots)
    }

    @discardableResult
    mutating func run(_ transactions: [Transaction], slots: UInt64) throws -> [StateChange] {
      let author = Int(source.number(0...3))
      let outcome = try network.run(transactions, author: author, slots: slots)
      let expected = try model.run(
        transactions,
        costs: outcome.receipts.map { ($0.charge.baseUnits, $0.fee.baseUnits) },
        author: network.document.nodes[author].account, height: network.height,
        at: network.timestamp)
      for (index, receipt) in outcome.receipts.enumerated() {
        let operations = transactions[index].body.operations
        guard receipt.outcome == expected[index] else {
          throw differs("\(operations)", receipt.outcome, expected[index])
        }
        if let fault = receipt.outcome.fault { faults.insert(fault) }
        guard receipt.outcome == .applied else { continue }
        for operation in operations { applied[operation.kind, default: 0] += 1 }
      }
      try compareSums()
      for change in outcome.changes where RecordKind(of: change.key) == .lot {
        if let number = change.key.number { try compareLot(number) }
      }
      return outcome.changes
    }

    func differs(_ what: String, _ found: Any, _ expected: Any) -> Difference {
      Difference(
        description: "seed \(seed), height \(network.height): \(what): \(found), not \(expected)")
    }

    private func check(_ what: String, _ found: Amount, _ expected: UInt128) throws {
      guard found.baseUnits == expected else { throw differs(what, found, expected) }
    }

    func compareLot(_ number: UInt64) throws {
      var queries = network.queries
      guard let lot = try queries.lot(number) else { throw differs("lot \(number)", "none", "") }
      let place = try model.place(number)
      let found = RegistryModel.Serial(
        lot: number, owner: lot.owner, custodian: lot.custodian, state: lot.state,
        isReversed: lot.isReversed, labels: lot.labels, reference: lot.reference)
      guard found == place.first, lot.start == place.start, lot.end == place.end,
        lot.issuance == UInt64(place.issuance)
      else { throw differs("lot \(number)", lot, place) }
    }

    /// Counts, sums of states, balances, reserves, fund and line.
    private func compareSums() throws {
      var queries = network.queries
      let book = try queries.registryBook()
      let counts = [
        (book.lots, model.issuanceOfLot.count), (book.issuances, model.issued.count),
        (book.requests, model.requests.count), (book.retirements, model.retired.count),
        (book.obligations, model.owed.count),
      ]
      for (found, expected) in counts where found != UInt64(expected) {
        throw differs("counts", counts, "")
      }
      for state in LotState.allCases {
        try check(state.name, book[state], model.sum { $0.state == state })
      }
      try check("on-boarded", book.onboarded, model.sum { _ in true })
      let pending = model.requests.count { $0.standing == .pending }
      try check("deposits", book.deposits, UInt128(pending) * World.deposit)
      for (account, holder) in model.holders {
        guard let found = try queries.custodian(account) else { throw differs("none", 0, 0) }
        try check("bond", found.bond, holder.bond)
      }
      let carbon = model.carbon
      let accounts = carbon.members + World.owners + RegistryGenerator.custodians + World.registrars
      for account in accounts {
        let found = try queries.account(account) ?? Account()
        try check("ECO2 of \(account)", found.eco2, carbon.eco2[account] ?? 0)
        try check("ECC of \(account)", found.ecc, carbon.ecc[account] ?? 0)
      }
      for (account, node) in carbon.nodes {
        guard let found = try queries.nodeCarbon(account) else { throw differs("none", 0, 0) }
        try check("reserve", found.reserve, node.reserve)
        try check("arrears", found.arrears, node.arrears)
        try check("debt", found.fundDebt, node.fundDebt)
        try check("withheld", found.withheld, node.withheld)
      }
      let fund = try queries.fund()
      try check("fund's ECO2", fund.eco2, carbon.fundECO2)
      try check("fund's ECC", fund.ecc, carbon.fundECC)
      try check("overhead open", fund.overheadOpen, carbon.overheadOpen)
      try check("reserve open", fund.reserveOpen, carbon.reserveOpen)
      try check("consumed", try queries.numberLine().consumed, carbon.consumed)
      try check("bid", try queries.fundBid().left, carbon.bidLeft)
    }

    /// Every lot, and every identity over all records.
    func compareAll() throws {
      for number in 0..<UInt64(model.issuanceOfLot.count) { try compareLot(number) }
      let faults = network.invariants().faults
      guard faults.isEmpty else { throw differs("identities", faults, "none") }
    }
  }

  /// So many operations of one seed.
  private func world(_ seed: UInt64, _ operations: UInt64) throws -> Pair {
    var pair = try Pair(seed: seed)
    let bond = LedgerCore.Operation.postBond(PostBond(amount: Amount(World.bond)))
    try pair.run(
      World.custodians.map { try pair.transaction($0, [bond]) }, slots: 1)
    var blocks = 0
    while pair.executed < operations {
      pair.source.epoch = pair.executed / 700
      try pair.step()
      blocks += 1
      if blocks % 60 == 0 { try pair.compareAll() }
    }
    try pair.compareAll()
    return pair
  }

  @Test(
    "random operations of all kinds do what a model of single serials says, block by block"
  )
  func operations() throws {
    let environment = ProcessInfo.processInfo.environment
    let wanted = environment["ECO2_REGISTRY_OPERATIONS"].flatMap(UInt64.init) ?? 8_000
    var seed = environment["ECO2_REGISTRY_SEED"].flatMap(UInt64.init) ?? 1
    var executed: UInt64 = 0
    var applied: [OperationKind: Int] = [:]
    var faults: Set<TransactionFault> = []
    var seen = Seen()
    while executed < wanted {
      let pair = try world(seed, min(4_000, wanted - executed))
      executed += pair.executed
      applied.merge(pair.applied) { $0 + $1 }
      faults.formUnion(pair.faults)
      seen.add(pair.model)
      seed += 1
    }
    // Those of elections have a model of their own.
    let kinds = OperationKind.allCases.filter {
      ![.setAuthority, .reportOffence].contains($0)
        && $0.rawValue < OperationKind.lockVotes.rawValue
    }
    for kind in kinds { #expect(applied[kind, default: 0] > 0, "\(kind.name)") }
    #expect(faults.count > 20, "\(faults)")
    #expect(seen.tonnesRetired > 0 && seen.metByBond > 0, "\(seen)")
    if wanted > 8_000 {
      let counts = kinds.map { "\($0.name) \(applied[$0, default: 0])" }.joined(separator: ", ")
      let codes = faults.map(\.code).sorted().joined(separator: ", ")
      print("\(executed) operations; applied: \(counts); \(seen); faults: \(codes)")
    }
  }

  /// What happened beside operations.
  struct Seen {
    var tonnesRetired: UInt64 = 0
    var metObligations = 0
    /// Obligations for which the bond was called.
    var metByBond = 0
    var reversedRetirements = 0
    var worldsInArrears = 0
    var expired = 0

    mutating func add(_ model: RegistryModel) {
      tonnesRetired += model.carbon.tonnesRetired
      metObligations += model.owed.count { $0.isClosed && $0.open == 0 }
      metByBond += model.owed.count { $0.isClosed && $0.open > 0 }
      reversedRetirements += model.owed.count { $0.purpose == .retirement }
      worldsInArrears += model.carbon.nodes.values.contains { $0.arrears > 0 } ? 1 : 0
      expired += model.requests.count { $0.standing == .expired }
    }
  }
}
