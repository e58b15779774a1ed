import LedgerCore
import LedgerState

/// Everything one block's execution holds: the parent's single records, the records touched so far,
/// and what adds up to the statement.
///
/// Records are decoded on first touch and written once, at the end. While a transaction executes,
/// each change can be taken back: records by their caches' journals, the small single records by a
/// copy.
struct ExecutionContext {
  let header: BlockHeader
  let chain: ChainID
  let facts: ChainFacts
  let tip: ChainTip
  let parameters: Parameters
  /// Those of the next block.
  var nextParameters: Parameters
  let sets: ValidatorSets
  let registrars: Registrars
  /// The sets as the next block's header must name them.
  var nextSets: ValidatorSets
  /// The single records as of the parent's state.
  let parent: Singles
  var now: Singles
  var view: StateView
  var accounts = RecordCache<AccountID, Account>()
  var nodes = RecordCache<AccountID, NodeCarbon>()
  var custodians = RecordCache<AccountID, Custodian>()
  var issuances = RecordCache<UInt64, Issuance>()
  var lots = RecordCache<UInt64, Lot>()
  var projects = RecordCache<StateKey, ProjectEntry>()
  var serialBlocks = RecordCache<StateKey, SerialBlockEntry>()
  var requests = RecordCache<UInt64, RequestRecord>()
  var obligations = RecordCache<UInt64, Obligation>()
  var retirements = RecordCache<UInt64, Retirement>()
  var candidates = RecordCache<AccountID, Candidate>()
  var voters = RecordCache<AccountID, Voter>()
  var stakes = RecordCache<VotePair, VoteStake>(key: \.key)
  var ordered = OrderedIndexes()
  var charges: OperationCharge
  var statement: CarbonStatement
  var receipts: [Receipt] = []
  var tips: Amount = .zero
  var weightUsed: UInt128 = 0
  /// Footprint of executed work, in 1 / `OperationCharge.unit` µg.
  var workFootprint: UInt128 = 0
  /// Energy of ER Nodes, overhead and executed work, fJ.
  var energy: UInt128 = 0
  /// Transactions that were executed.
  var executed: UInt64 = 0
  var findings = OffenceFindings()
  /// Lots that the request which is carried out may still make or change.
  var lotsLeft = 0
  /// Candidates whose declarations the first pass has let through.
  var declaring: (accounts: Set<AccountID>, keys: Set<PublicKey>) = ([], [])
  /// False while transactions are only judged for admission: what costs is left to the block.
  var judgesSignatures = true

  /// The records of which there is one and which blocks change.
  struct Singles {
    var fund: NeutralityFund
    var line: NumberLine
    var rewards: RewardReserve
    var reserve: Reserve
    var book: RegistryBook
    var bid: FundBid
    var delegation: Delegation
    var governance: GovernanceBook
    var vesting: Vesting?
  }

  init(_ header: BlockHeader, chain: ChainID, view: StateView) throws(ExecutionError) {
    var view = view
    do throws(RecordError) {
      facts = try view.single()
      tip = try view.single()
      parameters = try view.single()
      sets = try view.single()
      registrars = try view.single()
      parent = Singles(
        fund: try view.single(), line: try view.single(), rewards: try view.single(),
        reserve: try view.single(), book: try view.single(),
        bid: try view.single(), delegation: try view.single(),
        governance: try view.single(), vesting: try view.find(Vesting.key))
    } catch { throw .record(error) }
    self.header = header
    self.chain = chain
    self.view = view
    now = parent
    nextParameters = parameters
    nextSets = ValidatorSets(current: sets.following, following: sets.following)
    charges = OperationCharge([], parameters: parameters)
    statement = CarbonStatement(height: header.height)
  }

  /// The block's height.
  var height: UInt64 { header.height }

  /// The slot of an account.
  mutating func account(_ id: AccountID) throws(ExecutionError) -> Int {
    do { return try accounts.slot(of: id, in: &view) } catch { throw .record(error) }
  }

  /// The slot of an ER Node's carbon record.
  mutating func node(_ id: AccountID) throws(ExecutionError) -> Int {
    do { return try nodes.slot(of: id, in: &view) } catch { throw .record(error) }
  }

