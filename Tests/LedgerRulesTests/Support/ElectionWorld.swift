import LedgerCore
import Testing

@testable import LedgerRules

/// A network with short terms, and the keys of everybody in it: one account per candidate, whose
/// consensus keys are counted up.
struct ElectionWorld {
  /// 100 blocks, of which the last 20 are the voting window and the last 10 those of readiness.
  static let termBlocks: UInt64 = 100

  var network: TestNetwork
  /// How many consensus keys each candidate has had.
  private var keys: [AccountID: Int] = [:]
  private var sequences: [AccountID: UInt64] = [:]
  private var names: [AccountID: Int] = [:]

  init(
    nodes: Int = 7, seats: UInt64 = 7, _ change: (inout GenesisDocument) -> Void = { _ in }
  ) throws {
    var document = try TestGenesis.document(nodes: nodes)
    document.parameters.elections.seats = seats
    document.parameters.elections.termMilliseconds = Self.termBlocks * 10_000
    document.parameters.elections.windowMilliseconds = 200_000
    document.parameters.elections.readyMilliseconds = 100_000
    document.parameters.elections.unlockMilliseconds = 200_000
    document.parameters.elections.bondMilliseconds = 500_000
    document.parameters.elections.bond = Amount(20_000_000_000)
    document.parameters.elections.reserveDays = 1
    document.parameters.elections.downtimeBlocks = 20
    document.parameters.elections.jailMilliseconds = 100_000
    document.parameters.elections.releaseFine = Amount(1_000_000)
    change(&document)
    network = try TestNetwork(document)
    for index in document.nodes.indices { names[document.nodes[index].account] = index }
  }

  func node(_ index: Int) -> AccountID { network.document.nodes[index].account }

  /// The account of a candidate that is none of genesis: one of those with funds.
  func outsider(_ index: Int) -> AccountID { TestGenesis.accounts[15 - index] }

  // MARK: Reading

  func candidate(_ account: AccountID) throws -> Candidate {
    var queries = network.queries
    return try #require(try queries.candidate(account))
  }

  func sets() throws -> ValidatorSets {
    var queries = network.queries
    return try queries.validatorSets()
  }

  func members() throws -> Set<AccountID> {
    Set(try sets().following.members.map(\.account))
  }

  func standbys() throws -> [AccountID] {
    var queries = network.queries
    return try queries.delegation().standbys
  }

  func fund() throws -> NeutralityFund { try #require(network.queriesFund) }

  // MARK: Keys

  /// The consensus key of a candidate's number: 0 is its first.
  func key(_ account: AccountID, _ number: Int) throws -> SigningKey {
    if number == 0, let index = names[account] { return try TestGenesis.consensusKey(index) }
    let seed = SHA256.hash(account.bytes.array + [UInt8](String(number).utf8))
    return try #require(SigningKey(seed: seed.bytes.array))
  }

  func possession(_ account: AccountID, _ number: Int) throws -> KeyPossession {
    KeyPossession.prove(try key(account, number), for: account, chain: network.chain)
  }

  /// A key that the candidate has not used yet.
  mutating func nextPossession(_ account: AccountID) throws -> KeyPossession {
    keys[account, default: 0] += 1
    return try possession(account, keys[account, default: 0])
  }

  // MARK: Transactions

  mutating func transaction(
    _ sender: AccountID, _ operations: [LedgerCore.Operation], tip: Amount = .zero
  ) throws -> Transaction {
    sequences[sender, default: 0] += 1
    var body = network.body(from: sender, sequences[sender, default: 0], operations)
    body.tip = tip
    return try network.sign(body)
  }

  /// A candidate's declaration for the coming term, authorised by the key it has now.
  mutating func declaration(_ account: AccountID, term: UInt64? = nil) throws -> Transaction {
    var queries = network.queries
    let key = try #require(try queries.node(account)).consensusKey
    let possession = try nextPossession(account)
    let body = TransactionBody.declaration(
      DeclareReady(term: term ?? self.term + 1, key: possession), of: account,
      validUntil: network.height + 100, chain: network.chain)
    return try Transaction(
      body: body, senderAuthorizations: [Authorization(key: key, signature: zeroSignature)])
  }

  func registration(_ account: AccountID, _ possession: KeyPossession, reserve: UInt128)
    throws -> LedgerCore.Operation
  {
    .registerCandidate(
      RegisterCandidate(
        facts: try facts(account), key: possession, reserve: Amount(reserve)))
  }

  func facts(
    _ account: AccountID, name: String = "candidate",
    profile: EnergyProfile = TestGenesis.workedProfile
  ) throws -> CandidateFacts {
    let seed = SHA256.hash(account.bytes.array + [0xFF]).bytes.array
    return CandidateFacts(
      name: name, transportKey: try #require(SigningKey(seed: seed)).publicKey,
      endpoint: "127.0.0.1:1", profile: profile)
  }

  // MARK: Blocks

  var term: UInt64 {
    (network.timestamp - network.document.genesisTime) / (Self.termBlocks * 10_000)
  }

  /// How many blocks of its term the last one is away from the term's beginning.
  var blockInTerm: UInt64 {
    (network.timestamp - network.document.genesisTime) / 10_000 % Self.termBlocks
  }

  /// Executes a block by the set's first member that is not silent; every identity holds after it.
  @discardableResult
  mutating func run(
    _ transactions: [Transaction] = [], slots: UInt64 = 1, silent: Set<AccountID> = []
  ) throws -> ExecutionOutcome {
    let members = try sets().current.members.map(\.account)
    let author = try #require(members.first { !silent.contains($0) })
    let (block, bundles) = try network.proposal(
      transactions, by: author, slots: slots, silent: silent)
    let outcome = try network.run(block, bundles)
    let faults = network.invariants().faults
    #expect(faults.isEmpty)
    return outcome
  }

  /// The outcome of one transaction in a block of its own.
  mutating func outcome(
    _ sender: AccountID, _ operations: [LedgerCore.Operation], slots: UInt64 = 1
  ) throws -> Receipt.Outcome {
    try run([transaction(sender, operations)], slots: slots).receipts[0].outcome
  }

  /// Why a transaction fails; nil for one that is applied.
  mutating func fault(
    _ sender: AccountID, _ operations: [LedgerCore.Operation], slots: UInt64 = 1
  ) throws -> TransactionFault? {
    switch try outcome(sender, operations, slots: slots) {
    case .applied: nil
    case .failed(_, let fault, _), .skipped(let fault): fault
    }
  }

  /// Executes one block at a place of the present term, or of the next.
  mutating func go(to block: UInt64) throws {
    let here = blockInTerm
    try run(slots: block > here ? block - here : Self.termBlocks - here + block)
  }

  /// Locks and places votes in the window of the present term.
  mutating func vote(_ voter: AccountID, _ votes: [(AccountID, UInt128)]) throws {
    if blockInTerm < 81 { try go(to: 81) }
    var operations: [LedgerCore.Operation] = []
    for (candidate, amount) in votes {
      operations.append(.lockVotes(LockVotes(amount: Amount(amount))))
      operations.append(
        .placeVotes(PlaceVotes(candidate: candidate, amount: Amount(amount))))
    }
    #expect(try outcome(voter, operations) == .applied)
  }

  /// Lets these nodes declare themselves ready, and begins the next term.
  mutating func elect(_ ready: [AccountID]) throws {
    if blockInTerm < 91 { try go(to: 91) }
    var transactions: [Transaction] = []
    for account in ready { transactions.append(try declaration(account)) }
    for receipt in try run(transactions).receipts { #expect(receipt.outcome == .applied) }
    try go(to: 0)
  }
}
