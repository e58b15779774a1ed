public import LedgerCore

/// What the neutrality fund bids for today: ECC against ECO2, at a price that rises by 1 % with
/// each step until the day ends (carbon rules, "Where ECC comes from").
public struct FundBid: SingleRecord {
  public static var kind: RecordKind { .fundBid }

  /// Milliseconds since 1970-01-01 UTC.
  public var openedAt: UInt64
  /// µg CO2e still wanted.
  public var left: Amount

  init(openedAt: UInt64, left: Amount = .zero) {
    self.openedAt = openedAt
    self.left = left
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    openedAt = try reader.u64("opened at")
    left = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(openedAt)
    left.encode(into: &writer)
  }

  /// The price at a time, ECO2 base units per tonne: each step adds a hundredth, rounded up.
  public func price(at time: UInt64, _ parameters: FundParameters) -> Amount {
    let max = parameters.bidPriceMax.baseUnits
    var price = parameters.bidPriceMin.baseUnits
    let elapsed = time > openedAt ? time - openedAt : 0
    // A bid lasts a day at most, but for outages: more steps than that change nothing.
    let steps = min(elapsed / parameters.bidStepMilliseconds, RulesLimits.bidStepsMax)
    for _ in 0..<steps where price < max { price += (price + 99) / 100 }
    return Amount(min(price, max))
  }
}
