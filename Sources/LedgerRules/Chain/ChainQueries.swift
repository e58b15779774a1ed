public import LedgerCore
public import LedgerState

/// What can be read of the ledger: one extension per domain. Over any source of records: a reader
/// of flushed state, or a view of a block just executed.
///
/// Nothing here changes state; a source that remembers what it has read may change itself. What it
/// shows does not change while the queries live: numbers of serial blocks and pages of ordered
/// indexes are read once.
public struct LedgerQueries {
  var source: any RecordSource
  var serialBlocks = RecordCache<StateKey, SerialBlockEntry>()
  var ordered = OrderedIndexes()

  public init(_ source: any RecordSource) { self.source = source }

  mutating func find<Record: LedgerRecord>(
    _ key: StateKey, as type: Record.Type = Record.self
  ) throws(RecordError) -> Record? {
    try Self.find(key, as: type, in: &source)
  }

  mutating func single<Record: SingleRecord>(_ type: Record.Type = Record.self)
    throws(RecordError) -> Record
  {
    guard let record = try find(Record.key, as: type) else { throw .missing(key: Record.key) }
    return record
  }

  private static func find<Record: LedgerRecord>(
    _ key: StateKey, as type: Record.Type, in source: inout some RecordSource
  ) throws(RecordError) -> Record? {
    try source.find(key, as: type)
  }
}

/// What the next block's header must say, as far as the parent's state decides it.
public struct ParentFacts: Hashable, Sendable {
  /// The parent's height; 0 at genesis.
  public let height: UInt64
  /// Milliseconds since 1970-01-01 UTC.
  public let timestamp: UInt64
  /// The parent header's hash; at genesis the genesis hash.
  public let headerHash: Digest
  public let transactionsRoot: Digest
  public let receiptsRoot: Digest
  public let statement: CarbonStatement
  /// Decides the next height.
  public let validators: ValidatorSet
  /// Decides the height after it.
  public let nextValidators: ValidatorSet
  /// Members of `validators` that owe carbon dues: passed over as primaries.
  public let debtors: Set<Int>
}

extension LedgerQueries {
  /// What genesis fixed for ever.
  public mutating func chainFacts() throws(RecordError) -> ChainFacts { try single() }

  /// The last executed block.
  public mutating func tip() throws(RecordError) -> ChainTip { try single() }

  /// The parameters in force.
  public mutating func parameters() throws(RecordError) -> Parameters { try single() }

  /// What state keeps of a block; nil when there is no such block.
  public mutating func block(_ height: UInt64) throws(RecordError) -> BlockRecord? {
    try find(BlockRecord.key(height))
  }

  /// What the header after the last executed block must say.
  public mutating func parentFacts() throws(RecordError) -> ParentFacts {
    let tip = try tip()
    guard let block = try block(tip.height) else {
      throw .missing(key: BlockRecord.key(tip.height))
    }
    guard let statement = try statement(tip.height) else {
      throw .missing(key: CarbonStatement.key(tip.height))
    }
    let sets = try validatorSets()
    return ParentFacts(
      height: tip.height, timestamp: tip.timestamp, headerHash: tip.headerHash,
      transactionsRoot: block.transactionsRoot, receiptsRoot: block.receiptsRoot,
      statement: statement, validators: sets.current, nextValidators: sets.following,
      debtors: try debtors())
  }
}
