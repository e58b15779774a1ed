import LedgerCore
public import LedgerState

/// Every identity of carbon and supply, recomputed from all records of one state.
///
/// Streaming: `add` each record once, in any order, then `finish`. Kept in memory are sums and what
/// the registry holds, nothing per account or block.
public struct StateInvariants {
  /// What was found.
  public struct Report: Equatable, Sendable {
    public let totals: StateTotals
    /// Empty when everything holds; at most `faultsMax`.
    public let faults: [StateFault]
  }

  /// Faults collected before the rest is left out.
  public static let faultsMax = 100

  var totals = StateTotals()
  var faults: [StateFault] = []
  var registry = RegistryTally()
  var activeFactors: [(key: StateKey, factor: ActiveFactor)] = []
  var factorRows: UInt64 = 0
  /// By number.
  var offences: [UInt64: RecordedOffence] = [:]
  var offenders: [(key: StateKey, number: UInt64)] = []
  var ordered = OrderedStructure()
  var delegation = DelegationTally()
  /// Votes against open motions, by number.
  var vetoes: [UInt64: UInt128] = [:]
  /// First and last height of each past set, by number.
  var pastSets: [UInt64: ClosedRange<UInt64>] = [:]

  public init() {}

  /// Notes a fault, up to `faultsMax`.
  mutating func note(_ fault: StateFault) {
    if faults.count < Self.faultsMax { faults.append(fault) }
  }

  /// Takes one record.
  public mutating func add(_ key: StateKey, _ value: [UInt8]) {
    totals.records += 1
    guard let kind = RecordKind(of: key) else { return note(.unknownKind(key)) }
    do throws(BCSError) { try add(kind, key, value) } catch { note(.malformed(key, error)) }
  }

  private mutating func add(_ kind: RecordKind, _ key: StateKey, _ value: [UInt8])
    throws(BCSError)
  {
    switch kind {
    case .account: try addAccount(value)
    case .nodeCarbon: try addNode(key, value)
    case .vesting:
      for share in try Vesting(bcs: value).founders { add(share.amount, to: \.eco2Vesting) }
    case .fund:
      let fund = try NeutralityFund(bcs: value)
      add(fund.eco2, to: \.eco2InFund)
      add(fund.ecc, to: \.eccInFund)
    case .rewardReserve: add(try RewardReserve(bcs: value).eco2, to: \.eco2InRewards)
    case .numberLine:
      let line = try NumberLine(bcs: value)
      totals.consumed = line.consumed
      totals.tonnesRetired = line.tonnesRetired
    case .lot, .issuance, .retirement, .obligation, .project, .custodian, .request,
      .serialBlock:
      if !(try addRegistry(kind, key, value)) { note(.unknownKind(key)) }
    case .registry: _ = try CreditRegistry(bcs: value)
    case .registrars: _ = try Registrars(bcs: value)
    case .registryBook: _ = try RegistryBook(bcs: value)
    case .fundBid: _ = try FundBid(bcs: value)
    case .activeFactor: activeFactors.append((key, try ActiveFactor(bcs: value)))
    case .factorRow:
      _ = try FactorRow(bcs: value)
      factorRows += 1
    case .tip: totals.height = try ChainTip(bcs: value).height
    case .chainFacts: _ = try ChainFacts(bcs: value)
    case .parameters: _ = try Parameters(bcs: value)
    case .block: _ = try BlockRecord(bcs: value)
    case .factorTable: _ = try FactorTableRecord(bcs: value)
    case .reserve:
      let reserve = try Reserve(bcs: value)
      totals.tonnesInReserve = reserve.tonnes
      totals.reserveObligations = reserve.obligations
    case .statement: _ = try CarbonStatement(bcs: value)
    case .validatorSets: _ = try ValidatorSets(bcs: value)
    case .pastSet: try addPastSet(key, value)
    case .candidate, .voter, .voteStake, .termRate, .keyOwner:
      if !(try delegation.add(kind, key, value)) { note(.unknownKind(key)) }
    case .delegation: _ = try Delegation(bcs: value)
    case .signedBlocks: _ = try SignedBlocks(bcs: value)
    case .motion: _ = try MotionRecord(bcs: value)
    case .motionVetoes: try addVetoes(key, value)
    case .governanceBook: _ = try GovernanceBook(bcs: value)
    case .feature: _ = try FeatureRecord(bcs: value)
    case .featureList: _ = try FeatureList(bcs: value)
    case .pastSets: _ = try PastSets(bcs: value)
    case .node: _ = try ERNode(bcs: value)
    case .bundleProgress: _ = try BundleProgress(bcs: value)
    case .offence: try addOffence(key, value)
    case .offender: offenders.append((key, try OffenderEntry(bcs: value).number))
    case .offenceCount: _ = try OffenceCount(bcs: value)
    case .orderedTree: if !(try ordered.addTree(key, value)) { note(.unknownKind(key)) }
    case .orderedPage: if !(try ordered.addPage(key, value)) { note(.unknownKind(key)) }
    }
  }

