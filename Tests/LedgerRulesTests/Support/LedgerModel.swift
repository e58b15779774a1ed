import LedgerCore

@testable import LedgerRules

/// The rules once more, as plainly as they can be said: dictionaries, arbitrary-precision numbers,
/// sets of used sequences. Shares no code with the rules but the document it starts from.
struct LedgerModel {
  struct Holder {
    var eco2 = BigUnsigned.zero
    var ecc = BigUnsigned.zero
    var used: Set<UInt64> = [0]
    var highest: UInt64 = 0
    var threshold = 1
    var keys: [PublicKey] = []
  }

  struct Node {
    var profile: EnergyProfile
    var attestedUntil: UInt64
    var reserve: BigUnsigned
    var arrears = BigUnsigned.zero
    var fundDebt = BigUnsigned.zero
    var withheld = BigUnsigned.zero
    /// Everything ever due, exactly: Σ N with and without the margin.
    var exactDue = BigUnsigned.zero
    var exactFootprint = BigUnsigned.zero

    var owes: Bool { arrears > .zero || fundDebt > .zero }
  }

  /// What a block comes to, to be compared with its statement.
  struct Totals: Equatable {
    var footprint = BigUnsigned.zero
    var due = BigUnsigned.zero
    var paid = BigUnsigned.zero
    var coveredByFund = BigUnsigned.zero
    var arrears = BigUnsigned.zero
    var overheadDue = BigUnsigned.zero
    var overheadPaid = BigUnsigned.zero
    var charges = BigUnsigned.zero
  }

  let parameters: Parameters
  let factors: [String: UInt64]
  let interval: UInt64
  let chainTag: UInt32
  var holders: [AccountID: Holder] = [:]
  var nodes: [AccountID: Node] = [:]
  /// Ascending: the order of the set.
  let members: [AccountID]
  var fundECO2: BigUnsigned
  var fundECC: BigUnsigned
  var overheadOpen = BigUnsigned.zero
  var rewards: BigUnsigned
  var consumed = BigUnsigned.zero
  var exactOperations = BigUnsigned.zero
  var footprintOfNodes = BigUnsigned.zero
  /// fJ since genesis.
  var energy = BigUnsigned.zero
  var executed: UInt64 = 0
  var dueOfNodes = BigUnsigned.zero
  var baseFee: UInt128
  var height: UInt64 = 0
  var timestamp: UInt64
  var totals = Totals()

  init(_ document: GenesisDocument, chain: ChainID, nodeReserves: [AccountID: UInt128]) {
    parameters = document.parameters
    var table: [String: UInt64] = [:]
    for factor in document.factors { table[factor.regionCode] = factor.microgramsPerKilowattHour }
    factors = table
    interval = document.interval
    chainTag = chain.tag
    timestamp = document.genesisTime
    baseFee = document.parameters.baseFeeFloor.baseUnits
    fundECO2 = BigUnsigned(30_000_000 * 100_000_000)
    fundECC = BigUnsigned(10 * 1_000_000_000_000)
    rewards = BigUnsigned(150_000_000 * 100_000_000)
    members = document.nodes.map(\.account).sorted()
    var eccGiven = fundECC
    for node in document.nodes {
      let reserve = BigUnsigned(nodeReserves[node.account] ?? 0)
      nodes[node.account] = Node(
        profile: node.profile,
        attestedUntil: node.isAttested ? timestamp + 365 * 86_400_000 : 0, reserve: reserve)
      eccGiven = eccGiven + reserve
    }
    var eco2Given = BigUnsigned.zero
    for allocation in document.allocations {
      holders[allocation.account] = Holder(
        eco2: BigUnsigned(allocation.eco2.baseUnits), ecc: BigUnsigned(allocation.ecc.baseUnits))
      eco2Given = eco2Given + BigUnsigned(allocation.eco2.baseUnits)
      eccGiven = eccGiven + BigUnsigned(allocation.ecc.baseUnits)
    }
    let tonnes = document.lots.reduce(UInt128(0)) { $0 + UInt128($1.tonnes) }
    let bonds = BigUnsigned(UInt128(document.nodes.count) * 10_000 * 100_000_000)
    holders[document.operatingCommittee] = Holder(
      eco2: BigUnsigned(60_000_000 * 100_000_000) - eco2Given - bonds)
    holders[document.depositor] = Holder(
      ecc: BigUnsigned(tonnes * 1_000_000_000_000) - eccGiven)
  }

  // MARK: Carbon

  private static let dueUnit = BigUnsigned(360_000_000_000_000_000)
  private static let workUnit = BigUnsigned(3_600_000_000_000_000_000_000)

  private struct Counted {
    let milliwatts: UInt128
    let pue: UInt128
    let factor: UInt128
    let perCPUSecond: UInt128
  }

  private func counted(_ node: Node) -> Counted {
    let attested = node.attestedUntil > timestamp
    let tier = Int(node.profile.tier.rawValue)
    let floor = attested ? parameters.tierFloors[tier] : parameters.unattestedFloor
    let highest = factors.values.max() ?? 0
    return Counted(
      milliwatts: UInt128(max(node.profile.idleMilliwatts, floor.idleMilliwatts)),
      pue: UInt128(max(node.profile.puePermille, floor.puePermille)),
      factor: UInt128(attested ? factors[node.profile.region] ?? highest : highest),
      perCPUSecond: UInt128(node.profile.millijoulesPerCPUSecond))
  }

