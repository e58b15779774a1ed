import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// A test network with a registry at work: five registrars of whom three decide, two custodians
/// with bonds and buffers, owners, a kilogram registry, and short spans.
struct RegistryNetwork {
  static let custodians = [accountID(2_000), accountID(2_001)]
  static let registrars = (0..<5).map { accountID(2_100 + $0) }
  static let owners = Array(TestGenesis.accounts[0..<4])
  static let kilograms = "kilo-registry"
  /// The same in slots of 10 s.
  static let requestSlots: UInt64 = 100
  static let attestationSlots: UInt64 = 1_000
  static let obligationSlots: UInt64 = 200
  static let debtSlots: UInt64 = 50
  static let withdrawalSlots: UInt64 = 60
  static let deposit: UInt128 = 1_000_000_000
  static let bond: UInt128 = 100_000_000_000

  var network: TestNetwork
  /// Of the last block.
  private(set) var receipts: [Receipt] = []
  private var sequences: [AccountID: UInt64] = [:]

  /// - Parameter bufferTonnes: what each custodian brings into its buffer at the start.
  init(
    _ document: GenesisDocument? = nil, bufferTonnes: UInt64 = 100
  ) throws {
    network = try TestNetwork(try document ?? Self.document())
    for (index, custodian) in Self.custodians.enumerated() {
      let outcome = try run(
        .postBond(PostBond(amount: Amount(Self.bond))), by: custodian)
      #expect(outcome == .applied)
      guard bufferTonnes > 0 else { continue }
      try bring(
        [Self.batch("BUFFER", [Self.range("gs:buffer-\(index)", 1, bufferTonnes)])],
        to: custodian, by: custodian, isBuffer: true)
    }
  }

  static func document(nodes: Int = 4) throws -> GenesisDocument {
    let share = Supply.founders.baseUnits / 3
    var parameters = Parameters.standard
    parameters.reserveRegistries = ["gold-standard", kilograms]
    parameters.registry = RegistryParameters(
      requestMilliseconds: requestSlots * 10_000, requestDeposit: Amount(deposit),
      attestationMilliseconds: attestationSlots * 10_000, custodianBond: Amount(bond),
      bufferPercent: 2, obligationMilliseconds: obligationSlots * 10_000)
    parameters.fund.withdrawalMilliseconds = withdrawalSlots * 10_000
    // Ten years' due exceed what the fund begins with: it bids.
    parameters.fund.targetDays = 3_650
    parameters.fund.debtMilliseconds = debtSlots * 10_000
    let people = owners + custodians + registrars
    return GenesisDocument(
      network: TestGenesis.network, isTest: true, genesisTime: TestGenesis.time,
      interval: 10_000, parameters: parameters,
      factors: [
        TestGenesis.factor("CHN", 557_500_000), TestGenesis.factor("FRA", 44_000_000),
        TestGenesis.factor("IND", 713_000_000),
      ],
      nodes: try (0..<nodes).map { try TestGenesis.node($0) },
      operatingCommittee: TestGenesis.operatingCommittee,
      founders: TestGenesis.founders.map {
        GenesisFounder(account: $0, amount: Amount(share))
      },
      allocations: people.map {
        GenesisAllocation(
          account: $0, eco2: Amount(10_000_000_000_000), ecc: Amount(10_000_000_000))
      },
      registry: GenesisRegistry(
        registries: GenesisRegistry.standard.registries + [
          CreditRegistry(name: kilograms, unit: .kilogram)
        ],
        custodians: custodians.enumerated().map {
          GenesisCustodian(
            account: $1, name: "custodian \($0)",
            limit: Amount(1_000_000 * Supply.microgramsPerTonne))
        },
        threshold: 3, registrars: registrars),
      depositor: TestGenesis.depositor,
      lots: [
        GenesisLot(
          project: project("GENESIS"), range: range("gs:genesis", 1, 80), tonnes: 80,
          status: .issued)
      ])
  }

  // MARK: What credits are

  static func project(
    _ id: String, _ registry: String = "gold-standard", cap: UInt64? = nil
  ) -> CreditProject {
    CreditProject(
      registry: registry, id: id, name: "project \(id)", country: "Kenya", type: "cookstoves",
      cap: cap)
  }

  static func range(
    _ block: String, _ start: UInt64, _ end: UInt64, to: UInt32 = 20_231_231,
    product: CreditProduct = .verified, text: String = "serial"
  ) -> CreditRange {
    CreditRange(
      serialBlock: block, serialText: text, start: start, end: end,
      vintageFrom: to / 10_000 * 10_000 + 101, vintageTo: to, product: product)
  }

  static func batch(
    _ id: String, _ ranges: [CreditRange], _ registry: String = "gold-standard",
    cap: UInt64? = nil
  ) -> CreditRequest.Onboarding.Batch {
    CreditRequest.Onboarding.Batch(project: project(id, registry, cap: cap), ranges: ranges)
  }

  static func onboarding(
    _ batches: [CreditRequest.Onboarding.Batch], to owner: AccountID, isBuffer: Bool = false
  ) -> CreditRequest {
    .onboard(CreditRequest.Onboarding(owner: owner, isBuffer: isBuffer, batches: batches))
  }

  // MARK: Doing

