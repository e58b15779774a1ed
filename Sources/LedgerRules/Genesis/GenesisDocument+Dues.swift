public import LedgerCore

/// What an ER Node of a genesis owes for its first block, and what it is given to pay with.
public struct GenesisDue: Hashable, Sendable {
  /// Factor in force in the node's region, µg CO2e per kWh.
  public let factor: UInt64
  /// Due for one interval, µg CO2e.
  public let first: Amount
  /// The due of `Supply.nodeReserveDays`, µg CO2e.
  public let reserve: Amount
}

extension GenesisDocument {
  /// The dues of its ER Nodes, in the document's order.
  public func dues() throws(GenesisError) -> [GenesisDue] {
    let active = activeFactors()
    let highest = active.map(\.active.microgramsPerKilowattHour).max() ?? 0
    var dues: [GenesisDue] = []
    for node in nodes {
      let region = Array(node.profile.region.utf8)
      let profile = EffectiveProfile(
        node.profile, isAttested: node.isAttested,
        regionFactor: active.first { $0.code == region }?.active.microgramsPerKilowattHour,
        highestFactor: highest, parameters: parameters)
      dues.append(
        GenesisDue(
          factor: profile.factor, first: try due(profile, milliseconds: interval),
          reserve: try due(
            profile, milliseconds: Supply.nodeReserveDays * Supply.millisecondsPerDay)))
    }
    return dues
  }

  private func due(_ profile: EffectiveProfile, milliseconds: UInt64) throws(GenesisError)
    -> Amount
  {
    guard
      let units = Dues.numerator(
        profile, milliseconds: milliseconds, percent: 100 + parameters.dueMarginPercent)
    else { throw .overflow }
    return Amount(CarriedDivision.divide(units, by: Dues.unit, credit: 0).quotient)
  }
}