  /// Dues of the block at `time`; profiles as of the parent.
  mutating func takeDues(at time: UInt64) {
    let elapsed = height == 0 ? interval : time - timestamp
    for member in members {
      guard var node = nodes[member] else { continue }
      let c = counted(node)
      let picojoules =
        BigUnsigned(c.milliwatts) * BigUnsigned(UInt128(elapsed)) * BigUnsigned(c.pue)
        * BigUnsigned(UInt128(1_000 + parameters.overheadPermille))
      energy = energy + picojoules * BigUnsigned(1_000)
      let watts =
        BigUnsigned(c.milliwatts) * BigUnsigned(UInt128(elapsed)) * BigUnsigned(c.pue)
        * BigUnsigned(c.factor)
      let before = (
        due: node.exactDue.dividedUp(by: Self.dueUnit),
        footprint: node.exactFootprint.dividedUp(by: Self.dueUnit)
      )
      node.exactDue = node.exactDue + watts * BigUnsigned(110)
      node.exactFootprint = node.exactFootprint + watts * BigUnsigned(100)
      let due = node.exactDue.dividedUp(by: Self.dueUnit) - before.due
      let footprint = node.exactFootprint.dividedUp(by: Self.dueUnit) - before.footprint
      let paid = min(node.reserve, due)
      let covered = min(fundECC, due - paid)
      let open = due - paid - covered
      node.reserve = node.reserve - paid
      fundECC = fundECC - covered
      node.fundDebt = node.fundDebt + covered
      node.arrears = node.arrears + open
      nodes[member] = node
      totals.due = totals.due + due
      totals.footprint = totals.footprint + footprint
      totals.paid = totals.paid + paid
      totals.coveredByFund = totals.coveredByFund + covered
      totals.arrears = totals.arrears + open
      consumed = consumed + paid + covered
    }
    let thousand = BigUnsigned(1_000)
    let permille = BigUnsigned(UInt128(parameters.overheadPermille))
    let before = (dueOfNodes * permille).dividedUp(by: thousand)
    dueOfNodes = dueOfNodes + totals.due
    footprintOfNodes = footprintOfNodes + totals.footprint
    totals.overheadDue = (dueOfNodes * permille).dividedUp(by: thousand) - before
    let paid = min(fundECC, overheadOpen + totals.overheadDue)
    overheadOpen = overheadOpen + totals.overheadDue - paid
    fundECC = fundECC - paid
    consumed = consumed + paid
    totals.overheadPaid = paid
  }

  /// Everything used since genesis.
  var footprintCumulative: BigUnsigned {
    let overhead = (footprintOfNodes * BigUnsigned(UInt128(parameters.overheadPermille)))
      .dividedUp(by: BigUnsigned(1_000))
    return footprintOfNodes + overhead + exactOperations.dividedUp(by: Self.workUnit)
  }

  /// Charge, footprint in work units, and weight of a transaction.
  func price(_ transaction: Transaction, _ rates: Rates)
    -> (charge: BigUnsigned, footprint: BigUnsigned, energy: BigUnsigned, weight: UInt128)
  {
    var nanoseconds = UInt128(parameters.transactionCost.cpuNanoseconds)
    var bytes = UInt128(transaction.bytes.count) + UInt128(parameters.transactionCost.bytes)
    for _ in 0..<transaction.signatureCount {
      nanoseconds += UInt128(parameters.signatureCost.cpuNanoseconds)
      bytes += UInt128(parameters.signatureCost.bytes)
    }
    for operation in transaction.body.operations {
      let cost = parameters.operationCosts[Int(operation.kind.rawValue)]
      let lots = UInt128(operation.lotsMax)
      nanoseconds +=
        UInt128(cost.cpuNanoseconds) + lots * UInt128(parameters.lotCost.cpuNanoseconds)
      bytes += UInt128(cost.bytes) + lots * UInt128(parameters.lotCost.bytes)
    }
    let footprint = BigUnsigned(nanoseconds) * rates.cpu + BigUnsigned(bytes) * rates.network
    let energy =
      BigUnsigned(nanoseconds) * rates.cpuEnergy
      + BigUnsigned(bytes * UInt128(parameters.networkNanojoulesPerByte))
      * BigUnsigned(1_000_000)
    let charge = (footprint * BigUnsigned(UInt128(parameters.chargeMultiplier)))
      .dividedUp(by: Self.workUnit)
    let microseconds = nanoseconds * UInt128(parameters.weightPerCPUMicrosecond)
    let weight =
      bytes * UInt128(parameters.weightPerByte) + microseconds / 1_000
      + (microseconds % 1_000 == 0 ? 0 : 1)
    return (max(charge, BigUnsigned(1)), footprint, energy, weight)
  }

  /// What work costs in a block, with profiles as of its parent.
  struct Rates {
    let cpu: BigUnsigned
    /// fJ per nanosecond.
    let cpuEnergy: BigUnsigned
    let network: BigUnsigned
  }

  func rates() -> Rates {
    var cpu = BigUnsigned.zero
    var cpuEnergy = BigUnsigned.zero
    var factors = UInt128(0)
    for member in members {
      guard let node = nodes[member] else { continue }
      let c = counted(node)
      cpu = cpu + BigUnsigned(c.perCPUSecond * c.pue * c.factor)
      cpuEnergy = cpuEnergy + BigUnsigned(c.perCPUSecond * c.pue)
      factors += c.factor
    }
    let mean = BigUnsigned(factors).dividedUp(by: BigUnsigned(UInt128(members.count)))
    return Rates(
      cpu: cpu, cpuEnergy: cpuEnergy,
      network: BigUnsigned(UInt128(parameters.networkNanojoulesPerByte)) * mean
        * BigUnsigned(1_000_000))
  }
}
