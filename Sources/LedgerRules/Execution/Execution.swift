public import LedgerCore
public import LedgerState

/// What executing a block gives.
public struct ExecutionOutcome: Hashable, Sendable {
  public let height: UInt64
  /// One per transaction, in order of execution.
  public let receipts: [Receipt]
  public let statement: CarbonStatement
  /// RFC 6962 root over the transactions' bytes.
  public let transactionsRoot: Digest
  /// RFC 6962 root over the encoded receipts.
  public let receiptsRoot: Digest
  /// Decides the next height.
  public let validators: ValidatorSet
  /// Decides the height after it.
  public let nextValidators: ValidatorSet
  /// Members of `validators` that owe carbon dues now: passed over as primaries of the next height.
  public let debtors: Set<Int>
  /// What the block has recorded of offences.
  public let offences: [RecordedOffence]
  /// What the block writes, each key once, ascending.
  public let changes: [StateChange]
}

/// The state-transition function.
public enum Execution {
  /// Executes a block on its parent's state.
  ///
  /// Deterministic: the outcome depends on the block, its bundles and the state alone. Every header
  /// field that follows from the parent's state is checked, but for the parent's state root and the
  /// signatures in it, which consensus judges.
  ///
  /// - Parameters:
  ///   - bundles: every bundle the block names, in its order, each transaction well-signed.
  ///   - view: the parent's state, without writes. What the block writes is in the outcome; the
  ///     view is of no more use. When this throws, it is as it was, but for what it has read.
  public static func run(
    block: Block, bundles: [Bundle], chain: ChainID, on view: inout StateView
  ) throws(ExecutionError) -> ExecutionOutcome {
    try run(block: block, bundles: bundles, chain: chain, successor: nil, on: &view)
  }

  /// As `run`, with the set of the height after the next as if this block had elected it: tests of
  /// what a change of set does to everything else make it without an election.
  static func run(
    block: Block, bundles: [Bundle], chain: ChainID, successor: ValidatorSet?,
    on view: inout StateView
  ) throws(ExecutionError) -> ExecutionOutcome {
    guard block.isConsistent else { throw .bundle(.inconsistent) }
    var context = try ExecutionContext(block.header, chain: chain, view: view)
    if let successor { context.nextSets.following = successor }
    try context.checkHeader()
    try context.requireKnownFeatures()
    let progress = try BundleRules.check(
      block.runs, headers: bundles.map(\.header), chain: chain, height: block.header.height,
      in: &context.view)
    var transactions: [Transaction] = []
    transactions.reserveCapacity(bundles.reduce(0) { $0 + $1.transactions.count })
    for bundle in bundles { transactions += bundle.transactions }
    try context.begin()
    let plans = try context.reserveMaxima(of: transactions)
    let borrowed = transactions.span
    try plans.forEachPart(of: ExecutionContext.loadedTogether) {
      part throws(ExecutionError) in
      try context.loadRecords(for: part, of: transactions)
      for plan in part { try context.execute(plan, borrowed[plan.index]) }
    }
    try context.finish()
    let roots = (
      transactions: MerkleTree.root(leaves: transactions.map(\.bytes)),
      receipts: receiptsRoot(context.receipts)
    )
    for (author, progress) in progress {
      context.view.set(BundleProgress.key(author), progress.bcs)
    }
    try context.write(transactionsRoot: roots.transactions, receiptsRoot: roots.receipts)
    try context.checkInvariants()
    view = context.view
    return ExecutionOutcome(
      height: block.header.height, receipts: context.receipts, statement: context.statement,
      transactionsRoot: roots.transactions, receiptsRoot: roots.receipts,
      validators: context.nextSets.current, nextValidators: context.nextSets.following,
      debtors: try context.debtors(of: context.nextSets.current),
      offences: context.findings.recorded, changes: context.changes())
  }

  /// RFC 6962 root over encoded receipts.
  public static func receiptsRoot(_ receipts: [Receipt]) -> Digest {
    var writer = BCSWriter(reserving: receipts.count * 72)
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(receipts.count)
    for receipt in receipts {
      let start = writer.bytes.count
      receipt.encode(into: &writer)
      ranges.append(start..<writer.bytes.count)
    }
    return MerkleTree.root(of: writer.bytes[...], leaves: ranges)
      ?? MerkleTree.root(leaves: receipts.map { $0.bcs[...] })
  }
}
