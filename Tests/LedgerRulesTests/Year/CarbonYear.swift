import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// A chain of the real rules and the model beside it, block by block through a story.
///
/// `Execution.run` executes every block, as in a node; what a node does around it is left out:
/// votes and certificates, and the state's tree with its root, which no rule reads. Primaries are
/// those of `Schedule`, with the debtors that execution has named.
struct CarbonYear {
  /// Where rules and model part, or something is not as the issue demands.
  struct Difference: Error, CustomStringConvertible {
    let description: String
  }

  var network: TestNetwork
  var model: YearModel
  var story: YearStory
  var figures = YearFigures()
  /// Slots of 10 s from block to block.
  let pace: UInt64
  /// Whether block records and statements that no rule reads any more are dropped: 3 million of
  /// them would not fit in memory.
  let forgets: Bool
  private let indices: [AccountID: Int]
  private let keys: [StateKey]
  private var sequences: [AccountID: UInt64] = [:]
  private var set: ValidatorSet
  private var debtors: Set<Int> = []
  private(set) var statement = CarbonStatement.genesis

  init(_ document: GenesisDocument, story: YearStory, pace: UInt64, forgets: Bool) throws {
    network = try TestNetwork(document)
    model = YearModel(document)
    self.story = story
    self.pace = pace
    self.forgets = forgets
    set = try #require(document.validators)
    let accounts = document.nodes.map(\.account)
    indices = Dictionary(uniqueKeysWithValues: accounts.enumerated().map { ($1, $0) })
    keys = model.nodes.map { NodeCarbon.key($0.account) }
  }

  func differs(_ what: String, _ found: Any, _ expected: Any) -> Difference {
    Difference(description: "height \(model.height): \(what): \(found), not \(expected)")
  }

  // MARK: A block

  /// Where blocks are far apart, every third follows at once.
  private var slots: UInt64 { pace > 1 && (model.height + 1) % 3 == 0 ? 1 : pace }

  mutating func step() throws {
    let turn = story.turn(model)
    for change in turn.changes { try make(change) }
    let transactions = try turn.orders.map { try transaction($0.sender, $0.operation) }
    let outage = turn.outageMilliseconds.map { $0 / network.document.interval }
    let author = try primary()
    let outcome = try network.run(transactions, author: author, slots: outage ?? slots)
    let expected = model.run(
      transactions, author: network.document.nodes[author].account, at: network.timestamp)
    try compare(outcome, expected)
    try compareNodes()
    try compareAccounts(of: transactions, author: author)
    try compareRetirements(expected.retired)
    try checkDefaulter(outcome.statement)
    if let what = StateInvariants.contradiction(outcome.statement, after: statement) {
      throw differs("statement", what, "sound")
    }
    for (order, receipt) in zip(turn.orders, outcome.receipts) where receipt.outcome == .applied {
      if case .sellToFund = order.operation { story.sold() }
    }
    figures.add(outcome, expected, turn, model)
    forget()
    let isEvent = !turn.changes.isEmpty || !expected.retired.isEmpty || set != outcome.validators
    set = outcome.validators
    debtors = outcome.debtors
    statement = outcome.statement
    if isEvent || outage != nil { try compareAll() }
  }

  private mutating func transaction(_ sender: AccountID, _ operation: Operation) throws
    -> Transaction
  {
    let sequence = sequences[sender, default: 0] + 1
    sequences[sender] = sequence
    return try network.sign(network.body(from: sender, sequence, [operation]))
  }

  /// Who proposes, as consensus decides it: now and then the first primary is silent.
  private mutating func primary() throws -> Int {
    let height = model.height + 1
    let schedule = Schedule(chain: network.chain, set: set)
    let member = schedule.primary(
      height: height, view: height % 97 == 0 ? 1 : 0, debtors: debtors)
    let account = set.members[member].account
    if !debtors.isEmpty {
      guard !model.owes(account) || model.current.allSatisfy({ model.nodes[$0].owes }) else {
        throw differs("primary", "a debtor", "one who owes nothing")
      }
      let first = set.members[schedule.primary(height: height, view: 0)].account
      if model.owes(first), first != account { figures.passedOver += 1 }
    }
    guard let index = indices[account] else { throw differs("primary", account, "a node") }
    return index
  }

  /// Drops what lies 128 heights back, but for the ends of sets, which evidence is judged by.
  private mutating func forget() {
    guard forgets, model.height > 128, !figures.setChanges.contains(model.height - 128) else {
      return
    }
    network.records.records[BlockRecord.key(model.height - 128)] = nil
    network.records.records[CarbonStatement.key(model.height - 128)] = nil
  }

  // MARK: Between blocks

  private mutating func make(_ change: YearStory.Change) throws {
    switch change {
    case .profile(let index, let profile):
      try rewrite(index) {
        $0.profile = profile
      } model: {
        $0.profile = profile
      }
    case .attestation(let index, let until):
      try rewrite(index) {
        $0.attestedUntil = until
      } model: {
        $0.attestedUntil = until
      }
    case .factor(let row):
      try append(row)
      model.bringIntoForce(row)
    }
  }

  private mutating func rewrite(
    _ index: Int, _ record: (inout NodeCarbon) -> Void, model change: (inout YearModel.Node) -> Void
  ) throws {
    let account = network.document.nodes[index].account
    let place = try #require(model.places[account])
    var node = try self.record(keys[place], as: NodeCarbon.self)
    record(&node)
    network.records.records[keys[place]] = node.bcs
    change(&model.nodes[place])
  }

  /// Appends a row to the factor table and brings it into force.
  private mutating func append(_ row: FactorRow) throws {
    let number = try record(FactorTableRecord.key, as: FactorTableRecord.self).rows
    let active = ActiveFactor(
      row: number, microgramsPerKilowattHour: row.microgramsPerKilowattHour)
    network.records.records[FactorRow.key(number)] = row.bcs
    network.records.records[ActiveFactor.key(region: row.regionCode)] = active.bcs
    var highest: UInt64 = 0
    for (key, value) in network.records.records where RecordKind(of: key) == .activeFactor {
      highest = max(highest, try ActiveFactor(bcs: value).microgramsPerKilowattHour)
    }
    network.records.records[FactorTableRecord.key] =
      FactorTableRecord(rows: number + 1, highest: highest).bcs
  }

  /// A record that must be there.
  func record<Record: LedgerRecord>(_ key: StateKey, as type: Record.Type) throws -> Record {
    guard let bytes = network.records.records[key] else {
      throw differs("record \(Record.kind)", "none", "one")
    }
    return try Record(bcs: bytes)
  }

  /// The carbon record of a node of the model.
  func nodeCarbon(_ place: Int) throws -> NodeCarbon {
    try record(keys[place], as: NodeCarbon.self)
  }

  func candidate(_ place: Int) throws -> Candidate {
    try record(Candidate.key(model.nodes[place].account), as: Candidate.self)
  }
}