  private mutating func addVetoes(_ key: StateKey, _ value: [UInt8]) throws(BCSError) {
    let record = try MotionVetoes(bcs: value)
    guard let number = key.number else { return note(.unknownKind(key)) }
    vetoes[number] = record.votes.baseUnits
  }

  private mutating func addAccount(_ value: [UInt8]) throws(BCSError) {
    let account = try Account(bcs: value)
    totals.accounts += 1
    add(account.eco2, to: \.eco2InAccounts)
    add(account.ecc, to: \.eccInAccounts)
  }

  private mutating func addNode(_ key: StateKey, _ value: [UInt8]) throws(BCSError) {
    let node = try NodeCarbon(bcs: value)
    add(node.reserve, to: \.eccInReserves)
    add(node.withheld, to: \.eco2Withheld)
    add(node.arrears, to: \.arrears)
    if node.owes ? !node.reserve.isZero : !node.withheld.isZero { note(.node(key)) }
    if node.owes != (node.owesSince != 0) { note(.node(key)) }
  }

  private mutating func add(_ amount: Amount, to place: WritableKeyPath<StateTotals, Amount>) {
    guard let sum = try? totals[keyPath: place].adding(amount) else { return note(.overflow) }
    totals[keyPath: place] = sum
  }

  /// Checks every identity, reading single records and the statements' chain from the same state.
  public mutating func finish(reading source: inout some RecordSource) -> Report {
    totals.lots = UInt64(registry.lots.count)
    for (key, fault) in ordered.faults() { note(.ordered(key, fault)) }
    do throws(RecordError) {
      try checkRegistry(&source)
      try checkFactors(&source)
      try checkValidators(&source)
      try checkPastSets(&source)
      try checkDelegation(&source)
      try checkVetoes(&source)
      try checkStatements(&source)
      try checkOffences(&source)
    } catch { note(.unreadable(error)) }
    checkSums()
    return Report(totals: totals, faults: faults)
  }

  private mutating func checkSums() {
    guard let eco2 = totals.eco2, let ecc = totals.ecc,
      let used = StateTotals.sum([ecc, totals.consumed]), let backing = totals.eccBacking
    else { return note(.overflow) }
    if eco2 != Supply.total { note(.supply(found: eco2, expected: Supply.total)) }
    if used != backing { note(.backing(found: used, expected: backing)) }
  }

  private mutating func checkFactors(_ source: inout some RecordSource) throws(RecordError) {
    let table = try source.single(FactorTableRecord.self)
    var highest: UInt64 = 0
    for (key, active) in activeFactors {
      let row = try source.find(FactorRow.key(active.row), as: FactorRow.self)
      let isSame =
        row?.microgramsPerKilowattHour == active.microgramsPerKilowattHour
        && row.map { Array($0.regionCode.utf8) } == Array(key.bytes.dropFirst(2))
      if !isSame { note(.factor(key)) }
      highest = max(highest, active.microgramsPerKilowattHour)
    }
    if table.highest != highest || table.rows != factorRows {
      note(.factor(FactorTableRecord.key))
    }
  }
}

extension StateKey {
  /// The number in the key of a numbered record.
  var number: UInt64? {
    guard bytes.count == 10 else { return nil }
    return bytes[2...].reduce(0) { $0 << 8 | UInt64($1) }
  }
}
