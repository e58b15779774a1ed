import LedgerCore
import LedgerState

/// What operations name of credits, before any of them executes.
struct WantedCredits {
  fileprivate var ranges: [LotRange] = []
  fileprivate var splits: [SplitLot] = []
  fileprivate var deposits: [LotRange] = []
  fileprivate var retirements: [UInt64] = []
  fileprivate var decisions: [DecideRequest] = []
  fileprivate var withdrawals: [UInt64] = []
  fileprivate var obligations: [UInt64] = []
  fileprivate var batches: [CreditRequest.Onboarding.Batch] = []

  /// Takes what an operation names.
  mutating func add(_ operation: Operation) {
    switch operation {
    case .transferLot(let operation): ranges.append(operation.range)
    case .retireLot(let operation): ranges.append(operation.range)
    case .cancelLot(let operation): ranges.append(operation.range)
    case .setBuffer(let operation): ranges.append(operation.range)
    case .splitLot(let operation): splits.append(operation)
    case .depositLot(let operation):
      ranges.append(operation.range)
      deposits.append(operation.range)
    case .replaceCredits(let operation):
      ranges.append(operation.range)
      obligations.append(operation.obligation)
    case .confirmRetirement(let operation): retirements.append(operation.retirement)
    case .decideRequest(let operation): decisions.append(operation)
    case .withdrawRequest(let operation): withdrawals.append(operation.request)
    case .fileRequest(let operation): add(operation.request, lotsMax: operation.lotsMax)
    default: break
    }
  }

  /// Takes what a request is about. Of credits that are brought nothing is read that is not charged
  /// for: each range makes a lot at least.
  fileprivate mutating func add(_ request: CreditRequest, lotsMax: UInt16) {
    switch request {
    case .onboard(let onboarding):
      if request.usualLots <= lotsMax { batches += onboarding.batches }
    case .export(let range), .invalidate(let range): ranges.append(range)
    case .declare(let declaration): ranges.append(declaration.range)
    case .amend, .addRegistry: break
    }
  }
}

extension ExecutionContext {
  /// Reads records of credits that are about to be used, those that hang on others behind them.
  mutating func load(_ wanted: WantedCredits) throws(RecordError) {
    var wanted = wanted
    try obligations.load(wanted.obligations.filter { $0 < now.book.obligations }, in: &view)
    try retirements.load(wanted.retirements.filter { $0 < now.book.retirements }, in: &view)
    try loadRequests(&wanted)
    try loadLots(wanted)
    try loadBatches(wanted.batches)
  }

  /// Reads requests, and takes what those are about that may be carried out now.
  private mutating func loadRequests(_ wanted: inout WantedCredits) throws(RecordError) {
    let numbers = wanted.decisions.map(\.request) + wanted.withdrawals
    try requests.load(numbers.filter { $0 < now.book.requests }, in: &view)
    var words: [UInt64: Int] = [:]
    var filers: [AccountID] = []
    for decision in wanted.decisions where decision.approves {
      guard let record = requests.loaded(decision.request), record.standing == .pending
      else { continue }
      let approvals = words[decision.request, default: record.approvals.count] + 1
      words[decision.request] = approvals
      guard approvals == Int(registrars.threshold) else { continue }
      wanted.add(record.request, lotsMax: decision.lotsMax)
      filers.append(record.filer)
    }
    try accounts.load(filers, in: &view)
  }

  /// Reads lots; of those that are divided also their place among the serials, and of those that
  /// may enter the reserve their issuances.
  private mutating func loadLots(_ wanted: WantedCredits) throws(RecordError) {
    let named = wanted.ranges.map(\.lot) + wanted.splits.map(\.lot)
    try lots.load(named.filter { $0 < now.book.lots }, in: &view)
    let deposits = wanted.deposits.compactMap { range in
      lots.loaded(range.lot).map { (issuance: $0.issuance, start: range.start) }
    }
    try issuances.load(deposits.lazy.map(\.issuance), in: &view)
    var divided = wanted.ranges.compactMap { range in
      lots.loaded(range.lot).flatMap {
        $0.start == range.start && $0.end == range.end ? nil : $0
      }
    }
    divided += wanted.splits.compactMap { lots.loaded($0.lot) }
    try ordered.load(
      .serials, divided.map { SerialPlace(block: $0.block, start: $0.start).key }, in: &view)
    try ordered.load(
      .retirementOrder,
      deposits.compactMap { issuances.loaded($0.issuance)?.retirementKey(start: $0.start) },
      in: &view)
  }

  private mutating func loadBatches(_ batches: [CreditRequest.Onboarding.Batch])
    throws(RecordError)
  {
    try projects.load(
      batches.lazy.map { ProjectEntry.key(registry: $0.project.registry, id: $0.project.id) },
      in: &view)
    let ranges = batches.flatMap(\.ranges)
    let keys = ranges.map { SerialBlockEntry.key($0.serialBlock) }
    try serialBlocks.load(keys, in: &view)
    var places: [[UInt8]] = []
    for (range, key) in zip(ranges, keys) {
      guard let block = serialBlocks.loaded(key) else { continue }
      places.append(SerialPlace(block: block.number, start: range.end).key)
    }
    try ordered.load(.serials, places, in: &view)
  }
}
