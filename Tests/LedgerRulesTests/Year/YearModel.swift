import LedgerCore

@testable import LedgerRules

/// The carbon rules once more, in integers of any size and with nothing carried from block to
/// block: what a node has ever been charged is one exact sum since genesis, rounded up once.
///
/// Written from Documentation/protocol/carbon.md, with its numbers; of the rules' code it uses the
/// records' types, nothing that computes.
struct YearModel {
  typealias Big = BigUnsigned

  /// D = 3.6 × 10^17.
  static let dueUnit = Big(360_000_000_000_000_000)
  static let tonne = Big(1_000_000_000_000)
  static let day: UInt64 = 86_400_000

  struct Node {
    let account: AccountID
    var profile: EnergyProfile
    var attestedUntil: UInt64
    /// Σ mW × ms × PUE‰ × µg/kWh, over every block of a set that it was in.
    var exact = Big.zero
    /// The same without factors: Σ mW × ms × PUE‰.
    var used = Big.zero
    /// All dues and footprints so far, µg.
    var due = Big.zero
    var footprint = Big.zero
    /// Of the dues: from its reserve, by the fund, and booked as arrears when they fell due.
    var paid = Big.zero
    var covered = Big.zero
    var booked = Big.zero
    /// What it has been given for its arrears and for its debt to the fund.
    var paidLate = Big.zero
    var paidBack = Big.zero
    var reserve: Big
    var withheld = Big.zero
    var owesSince: UInt64 = 0
    var withdrawal = Big.zero
    var collectableAt: UInt64 = 0
    var jailedAt: UInt64 = 0

    var arrears: Big { booked - paidLate }
    var fundDebt: Big { covered - paidBack }
    var owes: Bool { booked != paidLate || covered != paidBack }
  }

  struct Balance: Equatable {
    var eco2 = Big.zero
    var ecc = Big.zero
  }

  struct Fund {
    var eco2: Big
    var ecc: Big
    /// What the overhead has come to and what of it was paid.
    var overhead = Big.zero
    var overheadPaid = Big.zero
    var bidOpenedAt: UInt64
    var bidLeft = Big.zero
  }

  let parameters: Parameters
  let interval: UInt64
  /// Of the last block.
  var time: UInt64
  var height: UInt64 = 0
  /// µg per kWh in force, by region.
  var factors: [String: UInt64] = [:]
  private(set) var highestFactor: UInt64 = 0
  /// In the order of their accounts.
  var nodes: [Node] = []
  private(set) var places: [AccountID: Int] = [:]
  /// Indices in `nodes` of those who decide the next height, and the one after.
  var current: [Int] = []
  var following: [Int] = []
  /// Heights whose blocks took members out, of the last two rounds.
  var departures: [UInt64] = []
  var balances: [AccountID: Balance] = [:]
  var fund: Fund
  var rewardsLeft = Big(150_000_000 * 100_000_000)
  var vesting = Big(60_000_000 * 100_000_000)
  var charges = Big.zero
  /// Σ of the footprints of all transactions' work, in 1 / U µg.
  var work = Big.zero
  /// Σ of their energy, fJ, and how many there were.
  var energyOfWork = Big.zero
  var executed: UInt64 = 0
  var pool: YearPool

  init(_ document: GenesisDocument) {
    parameters = document.parameters
    interval = document.interval
    time = document.genesisTime
    fund = Fund(
      eco2: Big(30_000_000 * 100_000_000), ecc: Big(10) * Self.tonne,
      bidOpenedAt: document.genesisTime)
    pool = YearPool(document)
    var years: [String: UInt16] = [:]
    for row in document.factors {
      let before = years[row.regionCode] ?? 0
      let isHigher = row.microgramsPerKilowattHour > factors[row.regionCode] ?? 0
      guard row.year > before || row.year == before && isHigher else { continue }
      years[row.regionCode] = row.year
      factors[row.regionCode] = row.microgramsPerKilowattHour
    }
    highestFactor = factors.values.max() ?? 0
    for node in document.nodes.sorted(by: { $0.account < $1.account }) {
      places[node.account] = nodes.count
      nodes.append(
        Node(
          account: node.account, profile: node.profile,
          attestedUntil: node.isAttested ? time + 365 * Self.day : 0, reserve: .zero))
    }
    current = Array(nodes.indices)
    following = current
    divide(document)
  }

