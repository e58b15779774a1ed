public import LedgerCore
public import LedgerState

/// What a genesis document makes: the state of height 0.
public struct InitialState: Hashable, Sendable {
  public let chain: ChainID
  /// Every record, ascending by key.
  public let changes: [StateChange]
  /// Decides height 1, and height 2 too.
  public let validators: ValidatorSet
}

extension GenesisDocument {
  /// Checks every rule of genesis and builds the state of height 0.
  ///
  /// ECO2 is divided as `Supply` says. The lots create ECC: each ER Node's reserve gets its due
  /// for `Supply.nodeReserveDays`, the fund `Supply.fundTonnes`, accounts their allocations, the
  /// depositor the rest; so ECC in existence equals what the lots hold from block 0 on.
  public func initialState() throws(GenesisError) -> InitialState {
    try check()
    guard let validators else { throw .nodeCount(nodes.count) }
    let chain = chainID
    var records = RecordList()
    addChain(chain, to: &records)
    let active = activeFactors()
    addFactors(active, to: &records)
    let reserves = try addNodes(active, to: &records)
    try addBalances(nodeReserves: reserves, to: &records)
    try addLots(to: &records)
    addVesting(to: &records)
    records.add(ValidatorSets(current: validators, following: validators))
    records.add(RewardReserve(eco2: Supply.blockRewards))
    try addCandidates(to: &records)
    records.add(GovernanceBook())
    records.add(NumberLine())
    return InitialState(chain: chain, changes: records.sorted(), validators: validators)
  }

  private func addChain(_ chain: ChainID, to records: inout RecordList) {
    let hash = Digest(chain.bytes)
    records.add(
      ChainFacts(
        network: network, isTest: isTest, genesisTime: genesisTime, interval: interval))
    records.add(parameters)
    records.add(
      ChainTip(
        height: 0, timestamp: genesisTime, headerHash: hash, baseFee: parameters.baseFeeFloor))
    let empty = MerkleTree.root(leaves: [])
    records.add(
      BlockRecord.key(0),
      BlockRecord(
        headerHash: hash, timestamp: genesisTime, transactionsRoot: empty, receiptsRoot: empty))
    records.add(CarbonStatement.key(0), CarbonStatement.genesis)
  }

  /// For each region the row in force: the latest year, of one year the highest, of equal ones the
  /// first. Ascending by region code.
  func activeFactors() -> [(code: [UInt8], active: ActiveFactor)] {
    let order = factors.indices.sorted { left, right in
      let (a, b) = (factors[left], factors[right])
      if !a.regionCode.utf8.elementsEqual(b.regionCode.utf8) {
        return a.regionCode.utf8.lexicographicallyPrecedes(b.regionCode.utf8)
      }
      if a.year != b.year { return a.year > b.year }
      if a.microgramsPerKilowattHour != b.microgramsPerKilowattHour {
        return a.microgramsPerKilowattHour > b.microgramsPerKilowattHour
      }
      return left < right
    }
    var active: [(code: [UInt8], active: ActiveFactor)] = []
    for row in order {
      let code = Array(factors[row].regionCode.utf8)
      guard active.last?.code != code else { continue }
      let factor = factors[row].microgramsPerKilowattHour
      active.append(
        (code, ActiveFactor(row: UInt64(row), microgramsPerKilowattHour: factor)))
    }
    return active
  }

  private func addFactors(
    _ active: [(code: [UInt8], active: ActiveFactor)], to records: inout RecordList
  ) {
    for (row, factor) in factors.enumerated() {
      records.add(FactorRow.key(UInt64(row)), factor)
    }
    for (code, factor) in active { records.add(ActiveFactor.kind.key(code), factor) }
    let highest = active.map(\.active.microgramsPerKilowattHour).max() ?? 0
    records.add(FactorTableRecord(rows: UInt64(factors.count), highest: highest))
  }