  /// Adds ECO2 to an account outside any transaction; makes the account where there is none.
  mutating func pay(_ amount: Amount, to id: AccountID) throws(ExecutionError) {
    guard !amount.isZero else { return }
    let slot = try account(id)
    var record = accounts.entries[slot].current ?? Account()
    record.eco2 = try record.eco2.sum(amount)
    accounts.set(slot, record)
  }

  /// The members of a set that owe now, by index.
  mutating func debtors(of set: ValidatorSet) throws(ExecutionError) -> Set<Int> {
    var debtors: Set<Int> = []
    for (index, member) in set.members.enumerated() {
      let slot = try node(member.account)
      if nodes.entries[slot].current?.owes == true { debtors.insert(index) }
    }
    return debtors
  }

  /// Writes the single records that changed, and the block's own.
  mutating func write(transactionsRoot: Digest, receiptsRoot: Digest) throws(ExecutionError) {
    try writeOffences()
    if now.fund != parent.fund { view.put(now.fund) }
    if now.line != parent.line { view.put(now.line) }
    if now.rewards != parent.rewards { view.put(now.rewards) }
    if now.reserve != parent.reserve { view.put(now.reserve) }
    if now.book != parent.book { view.put(now.book) }
    if now.bid != parent.bid { view.put(now.bid) }
    if now.delegation != parent.delegation { view.put(now.delegation) }
    if now.governance != parent.governance { view.put(now.governance) }
    if nextParameters != parameters { view.put(nextParameters) }
    if now.vesting != parent.vesting {
      if let vesting = now.vesting { view.put(vesting) } else { view.remove(Vesting.key) }
    }
    if nextSets != sets { view.put(nextSets) }
    try writePastSets()
    let used = try usedCumulative()
    let hash = header.hash(chain)
    view.put(
      ChainTip(
        height: height, timestamp: header.timestamp, headerHash: hash,
        baseFee: BaseFee.next(after: tip.baseFee, used: weightUsed, parameters: parameters)))
    let record = BlockRecord(
      headerHash: hash, timestamp: header.timestamp, transactionsRoot: transactionsRoot,
      receiptsRoot: receiptsRoot, energyCumulative: used.energy,
      transactionsCumulative: used.transactions)
    view.set(BlockRecord.key(height), record.bcs)
    view.set(CarbonStatement.key(height), statement.bcs)
  }

  /// Energy and executed transactions from block 1 on.
  private mutating func usedCumulative() throws(ExecutionError)
    -> (energy: UInt128, transactions: UInt64)
  {
    let before: BlockRecord
    do { before = try view.required(BlockRecord.key(tip.height)) } catch { throw .record(error) }
    let energy = before.energyCumulative.addingReportingOverflow(energy)
    let transactions = before.transactionsCumulative.addingReportingOverflow(executed)
    guard !energy.overflow, !transactions.overflow else { throw .overflow }
    return (energy.partialValue, transactions.partialValue)
  }
}

extension ExecutionContext {
  /// What the block writes, each key once, ascending by key.
  func changes() -> [StateChange] {
    var changes = view.changes()
    changes.reserveCapacity(2 * (accounts.entries.count + lots.entries.count) + changes.count)
    accounts.add(to: &changes)
    nodes.add(to: &changes)
    custodians.add(to: &changes)
    issuances.add(to: &changes)
    lots.add(to: &changes)
    projects.add(to: &changes)
    serialBlocks.add(to: &changes)
    requests.add(to: &changes)
    obligations.add(to: &changes)
    retirements.add(to: &changes)
    candidates.add(to: &changes)
    voters.add(to: &changes)
    stakes.add(to: &changes)
    ordered.add(to: &changes)
    return StateChange.sorted(changes)
  }
}

extension Amount {
  /// The sum, in a place where only a broken state could overflow.
  func sum(_ other: Amount) throws(ExecutionError) -> Amount {
    do { return try adding(other) } catch { throw .overflow }
  }

  /// The difference, in a place where only a broken state could underflow.
  func less(_ other: Amount) throws(ExecutionError) -> Amount {
    do { return try subtracting(other) } catch { throw .overflow }
  }
}