  /// Gives away what there is at genesis.
  private mutating func divide(_ document: GenesisDocument) {
    var eco2 = Big(60_000_000 * 100_000_000)
    var ecc = Big(UInt128(pool.tonnes)) * Self.tonne - fund.ecc
    for index in nodes.indices {
      nodes[index].reserve = due(of: index, days: 90)
      ecc = ecc - nodes[index].reserve
    }
    for allocation in document.allocations {
      let given = Balance(
        eco2: Big(allocation.eco2.baseUnits), ecc: Big(allocation.ecc.baseUnits))
      add(given, to: allocation.account)
      eco2 = eco2 - given.eco2
      ecc = ecc - given.ecc
    }
    // Bonds: 10,000 ECO2 for each node.
    eco2 = eco2 - Big(UInt128(document.nodes.count) * 1_000_000_000_000)
    add(Balance(eco2: eco2), to: document.operatingCommittee)
    add(Balance(ecc: ecc), to: document.depositor)
  }

  // MARK: What is changed between blocks

  /// A new row of the factor table comes into force.
  mutating func bringIntoForce(_ row: FactorRow) {
    factors[row.regionCode] = row.microgramsPerKilowattHour
    highestFactor = factors.values.max() ?? 0
  }

  // MARK: Small questions

  func owes(_ account: AccountID) -> Bool { places[account].map { nodes[$0].owes } ?? false }

  func balance(_ account: AccountID) -> Balance { balances[account] ?? Balance() }

  mutating func add(_ given: Balance, to account: AccountID) {
    let before = balance(account)
    balances[account] = Balance(eco2: before.eco2 + given.eco2, ecc: before.ecc + given.ecc)
  }

  mutating func take(_ taken: Balance, from account: AccountID) {
    let before = balance(account)
    balances[account] = Balance(eco2: before.eco2 - taken.eco2, ecc: before.ecc - taken.ecc)
  }

  /// What a node counts as at the last block's time.
  func effective(_ index: Int) -> (milliwatts: UInt64, pue: UInt64, factor: UInt64) {
    let node = nodes[index]
    let isAttested = time < node.attestedUntil
    let floor =
      isAttested
      ? parameters.tierFloors[Int(node.profile.tier.rawValue)] : parameters.unattestedFloor
    let regional = factors[node.profile.region] ?? highestFactor
    return (
      max(node.profile.idleMilliwatts, floor.idleMilliwatts),
      max(node.profile.puePermille, floor.puePermille), isAttested ? regional : highestFactor
    )
  }

  /// mW × PUE‰ × ms, and the same × µg/kWh.
  func exact(_ index: Int, milliseconds: UInt64) -> (used: Big, exact: Big) {
    let (milliwatts, pue, factor) = effective(index)
    let used = Big(UInt128(milliwatts)) * Big(UInt128(pue)) * Big(UInt128(milliseconds))
    return (used, used * Big(UInt128(factor)))
  }

  func withMargin(_ exact: Big) -> Big {
    (exact * Big(100 + UInt128(parameters.dueMarginPercent))).dividedUp(by: Self.dueUnit)
  }

  func due(of index: Int, days: UInt64) -> Big {
    withMargin(exact(index, milliseconds: days * Self.day).exact)
  }

  // MARK: Sums over everything there ever was

  var arrearsOpen: Big { nodes.reduce(.zero) { $0 + $1.arrears } }

  /// The place on the number line: all dues but for what is in arrears, the overhead that was paid,
  /// all charges.
  var consumed: Big {
    nodes.reduce(fund.overheadPaid + charges) { $0 + $1.due - $1.arrears }
  }

  /// Nodes, overhead and operations.
  var footprint: Big {
    let ofNodes = nodes.reduce(Big.zero) { $0 + $1.footprint }
    return ofNodes + thousandths(ofNodes) + work.dividedUp(by: YearModel.chargeUnit)
  }

  /// Energy, fJ: what nodes drew with the overhead on it, and operations.
  var energy: Big {
    let drawn = nodes.reduce(Big.zero) { $0 + $1.used }
    return drawn * Big(1_000 + UInt128(parameters.overheadPermille)) * Big(1_000) + energyOfWork
  }

  /// The overhead on a sum.
  func thousandths(_ sum: Big) -> Big {
    (sum * Big(UInt128(parameters.overheadPermille))).dividedUp(by: Big(1_000))
  }
}
