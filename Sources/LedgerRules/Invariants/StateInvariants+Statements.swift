import LedgerCore
import LedgerState

extension StateInvariants {
  /// Each block's statement follows from the one before it, the last one is what the records say,
  /// and the block rewards given are those of the schedule.
  mutating func checkStatements(_ source: inout some RecordSource) throws(RecordError) {
    var before = try source.required(
      CarbonStatement.key(0), as: CarbonStatement.self)
    var given = Amount.zero
    var block = try source.required(BlockRecord.key(0), as: BlockRecord.self)
    if block.energyCumulative != 0 || block.transactionsCumulative != 0 {
      note(.statement(BlockRecord.key(0), what: "energy is used before block 1"))
    }
    while before.height < totals.height {
      let height = before.height + 1
      let next = try source.required(BlockRecord.key(height), as: BlockRecord.self)
      if next.energyCumulative < block.energyCumulative
        || next.transactionsCumulative < block.transactionsCumulative
      {
        note(
          .statement(BlockRecord.key(height), what: "less energy or transactions than before"))
      }
      block = next
      let key = CarbonStatement.key(height)
      let statement = try source.required(key, as: CarbonStatement.self)
      guard statement.height == height else {
        return note(.statement(key, what: "is of another height"))
      }
      if let what = Self.contradiction(statement, after: before) {
        note(.statement(key, what: what))
      }
      before = statement
      given = StateTotals.sum([given, BlockReward.reward(at: height)]) ?? given
    }
    let line = try source.single(NumberLine.self)
    let isSame =
      before.arrearsOpen == line.arrearsOpen && before.consumedCumulative == line.consumed
      && before.footprintCumulative == line.footprint
      && before.tonnesRetiredCumulative == line.tonnesRetired
      && before.arrearsOpen == totals.arrears
    if !isSame {
      note(.statement(CarbonStatement.key(totals.height), what: "is not what the records say"))
    }
    let left = Supply.blockRewards.saturatingSubtracting(given)
    if totals.eco2InRewards != left {
      note(
        .total(
          RewardReserve.key, what: "rewards still to give", kept: totals.eco2InRewards,
          counted: left))
    }
  }

  /// What of a statement contradicts itself or the one before it; nil when nothing does.
  static func contradiction(_ now: CarbonStatement, after before: CarbonStatement) -> String? {
    guard StateTotals.sum([now.paid, now.coveredByFund, now.arrears]) == now.due else {
      return "due is not paid + covered by the fund + arrears"
    }
    // What was in arrears and is no longer was paid late, onto the number line.
    guard let owed = StateTotals.sum([before.arrearsOpen, now.arrears]), owed >= now.arrearsOpen
    else { return "more arrears are open than were booked" }
    let late = owed.saturatingSubtracting(now.arrearsOpen)
    let consumed = StateTotals.sum([
      before.consumedCumulative, now.paid, now.coveredByFund, now.fundOverhead,
      now.operationCharges, late,
    ])
    guard consumed == now.consumedCumulative else {
      return "cumulative consumption is not the sum of what was paid"
    }
    guard
      let least = StateTotals.sum([before.footprintCumulative, now.footprint]),
      now.footprintCumulative >= least
    else { return "the cumulative footprint grew by less than the block's" }
    guard now.tonnesRetiredCumulative >= before.tonnesRetiredCumulative,
      UInt128(now.tonnesRetiredCumulative)
        <= now.consumedCumulative.baseUnits / Supply.microgramsPerTonne
    else { return "more tonnes are retired than were consumed" }
    let isCovered =
      now.arrearsOpen.isZero && now.consumedCumulative >= now.footprintCumulative
    guard now.covered == isCovered else { return "covered is not what its amounts say" }
    return nil
  }
}
