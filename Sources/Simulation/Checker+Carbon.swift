import LedgerCore
import LedgerRules
import LedgerState

/// Supply and carbon: of each block's statement, and of everything a store holds.
extension Checker {
  /// The identities inside one statement, and with the one before it.
  mutating func check(_ statement: CarbonStatement, height: UInt64, by node: Int) {
    guard statement.height == height else {
      return report(.carbon, [node], "the statement of height \(height) is of another height")
    }
    let shares =
      statement.paid.baseUnits + statement.coveredByFund.baseUnits + statement.arrears.baseUnits
    // Each member's rounding up carries on by itself: its due may be a unit below in one block.
    let rounded = statement.due.baseUnits + UInt128(sets.at(height).count)
    guard statement.due.baseUnits == shares, rounded >= statement.footprint.baseUnits else {
      return report(
        .carbon, [node],
        "height \(height): due \(statement.due) is not paid \(statement.paid) + fund "
          + "\(statement.coveredByFund) + arrears \(statement.arrears)")
    }
    guard
      !statement.covered
        || (statement.arrearsOpen.isZero
          && statement.consumedCumulative >= statement.footprintCumulative)
    else {
      return report(.carbon, [node], "height \(height) says \"covered\" and is not")
    }
    let before = final(height - 1)?.results?.statement ?? (height == 1 ? .genesis : nil)
    guard let before else { return }
    let consumed =
      statement.consumedCumulative.baseUnits - before.consumedCumulative.baseUnits
    let booked =
      statement.paid.baseUnits + statement.coveredByFund.baseUnits
      + statement.fundOverhead.baseUnits + statement.operationCharges.baseUnits
    // More is consumed than booked when open arrears are paid.
    guard consumed >= booked,
      statement.footprintCumulative >= before.footprintCumulative,
      statement.tonnesRetiredCumulative >= before.tonnesRetiredCumulative
    else {
      return report(
        .carbon, [node], "height \(height) consumes \(consumed) µg and books \(booked) µg")
    }
  }

  /// A store has taken a flush: the first at each height is counted, record by record, and its root
  /// is built anew.
  mutating func checkStore(_ state: SimulatedState, node: Int) {
    let height = state.height
    guard height > countedHeight, !byzantine.contains(node) else { return }
    countedHeight = height
    do {
      let root = try AuthenticatedState(reader: state).root
      if let certified = final(height)?.stateRoot, certified != root {
        report(.roots, [node], "height \(height): the store's root is not the certified one")
      }
      check(try StoreSums(state.records), height: height, node)
    } catch {
      report(.roots, [node], "height \(height): the store cannot be read: \(error)")
    }
  }

  private mutating func check(_ sums: StoreSums, height: UInt64, _ node: Int) {
    if sums.eco2 != Supply.total.baseUnits {
      report(
        .supply, [node],
        "height \(height): \(sums.eco2) base units of ECO2 instead of \(Supply.total)")
    }
    let deposited = UInt128(sums.tonnes) * Supply.microgramsPerTonne + sums.obligations
    if sums.ecc != deposited {
      report(
        .carbon, [node],
        "height \(height): \(sums.ecc) µg in ECC and consumed, \(deposited) µg deposited")
    }
    if sums.lotSerials != sums.issuedSerials {
      report(
        .carbon, [node],
        "height \(height): lots of \(sums.lotSerials) serials, \(sums.issuedSerials) were issued")
    }
    if sums.reserveSerials != sums.reserveTonnes {
      report(
        .carbon, [node],
        "height \(height): \(sums.reserveSerials) t in lots of the reserve, "
          + "\(sums.reserveTonnes) t by its record")
    }
  }
}

/// What all records of a store add up to.
struct StoreSums {
  /// ECO2 base units, wherever they are.
  private(set) var eco2: UInt128 = 0
  /// µg: ECC in balances, reserves and the fund, and what was consumed.
  private(set) var ecc: UInt128 = 0
  /// Tonnes in reserve and retired, as the records of both say.
  private(set) var tonnes: UInt64 = 0
  private(set) var reserveTonnes: UInt64 = 0
  /// µg that are owed to the reserve.
  private(set) var obligations: UInt128 = 0
  /// Serials of all lots, of those in the reserve, and of all issuances; each is a tonne here.
  private(set) var lotSerials: UInt64 = 0
  private(set) var reserveSerials: UInt64 = 0
  private(set) var issuedSerials: UInt64 = 0

  init(_ records: [StateRecord]) throws(BCSError) {
    for record in records { try add(record) }
  }

  private mutating func add(_ record: StateRecord) throws(BCSError) {
    let value = record.value
    switch RecordKind(of: record.key) {
    case .account:
      let account = try Account(bcs: value)
      eco2 += account.eco2.baseUnits
      ecc += account.ecc.baseUnits
    case .vesting:
      for share in try Vesting(bcs: value).founders { eco2 += share.amount.baseUnits }
    case .nodeCarbon:
      let node = try NodeCarbon(bcs: value)
      eco2 += node.withheld.baseUnits
      ecc += node.reserve.baseUnits
    case .fund:
      let fund = try NeutralityFund(bcs: value)
      eco2 += fund.eco2.baseUnits
      ecc += fund.ecc.baseUnits
    case .voter:
      let voter = try Voter(bcs: value)
      eco2 += voter.locked.baseUnits
      for unlock in voter.unlocks { eco2 += unlock.amount.baseUnits }
    case .candidate: eco2 += try Candidate(bcs: value).bond.baseUnits
    case .delegation: eco2 += try Delegation(bcs: value).unclaimed.baseUnits
    case .rewardReserve: eco2 += try RewardReserve(bcs: value).eco2.baseUnits
    case .numberLine:
      let line = try NumberLine(bcs: value)
      ecc += line.consumed.baseUnits
      tonnes += line.tonnesRetired
    case .reserve:
      let reserve = try Reserve(bcs: value)
      reserveTonnes = reserve.tonnes
      tonnes += reserveTonnes
      obligations = reserve.obligations.baseUnits
    case .lot:
      let lot = try Lot(bcs: value)
      lotSerials += lot.count
      if lot.state == .inReserve { reserveSerials += lot.count }
    case .issuance:
      let range = try Issuance(bcs: value).range
      issuedSerials += range.end - range.start + 1
    case .registryBook:
      let book = try RegistryBook(bcs: value)
      eco2 += book.deposits.baseUnits + book.bonds.baseUnits
    default: break
    }
  }
}
