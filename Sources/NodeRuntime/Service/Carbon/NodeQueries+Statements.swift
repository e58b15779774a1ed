import LedgerCore
import LedgerRules
import NodeAPI
import NodeAnswers

/// Sums of carbon statements.
extension NodeQueries {
  func statements(from: UInt64, to: UInt64, buckets: Int)
    async throws(NodeServiceError) -> StatementRangeAnswer?
  {
    guard from > 0, from <= to, to - from < CarbonFormat.rangeBlocksMax,
      to <= board.standing.height
    else { return nil }
    return try await carbon { reader in
      var sums = try StatementSums(from: from, &reader)
      var parts: [StatementSumsAnswer] = []
      var part = sums
      let count = to - from + 1
      let bucketCount = UInt64(max(0, min(buckets, CarbonFormat.bucketsMax)))
      for height in from...to {
        guard let statement = try reader.queries.statement(height),
          let block = try reader.queries.block(height)
        else { throw NodeServiceError.storeFailed("block \(height) has no statement") }
        sums.add(statement, at: block.timestamp)
        part.add(statement, at: block.timestamp)
        let done = height - from + 1
        // A part ends where its share of all blocks is reached: parts differ by one block at most.
        if bucketCount > 0, done * bucketCount / count > (done - 1) * bucketCount / count {
          parts.append(part.answer)
          part = StatementSums(after: part)
        }
      }
      let first = try reader.queries.firstRetirement(from: from)
      let end = try reader.queries.firstRetirement(from: to + 1)
      var retirements: [RetirementAnswer] = []
      for number in first..<max(first, end)
      where retirements.count < CarbonFormat.rangeRetirementsMax {
        if let retirement = try reader.retirement(number) { retirements.append(retirement) }
      }
      return StatementRangeAnswer(
        sums: sums.answer, buckets: parts, retirementCount: end - min(first, end),
        retirements: retirements)
    }
  }
}

extension NodeQueries {
  func indicators(from: UInt64, to: UInt64) async throws(NodeServiceError) -> IndicatorsAnswer? {
    guard to <= board.standing.height else { return nil }
    return try await carbon { try $0.indicators(from: from, to: to) }
  }
}

/// Statements of blocks that follow each other, summed.
private struct StatementSums {
  private var from: UInt64
  private var to: UInt64
  private var timestampFrom: UInt64 = 0
  private var timestampTo: UInt64 = 0
  /// Of the statement before the first and of the last.
  private var before: CarbonStatement
  private var last: CarbonStatement
  /// Sums of what `summed` names.
  private var total = CarbonStatement()
  private var notCovered: UInt64 = 0

  /// Nothing yet, of the blocks from a height on.
  init(from height: UInt64, _ reader: inout CarbonReader) throws(RecordError) {
    from = height
    to = height - 1
    before = try reader.queries.statement(height - 1) ?? .genesis
    last = before
  }

  /// Nothing yet, of the blocks behind those of another sum.
  init(after other: StatementSums) {
    from = other.to + 1
    to = other.to
    before = other.last
    last = other.last
  }

  mutating func add(_ statement: CarbonStatement, at timestamp: UInt64) {
    if to < from { timestampFrom = timestamp }
    timestampTo = timestamp
    to = statement.height
    last = statement
    for amount in Self.summed {
      total[keyPath: amount] = Self.sum(total[keyPath: amount], statement[keyPath: amount])
    }
    if !statement.covered { notCovered += 1 }
  }

  private static let summed: [any WritableKeyPath<CarbonStatement, Amount> & Sendable] = [
    \.footprint, \.due, \.paid, \.coveredByFund, \.arrears, \.overheadDue, \.fundOverhead,
    \.operationCharges,
  ]

  /// All amounts of all blocks together are below what was ever brought: no sum overflows.
  private static func sum(_ one: Amount, _ other: Amount) -> Amount {
    (try? one.adding(other)) ?? .max
  }

  var answer: StatementSumsAnswer {
    StatementSumsAnswer(
      from: from, to: to, timestampFrom: timestampFrom, timestampTo: timestampTo,
      footprint:
        "\(last.footprintCumulative.saturatingSubtracting(before.footprintCumulative))",
      nodesFootprint: "\(total.footprint)", due: "\(total.due)", paid: "\(total.paid)",
      fund: "\(total.coveredByFund)", arrears: "\(total.arrears)",
      overheadDue: "\(total.overheadDue)", fundOverhead: "\(total.fundOverhead)",
      charges: "\(total.operationCharges)",
      consumed: "\(last.consumedCumulative.saturatingSubtracting(before.consumedCumulative))",
      arrearsOpen: "\(last.arrearsOpen)",
      tonnesRetired: last.tonnesRetiredCumulative
        - min(last.tonnesRetiredCumulative, before.tonnesRetiredCumulative),
      blocksNotCovered: notCovered, covered: notCovered == 0)
  }
}