  /// Runs a block with one transaction for each of these; returns what became of them.
  @discardableResult
  mutating func run(
    _ work: [(by: AccountID, operations: [Operation])], slots: UInt64 = 1
  ) throws -> [Receipt.Outcome] {
    var transactions: [Transaction] = []
    for item in work {
      let sequence = sequences[item.by, default: 0] + 1
      sequences[item.by] = sequence
      transactions.append(
        try network.sign(network.body(from: item.by, sequence, item.operations)))
    }
    receipts = try network.run(transactions, slots: slots).receipts
    return receipts.map(\.outcome)
  }

  @discardableResult
  mutating func run(_ operation: Operation, by account: AccountID, slots: UInt64 = 1) throws
    -> Receipt.Outcome
  {
    try #require(try run([(account, [operation])], slots: slots).first)
  }

  /// Files a request; returns its number.
  @discardableResult
  mutating func file(_ request: CreditRequest, by filer: AccountID) throws -> UInt64 {
    let number = try book.requests
    let outcome = try attempt(request, by: filer)
    #expect(outcome == .applied)
    return number
  }

  /// Files a request that may be refused.
  mutating func attempt(
    _ request: CreditRequest, by filer: AccountID, lotsMax: UInt16 = 200
  ) throws -> Receipt.Outcome {
    try run(
      .fileRequest(
        FileRequest(
          request: request, proof: CustodyProof(document: Self.document(of: 1)),
          lotsMax: lotsMax)),
      by: filer)
  }

  static func document(of number: UInt64) -> Digest { Digest(accountID(number).bytes) }

  /// Registrars' words, one block each; returns what became of the last.
  @discardableResult
  mutating func decide(
    _ request: UInt64, _ registrars: Range<Int> = 0..<3, approves: Bool = true,
    lotsMax: UInt16 = 200
  ) throws -> Receipt.Outcome {
    var last = Receipt.Outcome.applied
    for registrar in registrars {
      last = try run(
        .decideRequest(
          DecideRequest(request: request, approves: approves, lotsMax: lotsMax)),
        by: Self.registrars[registrar])
    }
    return last
  }

  /// Files and has approved; returns the number of the first lot that is made.
  @discardableResult
  mutating func bring(
    _ batches: [CreditRequest.Onboarding.Batch], to owner: AccountID,
    by custodian: AccountID = custodians[0], isBuffer: Bool = false
  ) throws -> UInt64 {
    let lot = try book.lots
    let request = try file(
      Self.onboarding(batches, to: owner, isBuffer: isBuffer), by: custodian)
    #expect(try decide(request) == .applied)
    return lot
  }

  /// Files and has approved.
  mutating func carry(_ request: CreditRequest, by filer: AccountID) throws {
    let number = try file(request, by: filer)
    #expect(try decide(number) == .applied)
  }

  // MARK: Looking

  var book: RegistryBook {
    get throws {
      var queries = network.queries
      return try queries.registryBook()
    }
  }

  func lot(_ number: UInt64) throws -> Lot {
    var queries = network.queries
    return try #require(try queries.lot(number))
  }

  func request(_ number: UInt64) throws -> RequestRecord {
    var queries = network.queries
    return try #require(try queries.request(number))
  }

  func obligation(_ number: UInt64) throws -> Obligation {
    var queries = network.queries
    return try #require(try queries.obligation(number))
  }

  func custodian(_ index: Int = 0) throws -> Custodian {
    var queries = network.queries
    return try #require(try queries.custodian(Self.custodians[index]))
  }

  var reserve: Reserve {
    get throws {
      var queries = network.queries
      return try queries.reserve()
    }
  }

  var fund: NeutralityFund {
    get throws {
      var queries = network.queries
      return try queries.fund()
    }
  }

  func eco2(_ account: AccountID) throws -> UInt128 { try network.account(account).eco2.baseUnits }
  func ecc(_ account: AccountID) throws -> UInt128 { try network.account(account).ecc.baseUnits }

  /// Every record of the registry, its indexes included: what a failed transaction leaves as it
  /// was.
  mutating func registryRecords() throws -> [StateKey: [UInt8]] {
    // What the block itself does with ended requests comes first.
    try run([])
    let kinds: Set<RecordKind> = [
      .lot, .reserve, .retirement, .registry, .project, .serialBlock, .issuance, .custodian,
      .request, .obligation, .registryBook, .orderedTree, .orderedPage,
    ]
    return network.records.records.filter { RecordKind(of: $0.key).map(kinds.contains) ?? false }
  }

  /// Changes a record between blocks, as governance would.
  mutating func change<Record: LedgerRecord>(
    _ key: StateKey, as type: Record.Type, _ change: (inout Record) throws -> Void
  ) throws {
    var record = try Record(bcs: try #require(network.records.records[key]))
    try change(&record)
    network.records.records[key] = record.bcs
  }

  var faults: [StateFault] { network.invariants().faults }
}

extension Receipt.Outcome {
  /// The first operation failed.
  static func fault(_ fault: TransactionFault, _ subject: UInt64? = nil) -> Receipt.Outcome {
    .failed(operation: 0, fault, subject: subject)
  }

  var fault: TransactionFault? {
    switch self {
    case .applied: nil
    case .failed(_, let fault, _), .skipped(let fault): fault
    }
  }
}