  /// Adds the ER Nodes, each with its first reserve; returns the reserves' sum.
  private func addNodes(
    _ active: [(code: [UInt8], active: ActiveFactor)], to records: inout RecordList
  ) throws(GenesisError) -> Amount {
    let highest = active.map(\.active.microgramsPerKilowattHour).max() ?? 0
    var total = Amount.zero
    for node in nodes {
      let region = Array(node.profile.region.utf8)
      let profile = EffectiveProfile(
        node.profile, isAttested: node.isAttested,
        regionFactor: active.first { $0.code == region }?.active.microgramsPerKilowattHour,
        highestFactor: highest, parameters: parameters)
      guard
        let units = Dues.numerator(
          profile, milliseconds: Supply.nodeReserveDays * Supply.millisecondsPerDay,
          percent: 100 + parameters.dueMarginPercent)
      else { throw .overflow }
      let reserve = Amount(CarriedDivision.divide(units, by: Dues.unit, credit: 0).quotient)
      total = try total.genesisSum(reserve)
      let attestedUntil =
        node.isAttested ? genesisTime + Supply.attestationDays * Supply.millisecondsPerDay : 0
      records.add(
        NodeCarbon.key(node.account),
        NodeCarbon(profile: node.profile, attestedUntil: attestedUntil, reserve: reserve))
      records.add(
        ERNode.key(node.account),
        ERNode(
          name: node.name, consensusKey: node.consensusKey, transportKey: node.transportKey,
          endpoint: node.endpoint))
      records.add(BundleProgress.key(node.account), BundleProgress())
    }
    return total
  }

  /// The bonds of all nodes: the operating committee's share pays them.
  private func bonds() throws(GenesisError) -> Amount {
    do { return try parameters.elections.bond.multiplied(by: UInt128(nodes.count)) } catch {
      throw .overflow
    }
  }

  /// The nodes are the first candidates, in the order of the document, and nobody votes for them
  /// yet. Those behind the seats are the first term's standbys.
  private func addCandidates(to records: inout RecordList) throws(GenesisError) {
    for (number, node) in nodes.enumerated() {
      records.add(
        Candidate.key(node.account),
        Candidate(number: UInt64(number), bond: parameters.elections.bond))
      records.add(
        KeyOwner.key(node.consensusKey), KeyOwner(account: node.account))
      records.add(
        KeyOwner.key(node.transportKey), KeyOwner(account: node.account))
    }
    var delegation = Delegation(candidates: UInt64(nodes.count), bonds: try bonds())
    let seats = Int(clamping: parameters.elections.seats)
    delegation.standbys = nodes.dropFirst(seats).prefix(seats).map(\.account)
    records.add(delegation)
  }

  private func addBalances(nodeReserves: Amount, to records: inout RecordList)
    throws(GenesisError)
  {
    var tonnes: UInt128 = 0
    for lot in lots { tonnes += UInt128(lot.tonnes) }
    let created = Amount(tonnes * Supply.microgramsPerTonne)
    let fund = Amount(Supply.fundTonnes * Supply.microgramsPerTonne)
    var eco2 = Amount.zero
    var needed = try nodeReserves.genesisSum(fund)
    for allocation in allocations {
      eco2 = try eco2.genesisSum(allocation.eco2)
      needed = try needed.genesisSum(allocation.ecc)
    }
    eco2 = try eco2.genesisSum(try bonds())
    guard eco2 <= Supply.operatingCommittee else {
      throw .allocationsTooLarge(total: eco2, available: Supply.operatingCommittee)
    }
    guard needed <= created else {
      throw .reserveTooSmall(needed: needed, available: created)
    }
    var balances = allocations
    balances.append(
      GenesisAllocation(
        account: operatingCommittee, eco2: Supply.operatingCommittee.saturatingSubtracting(eco2),
        ecc: .zero))
    balances.append(
      GenesisAllocation(
        account: depositor, eco2: .zero, ecc: created.saturatingSubtracting(needed)))
    balances.sort { $0.account < $1.account }
    var index = 0
    while index < balances.count {
      let account = balances[index].account
      var record = Account()
      while index < balances.count, balances[index].account == account {
        record.eco2 = try record.eco2.genesisSum(balances[index].eco2)
        record.ecc = try record.ecc.genesisSum(balances[index].ecc)
        index += 1
      }
      records.add(Account.key(account), record)
    }
    records.add(NeutralityFund(eco2: Supply.neutralityFund, ecc: fund))
  }

  private func addVesting(to records: inout RecordList) {
    let shares = founders.map { Vesting.Share(account: $0.account, amount: $0.amount) }
    records.add(
      Vesting(
        releases: Supply.vestingMonths.map { CivilDate.time(genesisTime, addingMonths: $0) },
        founders: shares.sorted { $0.account < $1.account }))
  }
}

/// The records of a new state.
struct RecordList {
  private var changes: [StateChange] = []

  mutating func add(_ key: StateKey, _ record: some LedgerRecord) {
    changes.append(StateChange(key: key, value: record.bcs))
  }

  mutating func add(_ more: [StateChange]) { changes += more }

  mutating func add<Record: SingleRecord>(_ record: Record) { add(Record.key, record) }

  func sorted() -> [StateChange] { changes.sorted { $0.key < $1.key } }
}
