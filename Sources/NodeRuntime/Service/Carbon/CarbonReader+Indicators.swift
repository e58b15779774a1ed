import LedgerCore
import LedgerRules
import NodeAnswers

/// Sustainability indicators, as the API says them.
extension CarbonReader {
  /// Of the blocks `from … to`; nil when one of them is not there.
  mutating func indicators(from: UInt64, to: UInt64) throws(RecordError) -> IndicatorsAnswer? {
    guard let usage = try queries.usage(from: from, to: to) else { return nil }
    return IndicatorsAnswer(
      isTest: network == .test, from: from, to: to, timestampFrom: usage.timestampFrom,
      timestampTo: usage.timestampTo, transactions: usage.transactions,
      energy: "\(usage.energy)", footprint: "\(usage.footprint)", consumed: "\(usage.consumed)",
      tonnesRetired: usage.tonnesRetired, covered: usage.last.covered,
      indicators: Self.indicators(of: usage))
  }

  private static let nothingExecuted = "no transaction was executed in these blocks"

  private static func indicators(of usage: NetworkUsage) -> [IndicatorAnswer] {
    let footprint = usage.footprint.baseUnits
    let kilowattHour = NetworkUsage.femtojoulesPerKilowattHour
    let (tonne, kilogram): (UInt128, UInt128) = (1_000_000_000_000, 1_000_000_000)
    let perTransaction = usage.transactions == 0 ? nothingExecuted : nil
    return [
      IndicatorAnswer(
        field: "S.8", name: "energy-consumption",
        value: usage.perYear(usage.energy).map {
          DecimalText.rounded($0, per: kilowattHour, digits: 5)
        }, unit: "kWh/a",
        note: "by the profiles that dues are charged by, for 365 days at the rate of this time"),
      IndicatorAnswer(
        field: "S.10", name: "renewable-energy-share", unit: "%",
        note:
          "not known to the chain: it knows average factors of grid regions, not where a node's "
          + "electricity comes from"),
      IndicatorAnswer(
        field: "S.11", name: "energy-intensity",
        value: usage.perTransaction(usage.energy).map {
          DecimalText.rounded($0, per: kilowattHour, digits: 9)
        }, unit: "kWh/transaction", note: perTransaction),
      IndicatorAnswer(
        field: "S.12", name: "scope-1-emissions", unit: "t CO2e/a",
        note: "not known to the chain: all energy counts as drawn from the grid, under scope 2; "
          + "fuel burnt on a site would come on top"),
      IndicatorAnswer(
        field: "S.13", name: "scope-2-emissions",
        value: usage.perYear(footprint).map {
          DecimalText.rounded($0, per: tonne, digits: 5)
        }, unit: "t CO2e/a",
        note: "location-based, by the factors in force, before any credit is counted"),
      IndicatorAnswer(
        field: "S.14", name: "greenhouse-gas-intensity",
        value: usage.perTransaction(footprint).map {
          DecimalText.rounded($0, per: kilogram, digits: 9)
        }, unit: "kg CO2e/transaction", note: perTransaction),
    ]
  }
}
