import LedgerCore
import LedgerRules
import LedgerState
import Testing

/// A short chain made by the real rules from fixed keys, with every vote and certificate.
struct FixtureChain {
  /// A final block and all that belongs to it.
  struct Entry {
    let decided: DecidedBlock
    let receipts: [Receipt]
    let statement: CarbonStatement
    let roots: StateRoots
    let votes: [Vote]
    /// Where a block was decided after a view change: what its view changes name.
    let prepared: QuorumCertificate?

    var header: BlockHeader { decided.block.header }
    var height: UInt64 { header.height }
  }

  let keys: FixtureKeys
  let document: GenesisDocument
  let chain: ChainID
  let set: ValidatorSet
  let genesisRoot: Digest
  let state: AuthenticatedState
  private(set) var entries: [Entry] = []
  /// Of transactions by name, in the order of execution.
  private(set) var transactions: [(name: String, transaction: Transaction, height: UInt64)] = []

  init() throws {
    keys = try FixtureKeys()
    document = keys.document()
    let initial = try document.initialState()
    chain = initial.chain
    set = initial.validators
    genesisRoot = try AuthenticatedState.root(of: initial.changes)
    state = try AuthenticatedState(reader: FixtureRecords(initial.changes))
    try run(block(1, Self.first(self), by: [0]), view: 0, commits: [0, 1, 2])
    try run(block(2, Self.second(self), by: [1, 2]), view: 0, commits: [0, 1, 2, 3])
    try run(block(3, Self.third(self), by: [3]), view: 1, commits: [1, 2, 3])
    try run(block(4, [[]], by: [0]), view: 0, commits: [0, 2, 3])
  }

  var last: Entry { entries[entries.count - 1] }

  func queries() -> LedgerQueries { LedgerQueries(StateView(over: state)) }

  func sign(_ member: Int, _ statement: VoteStatement) throws -> Vote {
    let key = try keys.consensus(set.members[member])
    return Vote(
      statement: statement, member: UInt16(member),
      signature: key.sign(prefix: statement.prefix(chain), message: statement.message[...]))
  }
}

// MARK: Blocks

extension FixtureChain {
  typealias Named = (name: String, transaction: Transaction)

  /// The next block with these transactions: one bundle of one member for each list.
  private mutating func block(_ height: UInt64, _ lists: [[Named]], by members: [Int]) throws
    -> (Block, [Bundle])
  {
    var queries = queries()
    let facts = try queries.parentFacts()
    var bundles: [Bundle] = []
    var runs: [BundleRun] = []
    for (list, member) in zip(lists, members) where !list.isEmpty {
      let author = set.members[member]
      let progress = try #require(try queries.bundleProgress(author.account))
      let parts = list.map(\.transaction)
      transactions += list.map { ($0.name, $0.transaction, height) }
      let header = BundleHeader(
        author: author.account, incarnation: progress.incarnation, number: progress.next,
        birthHeight: height, transactionCount: UInt32(parts.count),
        transactionBytes: UInt32(parts.reduce(0) { $0 + $1.bytes.count }),
        transactionsRoot: MerkleTree.root(leaves: parts.map(\.bytes)))
      let signature = try keys.consensus(author).sign(
        domain: .bundle, chain: chain, message: header.bcs[...])
      bundles.append(Bundle(header: header, signature: signature, transactions: parts))
      runs.append(
        BundleRun(
          author: author.account, incarnation: progress.incarnation,
          firstNumber: progress.next, digests: [header.digest(chain)]))
    }
    let primary = Schedule(chain: chain, set: facts.validators).primary(height: height, view: 0)
    let header = BlockHeader(
      height: height, timestamp: facts.timestamp + document.interval,
      author: set.members[primary].account, parent: facts.headerHash,
      bundlesRoot: BundleRun.root(runs), validatorsHash: facts.validators.hash(chain),
      nextValidatorsHash: facts.nextValidators.hash(chain),
      parentRoots: StateRoots(
        state: state.root, transactions: facts.transactionsRoot, receipts: facts.receiptsRoot),
      parentStatement: facts.statement, parentCommits: commits(at: entries.last),
      lateCommits: late())
    return (Block(header: header, runs: runs), bundles)
  }

  private func commits(at entry: Entry?) -> [CommitSignature] {
    (entry?.decided.certificate.signatures ?? []).map {
      CommitSignature(
        member: $0.member, view: entry?.decided.certificate.view ?? 0, signature: $0.signature)
    }
  }

  /// The COMMIT of block 1 that came too late for header 2.
  private func late() -> [LateCommits] {
    guard entries.count == 2, let vote = entries[0].votes.last else { return [] }
    return [
      LateCommits(
        height: 1,
        commits: [CommitSignature(member: vote.member, view: 0, signature: vote.signature)])
    ]
  }

