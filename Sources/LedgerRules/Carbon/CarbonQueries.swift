public import LedgerCore

/// The factor in force in a region, with where it comes from.
public struct FactorInForce: Hashable, Sendable {
  /// The row's number in the append-only table.
  public let row: UInt64
  public let factor: FactorRow
}

extension LedgerQueries {
  /// The carbon statement of a block; nil when there is no such block.
  public mutating func statement(_ height: UInt64) throws(RecordError) -> CarbonStatement? {
    try find(CarbonStatement.key(height))
  }

  /// Profile, reserve and debts of an ER Node; nil when the account is none.
  public mutating func nodeCarbon(_ account: AccountID) throws(RecordError) -> NodeCarbon? {
    try find(NodeCarbon.key(account))
  }

  /// Members of the set deciding the next height that owe carbon dues, by index.
  public mutating func debtors() throws(RecordError) -> Set<Int> {
    var debtors: Set<Int> = []
    for (index, member) in try validatorSets().current.members.enumerated()
    where try nodeCarbon(member.account)?.owes == true {
      debtors.insert(index)
    }
    return debtors
  }

  /// The neutrality fund.
  public mutating func fund() throws(RecordError) -> NeutralityFund { try single() }

  /// What was consumed, retired and used so far.
  public mutating func numberLine() throws(RecordError) -> NumberLine { try single() }

  /// The reserve's extent.
  public mutating func reserve() throws(RecordError) -> Reserve { try single() }

  /// The factor in force in a region; nil when the table has no such region.
  public mutating func factor(region: String) throws(RecordError) -> FactorInForce? {
    guard let active = try find(ActiveFactor.key(region: region), as: ActiveFactor.self) else {
      return nil
    }
    guard let row = try find(FactorRow.key(active.row), as: FactorRow.self) else {
      throw .missing(key: FactorRow.key(active.row))
    }
    return FactorInForce(row: active.row, factor: row)
  }

  /// A row of the factor table by its number, from 0; nil when there is none.
  public mutating func factorRow(_ row: UInt64) throws(RecordError) -> FactorRow? {
    try find(FactorRow.key(row))
  }

  /// ECC in existence, µg: what backs it or did, less what was consumed of it.
  public mutating func eccSupply() throws(RecordError) -> Amount {
    let reserve = try reserve()
    let line = try numberLine()
    let tonnes = UInt128(reserve.tonnes) + UInt128(line.tonnesRetired)
    let backing = Amount(tonnes * Supply.microgramsPerTonne)
    return (try? backing.adding(reserve.obligations))?.saturatingSubtracting(line.consumed)
      ?? .max
  }

  /// The fund's bid of the day.
  public mutating func fundBid() throws(RecordError) -> FundBid { try single() }

  /// What carbon charge and network fee a transaction would cost in the next block, without
  /// creation fees. The base fee may have risen by an eighth a block when it gets its turn.
  ///
  /// - Parameter byteCount: the signed transaction's bytes.
  public mutating func price(byteCount: Int, signatureCount: Int, operations: [Operation])
    throws(RecordError) -> (charge: Amount, fee: Amount)
  {
    try tariff().price(
      byteCount: byteCount, signatureCount: signatureCount, operations: operations)
  }

  /// What decides the price of every transaction in the next block.
  public mutating func tariff() throws(RecordError) -> Tariff {
    let parameters = try parameters()
    let tip = try tip()
    let highest = try single(FactorTableRecord.self).highest
    var profiles: [EffectiveProfile] = []
    for member in try validatorSets().current.members {
      guard let node = try nodeCarbon(member.account) else { continue }
      let active = try find(
        ActiveFactor.key(region: node.profile.region), as: ActiveFactor.self)
      profiles.append(
        EffectiveProfile(
          node.profile, isAttested: node.attestedUntil > tip.timestamp,
          regionFactor: active?.microgramsPerKilowattHour, highestFactor: highest,
          parameters: parameters))
    }
    return Tariff(
      parameters: parameters, baseFee: tip.baseFee,
      charges: OperationCharge(profiles, parameters: parameters))
  }
}

/// The prices of one block: asked once of the state, then of nobody.
public struct Tariff: Hashable, Sendable {
  /// In force.
  public let parameters: Parameters
  /// ECO2 base units per unit of weight.
  public let baseFee: Amount
  let charges: OperationCharge

  /// Carbon charge and network fee of a transaction, without creation fees.
  ///
  /// - Parameter byteCount: the signed transaction's bytes.
  public func price(byteCount: Int, signatureCount: Int, operations: [Operation])
    -> (charge: Amount, fee: Amount)
  {
    let work = Work(
      byteCount: byteCount, signatureCount: signatureCount, operations: operations,
      parameters: parameters)
    return (charges.charge(work), Amount(work.weight(parameters) * baseFee.baseUnits))
  }
}
