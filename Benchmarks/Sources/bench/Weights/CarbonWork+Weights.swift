import LedgerCore
import LedgerRules

/// What is named by weighed operations: nothing is named twice.
extension CarbonWork {
  /// An account that has no record yet.
  mutating func newAccount() -> AccountID {
    newAccounts += 1
    return CarbonNetwork.account(network.accounts + newAccounts)
  }

  /// An account of genesis that has sent nothing yet.
  mutating func freshAccount() -> AccountID {
    freshAccounts += 1
    return CarbonNetwork.account(network.accounts - freshAccounts)
  }

  /// A part in the middle of a lot, and who owns it.
  mutating func part() throws -> (range: LotRange, owner: AccountID) {
    let (number, lot) = try lot()
    let third = lot.count / 3
    return (
      LotRange(lot: number, start: lot.start + third, end: lot.start + 2 * third), lot.owner
    )
  }

  /// A lot in the reserve.
  mutating func reserved() throws -> LotRange? {
    reservedLots += 1
    let number = 10 * reservedLots
    var queries = LedgerQueries(chain.state)
    guard CarbonNetwork.isDeposited(number), let lot = try queries.lot(number),
      lot.state == .inReserve, number > 0
    else { return nil }
    return LotRange(lot: number, start: lot.start, end: lot.end)
  }

  /// So many serials in the middle of what is left of the buffer's first lot: from its end on.
  mutating func bufferPart(_ count: UInt64) -> LotRange {
    bufferTaken += count + 1
    let start = CarbonNetwork.bufferSerials - bufferTaken
    return LotRange(lot: CarbonNetwork.bufferLot, start: start, end: start + count - 1)
  }

  /// The number of a retirement that nobody has confirmed.
  mutating func retirement() -> UInt64 {
    confirmedRetirements += 1
    return confirmedRetirements
  }

  /// A request for so many ranges that are new on chain.
  mutating func onboarding(ranges: Int) -> CreditRequest {
    let project = Int.random(in: 0..<network.projects, using: &numbers)
    let place = CarbonNetwork.rangesPerProject + broughtRanges
    broughtRanges += ranges
    return CarbonNetwork.request(
      (0..<ranges).map { CarbonNetwork.range(place + $0, of: project) },
      of: CarbonNetwork.project(project), to: project)
  }
}
