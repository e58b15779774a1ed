public import LedgerCore

/// What the network used over some blocks, as their records say it: nodes, overhead and operations,
/// the boundary of `CarbonStatement.footprintCumulative`.
public struct NetworkUsage: Hashable, Sendable {
  /// When the time begins that the first block's dues are for; milliseconds since 1970-01-01 UTC.
  public let timestampFrom: UInt64
  /// The last block's timestamp.
  public let timestampTo: UInt64
  /// fJ, by the profiles that dues are charged by.
  public let energy: UInt128
  /// µg CO2e.
  public let footprint: Amount
  /// Consumed on the number line, µg CO2e.
  public let consumed: Amount
  /// Transactions that were executed.
  public let transactions: UInt64
  /// Tonnes retired from the number line.
  public let tonnesRetired: UInt64
  /// The statement of the last block.
  public let last: CarbonStatement

  public static let femtojoulesPerKilowattHour: UInt128 = 3_600_000_000_000_000_000_000
  /// 365 days.
  private static let yearMilliseconds: UInt128 = 31_536_000_000

  /// The time that is charged, milliseconds.
  public var milliseconds: UInt64 { timestampTo - min(timestampFrom, timestampTo) }

  /// As much in a year of 365 days, to the nearest; nil without time, or beyond 128 bits.
  public func perYear(_ amount: UInt128) -> UInt128? {
    guard milliseconds > 0 else { return nil }
    let time = UInt128(milliseconds)
    let (whole, rest) = amount.quotientAndRemainder(dividingBy: time)
    // The rest is below 2^64, the year below 2^35.
    let part = (rest * Self.yearMilliseconds + time / 2) / time
    let (product, overflow) = whole.multipliedReportingOverflow(by: Self.yearMilliseconds)
    let (sum, carry) = product.addingReportingOverflow(part)
    return overflow || carry ? nil : sum
  }

  /// The mean of a transaction, to the nearest; nil without transactions.
  public func perTransaction(_ amount: UInt128) -> UInt128? {
    guard transactions > 0 else { return nil }
    let count = UInt128(transactions)
    let (whole, rest) = amount.quotientAndRemainder(dividingBy: count)
    return whole + (rest >= count - rest ? 1 : 0)
  }
}

extension LedgerQueries {
  /// What the blocks `from … to` used; nil unless 1 ≤ from ≤ to ≤ the state's height. Reads six
  /// records, however many blocks it is about.
  public mutating func usage(from: UInt64, to: UInt64) throws(RecordError) -> NetworkUsage? {
    guard from > 0, from <= to, to <= (try tip().height) else { return nil }
    guard let before = try block(from - 1), let last = try block(to),
      let first = try block(from), let then = try statement(from - 1),
      let now = try statement(to)
    else { throw .missing(key: BlockRecord.key(from)) }
    // Block 1 is charged for one interval, however long after genesis it came.
    let start =
      from == 1
      ? first.timestamp - min(first.timestamp, try chainFacts().interval) : before.timestamp
    return NetworkUsage(
      timestampFrom: start, timestampTo: last.timestamp,
      energy: last.energyCumulative - min(last.energyCumulative, before.energyCumulative),
      footprint: now.footprintCumulative.saturatingSubtracting(then.footprintCumulative),
      consumed: now.consumedCumulative.saturatingSubtracting(then.consumedCumulative),
      transactions: last.transactionsCumulative
        - min(last.transactionsCumulative, before.transactionsCumulative),
      tonnesRetired: now.tonnesRetiredCumulative
        - min(now.tonnesRetiredCumulative, then.tonnesRetiredCumulative), last: now)
  }
}
