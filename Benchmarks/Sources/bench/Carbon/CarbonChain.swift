import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// The ledger of a carbon folder, open as a node has it: records in LMDB, the tree over them, and
/// blocks executed on both.
final class CarbonChain {
  let store: NodeStore
  let state: AuthenticatedState
  /// Sequences that accounts have used, where they have used any.
  private var sequences: [AccountID: UInt64] = [:]

  convenience init(_ folder: CarbonFolder, workers: Int) throws {
    try self.init(ledger: folder.ledger, workers: workers)
  }

  /// - Parameter ledger: the home of a node.
  init(ledger: String, workers: Int) throws {
    store = try NodeStore(home: ledger, genesis: nil)
    state = try AuthenticatedState(
      reader: store.records, workers: workers > 0 ? WorkerPool(workers: workers) : nil)
    guard state.root == store.records.root else {
      throw BenchmarkFault.broken("the state has another root than is noted")
    }
  }

  var chain: ChainID { store.chain }

  // MARK: Transactions

  /// A transaction with generous maxima. Nobody who executes a block looks at its signature: it
  /// was verified when its bundle came.
  func transaction(_ operations: [Operation], by sender: AccountID) throws -> Transaction {
    let sequence: UInt64
    if let used = sequences[sender] {
      sequence = used + 1
    } else {
      var queries = LedgerQueries(state)
      sequence = (try queries.account(sender)?.sequences.highest ?? 0) + 1
    }
    sequences[sender] = sequence
    let body = TransactionBody(
      chain: chain, sender: sender, sequence: sequence, validUntil: state.height + 1_000,
      chargeMax: Amount(1_000_000), feeMax: Amount(100_000_000), operations: operations)
    return try Transaction(
      body: body,
      senderAuthorizations: [
        Authorization(
          key: PublicKey(sender.bytes), signature: Signature(r: .zero, s: .zero))
      ])
  }

  /// Forgets the sequences of transactions that no block of the tip has: their block was measured
  /// and left.
  func forgetSequences() { sequences = [:] }

  // MARK: Blocks

  /// A block and the bundles it names.
  struct Proposal {
    let block: Block
    let bundles: [Bundle]
    var transactionCount: Int { bundles.reduce(0) { $0 + $1.transactions.count } }
  }

  /// The block after the tip, with bundles of the first member of the set, so many slots later.
  /// Nobody who executes a block looks at their signatures.
  func proposal(_ transactions: [Transaction], slots: UInt64 = 1) throws -> Proposal {
    var queries = LedgerQueries(state)
    let author = try queries.parentFacts().validators.members[0].account
    return try proposal([(author, transactions)], slots: slots) { _ in
      Signature(r: .zero, s: .zero)
    }
  }

  /// The block after the tip with bundles of these authors.
  func proposal(
    _ parts: [(author: AccountID, transactions: [Transaction])], slots: UInt64 = 1,
    parentCommits: [CommitSignature] = [], sign: (BundleHeader) throws -> Signature
  ) throws -> Proposal {
    var queries = LedgerQueries(state)
    let facts = try queries.parentFacts()
    var bundles: [Bundle] = []
    var runs: [BundleRun] = []
    for part in parts where !part.transactions.isEmpty {
      guard let progress = try queries.bundleProgress(part.author) else {
        throw BenchmarkFault.broken("a member has no bundles")
      }
      let own = try Self.bundles(
        part.transactions, author: part.author, progress, height: facts.height + 1, sign)
      runs.append(
        BundleRun(
          author: part.author, incarnation: progress.incarnation, firstNumber: progress.next,
          digests: own.map { $0.header.digest(chain) }))
      bundles += own
    }
    let header = BlockHeader(
      height: facts.height + 1, timestamp: facts.timestamp + slots * CarbonNetwork.interval,
      author: facts.validators.members[0].account, parent: facts.headerHash,
      bundlesRoot: BundleRun.root(runs), validatorsHash: facts.validators.hash(chain),
      nextValidatorsHash: facts.nextValidators.hash(chain),
      parentRoots: StateRoots(
        state: state.root, transactions: facts.transactionsRoot, receipts: facts.receiptsRoot),
      parentStatement: facts.statement, parentCommits: parentCommits, lateCommits: [])
    return Proposal(block: Block(header: header, runs: runs), bundles: bundles)
  }

