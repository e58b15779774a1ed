import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// Records in memory, as an execution reads them.
struct MemoryRecords: RecordSource {
  var records: [StateKey: [UInt8]] = [:]

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { records[key] }

  mutating func apply(_ changes: [StateChange]) {
    for change in changes { records[change.key] = change.value }
  }
}

/// A deterministic generator (Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators", 2014).
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

func accountID(_ number: UInt64) -> AccountID {
  AccountID(SHA256.hash([UInt8](String("account \(number)").utf8)).bytes)
}

func publicKey(_ number: UInt64) -> PublicKey { PublicKey(accountID(number).bytes) }

let zeroSignature = Signature(r: .zero, s: .zero)

/// A chain of one process: makes blocks from transactions and executes them with the real rules.
struct TestNetwork {
  let document: GenesisDocument
  let chain: ChainID
  var records = MemoryRecords()
  var timestamp: UInt64
  var height: UInt64 = 0

  init(_ document: GenesisDocument) throws {
    self.document = document
    let state = try document.initialState()
    chain = state.chain
    records.apply(state.changes)
    timestamp = document.genesisTime
  }

  var queries: LedgerQueries { LedgerQueries(records) }

  func account(_ id: AccountID) throws -> Account {
    var queries = queries
    return try queries.account(id) ?? Account()
  }

  func nodeCarbon(_ index: Int) throws -> NodeCarbon {
    var queries = queries
    return try #require(try queries.nodeCarbon(document.nodes[index].account))
  }

  func candidate(_ index: Int) throws -> Candidate {
    var queries = queries
    return try #require(try queries.candidate(document.nodes[index].account))
  }

  /// The next block with these transactions in bundles of the author, and the bundles.
  func proposal(
    _ transactions: [Transaction], author: Int = 0, slots: UInt64 = 1
  ) throws -> (block: Block, bundles: [Bundle]) {
    try proposal(transactions, by: document.nodes[author].account, slots: slots)
  }

  /// The same of an author that need not be a node of genesis. All but the silent members of the
  /// parent's set have signed it.
  func proposal(
    _ transactions: [Transaction], by account: AccountID, slots: UInt64 = 1,
    silent: Set<AccountID> = [], late: [LateCommits] = []
  ) throws -> (block: Block, bundles: [Bundle]) {
    var queries = queries
    let facts = try queries.parentFacts()
    let progress = try #require(try queries.bundleProgress(account))
    var bundles: [Bundle] = []
    var rest = transactions[...]
    while !rest.isEmpty {
      let part = Array(rest.prefix(1_000))
      rest = rest.dropFirst(1_000)
      let header = BundleHeader(
        author: account, incarnation: progress.incarnation,
        number: progress.next + UInt64(bundles.count), birthHeight: facts.height + 1,
        transactionCount: UInt32(part.count),
        transactionBytes: UInt32(part.reduce(0) { $0 + $1.bytes.count }),
        transactionsRoot: MerkleTree.root(leaves: part.map(\.bytes)))
      bundles.append(Bundle(header: header, signature: zeroSignature, transactions: part))
    }
    let runs =
      bundles.isEmpty
      ? []
      : [
        BundleRun(
          author: account, incarnation: progress.incarnation, firstNumber: progress.next,
          digests: bundles.map { $0.header.digest(chain) })
      ]
    let commits = try facts.height == 0 ? [] : commits(for: facts.height, silent: silent)
    let header = BlockHeader(
      height: facts.height + 1, timestamp: facts.timestamp + slots * document.interval,
      author: account, parent: facts.headerHash, bundlesRoot: BundleRun.root(runs),
      validatorsHash: facts.validators.hash(chain),
      nextValidatorsHash: facts.nextValidators.hash(chain),
      parentRoots: StateRoots(
        state: .zero, transactions: facts.transactionsRoot, receipts: facts.receiptsRoot),
      parentStatement: facts.statement, parentCommits: commits, lateCommits: late)
    return (Block(header: header, runs: runs), bundles)
  }

  /// COMMITs (in name) of a height's set.
  private func commits(for height: UInt64, silent: Set<AccountID>) throws -> [CommitSignature] {
    var queries = queries
    let set = try #require(try queries.validatorSet(deciding: height))
    return set.members.indices.filter { !silent.contains(set.members[$0].account) }.map {
      CommitSignature(member: UInt16($0), view: 0, signature: zeroSignature)
    }
  }

  /// Executes the next block and keeps its state.
  @discardableResult
  mutating func run(
    _ transactions: [Transaction] = [], author: Int = 0, slots: UInt64 = 1,
    successor: ValidatorSet? = nil
  ) throws -> ExecutionOutcome {
    let (block, bundles) = try proposal(transactions, author: author, slots: slots)
    return try run(block, bundles, successor: successor)
  }

  /// Executes a block, which may also decide the set of the height after the next.
  @discardableResult
  mutating func run(
    _ block: Block, _ bundles: [Bundle], successor: ValidatorSet? = nil
  ) throws -> ExecutionOutcome {
    let outcome = try execute(block, bundles, successor)
    records.apply(outcome.changes)
    height = block.header.height
    timestamp = block.header.timestamp
    return outcome
  }

  /// The view ends here: `apply` would copy all records while it holds them, too.
  private func execute(_ block: Block, _ bundles: [Bundle], _ successor: ValidatorSet?) throws
    -> ExecutionOutcome
  {
    var view = StateView(over: records)
    return try Execution.run(
      block: block, bundles: bundles, chain: chain, successor: successor, on: &view)
  }

  /// Every identity, over every record.
  func invariants() -> StateInvariants.Report {
    var invariants = StateInvariants()
    for (key, value) in records.records { invariants.add(key, value) }
    var source = records
    return invariants.finish(reading: &source)
  }

  /// A body with generous maxima and nothing unusual.
  func body(
    from sender: AccountID, _ sequence: UInt64, _ operations: [Operation],
    sponsor: AccountID? = nil
  ) -> TransactionBody {
    TransactionBody(
      chain: chain, sender: sender, sequence: sequence, validUntil: height + 100,
      chargeMax: Amount(10_000), feeMax: Amount(10_000_000), sponsor: sponsor,
      operations: operations)
  }

  /// A transaction signed (in name) by the sender's and the sponsor's own keys.
  func sign(_ body: TransactionBody) throws -> Transaction {
    try Transaction(
      body: body,
      senderAuthorizations: [
        Authorization(key: PublicKey(body.sender.bytes), signature: zeroSignature)
      ],
      sponsorAuthorizations: body.sponsor.map {
        [Authorization(key: PublicKey($0.bytes), signature: zeroSignature)]
      } ?? [])
  }

  func transfer(
    _ amount: UInt128, _ token: Token = .eco2, from sender: AccountID, to recipient: AccountID,
    _ sequence: UInt64
  ) throws -> Transaction {
    try sign(
      body(
        from: sender, sequence,
        [.transfer(Transfer(token: token, recipient: recipient, amount: Amount(amount)))]))
  }
}