  private mutating func run(_ made: (Block, [Bundle]), view: UInt64, commits: [Int]) throws {
    let (block, bundles) = made
    let height = block.header.height
    var execution = StateView(over: state)
    let outcome = try Execution.run(block: block, bundles: bundles, chain: chain, on: &execution)
    let delta = try state.stage(outcome.changes)
    let roots = StateRoots(
      state: delta.root, transactions: outcome.transactionsRoot, receipts: outcome.receiptsRoot)
    let (votes, prepared) = try vote(block.header, delta.root, view: view)
    let commitVotes = votes.filter { $0.statement.kind == .commit }
    let certificate = certificate(
      .commit, block.header, delta.root, view: view,
      commitVotes.filter { commits.contains(Int($0.member)) })
    try state.adopt(delta, height: height)
    entries.append(
      Entry(
        decided: DecidedBlock(block: block, certificate: certificate, bundles: bundles),
        receipts: outcome.receipts, statement: outcome.statement, roots: roots, votes: votes,
        prepared: prepared))
  }

  func certificate(
    _ kind: QuorumCertificate.Kind, _ header: BlockHeader, _ root: Digest, view: UInt64,
    _ votes: [Vote]
  ) -> QuorumCertificate {
    QuorumCertificate(
      kind: kind, height: header.height, view: view, block: header.hash(chain), stateRoot: root,
      signatures: votes.map { MemberSignature(member: $0.member, signature: $0.signature) })
  }
}

// MARK: Votes

extension FixtureChain {
  /// What the members say of a block; in view 1 after the view change that led there.
  private func vote(_ header: BlockHeader, _ root: Digest, view: UInt64) throws
    -> ([Vote], QuorumCertificate?)
  {
    let block = header.hash(chain)
    let (before, prepared) =
      view == 0 ? ([], nil) : try viewChange(header, root)
    let primary = Schedule(chain: chain, set: set).primary(height: header.height, view: view)
    func statement(_ content: VoteStatement.Content) -> VoteStatement {
      VoteStatement(height: header.height, view: view, content: content)
    }
    let proposal = try sign(primary, statement(.prePrepare(block: block)))
    let prepares = try set.members.indices.map {
      try sign($0, statement(.prepare(block: block, stateRoot: root)))
    }
    let commits = try set.members.indices.map {
      try sign($0, statement(.commit(block: block, stateRoot: root)))
    }
    return (before + [proposal] + prepares + commits, prepared)
  }

  /// View 0 proposes and prepares the block, and then falls silent: three members change the view,
  /// one of them names the prepared block, and the primary of view 1 proposes it again.
  private func viewChange(_ header: BlockHeader, _ root: Digest) throws
    -> ([Vote], QuorumCertificate)
  {
    let block = header.hash(chain)
    func statement(_ view: UInt64, _ content: VoteStatement.Content) -> VoteStatement {
      VoteStatement(height: header.height, view: view, content: content)
    }
    let schedule = Schedule(chain: chain, set: set)
    let proposal = try sign(
      schedule.primary(height: header.height, view: 0), statement(0, .prePrepare(block: block)))
    let prepares = try [0, 1, 3].map {
      try sign($0, statement(0, .prepare(block: block, stateRoot: root)))
    }
    let prepared = PreparedReference(view: 0, block: block)
    let changes = try [1, 2, 3].map {
      try sign($0, statement(1, .viewChange(prepared: $0 == 1 ? prepared : nil)))
    }
    var writer = BCSWriter()
    writer.list(changes)
    let digest = SigningDomain.newView.digest(chain, writer.bytes)
    let newView = try sign(
      schedule.primary(height: header.height, view: 1),
      statement(1, .newView(viewChanges: digest, block: block)))
    return (
      [proposal] + prepares + changes + [newView],
      certificate(.prepare, header, root, view: 0, prepares)
    )
  }
}

/// The records of genesis in memory.
struct FixtureRecords: StateReader {
  let height: UInt64 = 0
  private let records: [(record: StateRecord, leaf: StateLeaf)]

  init(_ changes: [StateChange]) {
    records = changes.compactMap { change in
      change.value.map { StateRecord(key: change.key, value: $0) }
    }
    .map { (record: $0, leaf: $0.leaf) }
    .sorted { $0.leaf.path < $1.leaf.path }
  }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try record(at: key.hash)?.value
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    records.first { $0.leaf.path == path }?.record
  }

  func recordCountEstimate() throws(StateReadError) -> Int { records.count }

  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    BucketLeaves(inBuckets: buckets, depth: depth, count: records.count) { records[$0].leaf }
  }
}