  /// Bundles of half a megabyte, as members seal them.
  private static func bundles(
    _ transactions: [Transaction], author: AccountID, _ progress: BundleProgress, height: UInt64,
    _ sign: (BundleHeader) throws -> Signature
  ) throws -> [Bundle] {
    var bundles: [Bundle] = []
    var part: [Transaction] = []
    var bytes = 0
    func seal() throws {
      let header = BundleHeader(
        author: author, incarnation: progress.incarnation,
        number: progress.next + UInt64(bundles.count), birthHeight: height,
        transactionCount: UInt32(part.count), transactionBytes: UInt32(bytes),
        transactionsRoot: MerkleTree.root(leaves: part.map(\.bytes)))
      bundles.append(
        Bundle(header: header, signature: try sign(header), transactions: part))
      (part, bytes) = ([], 0)
    }
    for transaction in transactions {
      part.append(transaction)
      bytes += transaction.bytes.count
      if bytes >= Limits.bundleBytesTarget { try seal() }
    }
    if !part.isEmpty { try seal() }
    return bundles
  }

  /// What execution of a block gave, with what it has read for the root.
  struct Executed {
    let outcome: ExecutionOutcome
    let reads: ExecutionReads
  }

  /// Executes a block as a replica does, and changes nothing.
  func execute(_ proposal: Proposal) throws -> Executed {
    let reads = try state.executionReads()
    var view = try state.view(reads: reads)
    let outcome = try Execution.run(
      block: proposal.block, bundles: proposal.bundles, chain: chain, on: &view)
    return Executed(outcome: outcome, reads: reads)
  }

  /// The paths of the records that a block's execution reads, in its order, 32 bytes each.
  func paths(readBy proposal: Proposal) throws -> [UInt8] {
    try keys(readBy: proposal).flatMap { $0.hash.bytes.array }
  }

  /// The records that a block's execution reads, in its order.
  func keys(readBy proposal: Proposal) throws -> [StateKey] {
    let source = RecordedReads(try state.view())
    var view = StateView(over: source)
    _ = try Execution.run(
      block: proposal.block, bundles: proposal.bundles, chain: chain, on: &view)
    return source.keys
  }

  /// Keeps which records were asked for.
  private final class RecordedReads: RecordSource {
    private(set) var keys: [StateKey] = []
    private var view: StateView

    init(_ view: StateView) { self.view = view }

    func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
      keys.append(key)
      return try view.value(of: key)
    }
  }

  static func expectApplied(_ outcome: ExecutionOutcome) throws {
    if let other = outcome.receipts.first(where: { $0.outcome != .applied }) {
      throw BenchmarkFault.broken("a transaction was not applied: \(other.outcome)")
    }
  }

  // MARK: Deciding

  /// Decides a block whose transactions must all be applied; the store follows as far behind as a
  /// node's.
  func decide(_ transactions: [Transaction], slots: UInt64 = 1) throws {
    try Self.expectApplied(try decide(try proposal(transactions, slots: slots)).outcome)
    if state.isOverlayFull { try flush() }
  }

  /// Executes a block, has it signed by a quorum, puts it into the log and makes it the tip.
  func decide(_ proposal: Proposal) throws
    -> (outcome: ExecutionOutcome, certificate: QuorumCertificate)
  {
    let executed = try execute(proposal)
    let delta = try state.stage(executed.outcome.changes, reads: executed.reads)
    let height = proposal.block.header.height
    let certificate = try certificate(proposal.block, delta.root)
    let block = DecidedBlock(
      block: proposal.block, certificate: certificate, bundles: proposal.bundles)
    var receipts = BCSWriter()
    receipts.list(executed.outcome.receipts)
    try store.log.append(height: height, block: block.bcs, receipts: receipts.bytes)
    try state.adopt(delta, height: height)
    return (executed.outcome, certificate)
  }

  /// Writes what the store has not.
  func flush() throws {
    let writes = state.writes(through: state.height)
    guard !writes.isEmpty else { return }
    let indexes = try DerivedIndexes.changes(writes.changes, before: store.records).map {
      IndexChange(index: $0.index, key: $0.key, value: $0.value)
    }
    try store.records.flush(
      writes: writes, indexes: indexes, height: state.height, root: state.root)
    try state.flushed(through: state.height)
  }

  private func certificate(_ block: Block, _ root: Digest) throws -> QuorumCertificate {
    var queries = LedgerQueries(state)
    let set = try queries.validatorSets().current
    let hash = block.header.hash(chain)
    let statement = VoteStatement(
      height: block.header.height, view: 0, content: .commit(block: hash, stateRoot: root))
    let message = statement.message
    let keys = try (0..<CarbonNetwork.nodes).map(CarbonNetwork.consensusKey)
    let signatures = set.members.prefix(set.quorum).enumerated().compactMap { index, member in
      keys.first { $0.publicKey == member.consensusKey }.map {
        MemberSignature(
          member: UInt16(index),
          signature: $0.sign(prefix: statement.prefix(chain), message: message[...]))
      }
    }
    return QuorumCertificate(
      kind: .commit, height: block.header.height, view: 0, block: hash, stateRoot: root,
      signatures: signatures)
  }
}
