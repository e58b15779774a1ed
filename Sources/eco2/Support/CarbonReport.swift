import LedgerClient
import LedgerCore
import NodeAnswers

/// Carbon statements of a range of any length, summed part by part.
struct CarbonReport {
  let answer: StatementRangeAnswer
  /// A test network's, which is no environmental claim.
  let isTest: Bool

  /// Asks for as many blocks at a time as a node sums.
  init(_ ledger: Ledger, _ heights: ClosedRange<UInt64>, buckets: Int) async throws {
    let (from, to) = (heights.lowerBound, heights.upperBound)
    isTest = ledger.facts.network == .test
    if to - from < CarbonFormat.rangeBlocksMax {
      // Parts without blocks tell nothing.
      let count = min(UInt64(buckets), to - from + 1)
      answer = try await ledger.statements(heights, buckets: Int(count))
      return
    }
    var parts: [StatementSumsAnswer] = []
    var retirements: [RetirementAnswer] = []
    var retirementCount: UInt64 = 0
    let (whole, rest) = (to - from + 1).quotientAndRemainder(dividingBy: UInt64(buckets))
    var next = from
    for part in 0..<UInt64(buckets) {
      let end = next + (whole - 1) + (part < rest ? 1 : 0)
      var sums: StatementSumsAnswer?
      while next <= end {
        let last = min(end, next + (CarbonFormat.rangeBlocksMax - 1))
        let answer = try await ledger.statements(next...last)
        sums = try sums.map { try Self.sum($0, answer.sums) } ?? answer.sums
        retirementCount += answer.retirementCount
        retirements += answer.retirements
        next = last + 1
      }
      if let sums { parts.append(sums) }
    }
    guard var total = parts.first else { throw ClientError.malformedAnswer("it has no blocks") }
    for part in parts.dropFirst() { total = try Self.sum(total, part) }
    answer = StatementRangeAnswer(
      sums: total, buckets: parts, retirementCount: retirementCount,
      retirements: Array(retirements.prefix(CarbonFormat.rangeRetirementsMax)))
  }

  /// Sums of two ranges, the second behind the first.
  static func sum(_ one: StatementSumsAnswer, _ other: StatementSumsAnswer) throws
    -> StatementSumsAnswer
  {
    var sum = one
    for field in [
      \StatementSumsAnswer.footprint, \.nodesFootprint, \.due, \.paid, \.fund, \.arrears,
      \.overheadDue, \.fundOverhead, \.charges, \.consumed,
    ] {
      guard let left = UInt128(one[keyPath: field]), let right = UInt128(other[keyPath: field])
      else { throw ClientError.malformedAnswer("an amount is no number") }
      let (total, overflow) = left.addingReportingOverflow(right)
      guard !overflow else { throw ClientError.malformedAnswer("its amounts are too large") }
      sum[keyPath: field] = "\(total)"
    }
    sum.to = other.to
    sum.timestampTo = other.timestampTo
    sum.arrearsOpen = other.arrearsOpen
    sum.tonnesRetired &+= other.tonnesRetired
    sum.blocksNotCovered &+= other.blocksNotCovered
    sum.covered = one.covered && other.covered
    return sum
  }

  // MARK: Text

  var table: String {
    let sums = answer.sums
    var facts = [
      ("blocks", "\(sums.from)–\(sums.to)"),
      (
        "time",
        "\(Printing.time(milliseconds: sums.timestampFrom)) to "
          + Printing.time(milliseconds: sums.timestampTo)
      ),
      ("footprint", Printing.mass(sums.footprint)),
      ("  of ER Nodes", Printing.mass(sums.nodesFootprint)),
      ("due of ER Nodes", Printing.mass(sums.due)), ("  paid", Printing.mass(sums.paid)),
      ("  by the fund", Printing.mass(sums.fund)), ("  arrears", Printing.mass(sums.arrears)),
      (
        "overhead",
        "\(Printing.mass(sums.overheadDue)) due, \(Printing.mass(sums.fundOverhead)) paid by the "
          + "fund"
      ),
      ("charges", Printing.mass(sums.charges)), ("consumed", Printing.mass(sums.consumed)),
      ("arrears open", Printing.mass(sums.arrearsOpen)),
      ("retired", "\(sums.tonnesRetired) t of the number line"),
      (
        "covered",
        sums.covered ? "every block" : "NOT COVERED: \(sums.blocksNotCovered) blocks"
      ),
    ]
    if isTest { facts.append(("network", "test, no claim")) }
    for retirement in answer.retirements {
      facts.append(
        (
          "serials",
          "\(retirement.start)–\(retirement.end) of \(retirement.serial), "
            + "\(Printing.mass(retirement.amount)), height \(retirement.height)"
        ))
    }
    if answer.retirementCount > UInt64(answer.retirements.count) {
      facts.append(("", "\(answer.retirementCount) retirements in all"))
    }
    let parts = answer.buckets.map {
      [
        "\($0.from)–\($0.to)", Printing.mass($0.footprint), Printing.mass($0.due),
        Printing.mass($0.paid), Printing.mass($0.fund), Printing.mass($0.arrears),
        Printing.mass($0.charges), $0.covered ? "yes" : "NO",
      ]
    }
    return Printing.facts(facts) + "\n\n"
      + Printing.table(
        parts,
        header: ["blocks", "footprint", "due", "paid", "fund", "arrears", "charges", "covered"])
  }

  /// One line a part, amounts in µg CO2e.
  var csv: String {
    let header =
      "from,to,timestamp_from_ms,timestamp_to_ms,footprint_ug,nodes_footprint_ug,due_ug,paid_ug,"
      + "fund_ug,arrears_ug,overhead_due_ug,fund_overhead_ug,charges_ug,consumed_ug,"
      + "arrears_open_ug,tonnes_retired,blocks_not_covered"
    let rows = answer.buckets.map { part in
      [
        "\(part.from)", "\(part.to)", "\(part.timestampFrom)", "\(part.timestampTo)",
        part.footprint, part.nodesFootprint, part.due, part.paid, part.fund, part.arrears,
        part.overheadDue, part.fundOverhead, part.charges, part.consumed, part.arrearsOpen,
        "\(part.tonnesRetired)", "\(part.blocksNotCovered)",
      ].joined(separator: ",")
    }
    return ([header] + rows).joined(separator: "\n")
  }

  /// Footprint and what was consumed for it, a pair of bars a part.
  var svg: String {
    let sums = answer.sums
    let (from, to) = (
      Printing.time(milliseconds: sums.timestampFrom), Printing.time(milliseconds: sums.timestampTo)
    )
    let range =
      sums.from == sums.to
      ? "block \(sums.from), \(to)" : "blocks \(sums.from)–\(sums.to), \(from) to \(to)"
    return CarbonPlot(
      answer.buckets, subtitle: range + (isTest ? " · test network, no claim" : "")
    ).svg
  }
}
