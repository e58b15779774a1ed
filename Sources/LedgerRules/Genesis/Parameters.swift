public import LedgerCore

/// What a piece of work costs in physical terms, as measured: CPU time of one ER Node, and bytes
/// beyond the transaction's own (receipt, records, acknowledgements).
public struct WorkCost: Hashable, Sendable, BCSCodable {
  public var cpuNanoseconds: UInt64
  public var bytes: UInt64

  public init(cpuNanoseconds: UInt64, bytes: UInt64) {
    self.cpuNanoseconds = cpuNanoseconds
    self.bytes = bytes
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    cpuNanoseconds = try reader.u64("CPU nanoseconds")
    bytes = try reader.u64("cost bytes")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(cpuNanoseconds)
    writer.u64(bytes)
  }
}

/// The numbers that genesis sets and governance can change within bounds: the ones marked (g) in
/// the carbon rules that are used so far. Version tag 0.
public struct Parameters: Hashable, Sendable {
  // MARK: Measured costs

  /// Of every transaction, whatever it asks for.
  public var transactionCost: WorkCost
  /// Of each signature it carries.
  public var signatureCost: WorkCost
  /// Of each operation: one row per `OperationKind`, in the order of their tags.
  public var operationCosts: [WorkCost]
  /// Of each lot that an operation states as its maximum (`Operation.lotsMax`).
  public var lotCost: WorkCost
  /// Energy to carry one byte of a transaction through the whole network, nJ.
  public var networkNanojoulesPerByte: UInt64

  // MARK: Carbon

  /// The carbon charge is this many times the footprint of the work.
  public var chargeMultiplier: UInt64
  /// What a due adds to the footprint, per cent.
  public var dueMarginPercent: UInt64
  /// What the fund pays on top of the dues for observers and other full nodes, thousandths.
  public var overheadPermille: UInt64
  /// One row per `SiteTier`, in the order of their tags.
  public var tierFloors: [ProfileFloor]
  /// What counts while tier and region are not attested.
  public var unattestedFloor: ProfileFloor

  // MARK: Network fee

  /// ECO2 base units per weight, at least.
  public var baseFeeFloor: Amount
  /// Weight of a block at most; half of it is the target.
  public var blockWeightMax: UInt64
  /// Transaction bytes of a block at most.
  public var blockBytesMax: UInt64
  /// Weight of a byte.
  public var weightPerByte: UInt64
  /// Weight of a CPU-microsecond.
  public var weightPerCPUMicrosecond: UInt64
  /// ECO2 base units for a new account's first record.
  public var creationFee: Amount

  // MARK: Reserve

  /// Registries whose credits may enter the reserve, by name as in lots.
  public var reserveRegistries: [String]
  /// Products that may enter it.
  public var reserveProducts: [CreditProduct]
  /// How many years old a vintage's end may be.
  public var vintageYearsMax: UInt64

  // MARK: Groups

  /// Of the Global Carbon Registry.
  public var registry: RegistryParameters
  /// Of the neutrality fund and the nodes' reserves.
  public var fund: FundParameters
  /// Of elections.
  public var elections: ElectionParameters
  /// Of motions.
  public var governance: GovernanceParameters
}

extension Parameters {
  /// The defaults of the carbon rules, and what this implementation costs.
  public static let standard = Parameters(
    transactionCost: MeasuredCosts.transaction,
    signatureCost: MeasuredCosts.signature,
    operationCosts: MeasuredCosts.operations,
    lotCost: MeasuredCosts.lot,
    networkNanojoulesPerByte: 4_000,
    chargeMultiplier: 2,
    dueMarginPercent: 10,
    overheadPermille: 500,
    tierFloors: [
      ProfileFloor(idleMilliwatts: 22_000, puePermille: 1_000),
      ProfileFloor(idleMilliwatts: 48_000, puePermille: 1_580),
      ProfileFloor(idleMilliwatts: 155_000, puePermille: 1_150),
    ],
    unattestedFloor: ProfileFloor(idleMilliwatts: 155_000, puePermille: 1_580),
    baseFeeFloor: Amount(10),
    blockWeightMax: 64 * 1024 * 1024,
    blockBytesMax: 32 * 1024 * 1024,
    weightPerByte: 1,
    weightPerCPUMicrosecond: 4,
    creationFee: Amount(1_000_000),
    reserveRegistries: ["gold-standard"],
    reserveProducts: [.verified],
    vintageYearsMax: 10,
    registry: .standard,
    fund: .standard,
    elections: .standard,
    governance: .standard
  )

  /// The cost of an operation of a kind.
  public func cost(of kind: OperationKind) -> WorkCost { operationCosts[Int(kind.rawValue)] }

  /// The name of the first number outside its bounds; nil when all are inside.
  var firstOutOfBounds: String? {
    let costs = operationCosts + [transactionCost, signatureCost]
    let floors = tierFloors + [unattestedFloor]
    let checks: [(String, Bool)] =
      [
        ("operation costs", operationCosts.count == OperationKind.allCases.count),
        ("tier floors", tierFloors.count == SiteTier.allCases.count),
        (
          "costs",
          costs.allSatisfy {
            $0.cpuNanoseconds <= RulesLimits.costNanosecondsMax
              && $0.bytes <= RulesLimits.costBytesMax
          }
        ),
        (
          "lot cost",
          lotCost.cpuNanoseconds <= RulesLimits.lotCostNanosecondsMax
            && lotCost.bytes <= RulesLimits.lotCostBytesMax
        ),
        ("network energy", networkNanojoulesPerByte <= RulesLimits.networkNanojoulesPerByteMax),
        ("charge multiplier", (1...100).contains(chargeMultiplier)),
        ("due margin", (0...100).contains(dueMarginPercent)),
        ("overhead", (0...10_000).contains(overheadPermille)),
        (
          "floors",
          floors.allSatisfy {
            (1...RulesLimits.idleMilliwattsMax).contains($0.idleMilliwatts)
              && (1_000...RulesLimits.puePermilleMax).contains($0.puePermille)
          }
        ),
        ("base fee floor", (1...RulesLimits.baseFeeMax).contains(baseFeeFloor.baseUnits)),
        ("block weight", (2...RulesLimits.blockWeightMax).contains(blockWeightMax)),
        ("block bytes", (1...UInt64(Limits.blockBytesMax)).contains(blockBytesMax)),
        ("weight of a byte", weightPerByte <= RulesLimits.unitWeightMax),
        ("weight of CPU time", weightPerCPUMicrosecond <= RulesLimits.unitWeightMax),
        ("weights", weightPerByte > 0 || weightPerCPUMicrosecond > 0),
        ("creation fee", creationFee <= Supply.total),
        ("reserve registries", (1...64).contains(reserveRegistries.count)),
        ("reserve products", !reserveProducts.isEmpty && !reserveProducts.contains(.planned)),
        ("vintage years", (1...100).contains(vintageYearsMax)),
      ] + registry.checks + fund.checks + elections.checks + governance.checks
    return checks.first { !$0.1 }?.0
  }
}

extension Parameters: SingleRecord {
  public static var kind: RecordKind { .parameters }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let version = try reader.uleb128("parameters version")
    guard version == 0 else {
      throw BCSError(.unknownTag(UInt64(version)), field: "parameters version", offset: start)
    }
    transactionCost = try WorkCost(from: &reader)
    signatureCost = try WorkCost(from: &reader)
    let kinds = OperationKind.allCases.count
    operationCosts = try reader.list(in: kinds...kinds, "operation costs")
    lotCost = try WorkCost(from: &reader)
    networkNanojoulesPerByte = try reader.u64("network nanojoules")
    chargeMultiplier = try reader.u64("charge multiplier")
    dueMarginPercent = try reader.u64("due margin")
    overheadPermille = try reader.u64("overhead")
    let tiers = SiteTier.allCases.count
    tierFloors = try reader.list(in: tiers...tiers, "tier floors")
    unattestedFloor = try ProfileFloor(from: &reader)
    baseFeeFloor = try Amount(from: &reader)
    blockWeightMax = try reader.u64("block weight")
    blockBytesMax = try reader.u64("block bytes")
    weightPerByte = try reader.u64("weight of a byte")
    weightPerCPUMicrosecond = try reader.u64("weight of CPU time")
    creationFee = try Amount(from: &reader)
    let registries = try reader.length(in: 0...64, "reserve registries")
    var names: [String] = []
    for _ in 0..<registries {
      names.append(try reader.text(max: CreditLimits.registryBytesMax, "registry"))
    }
    reserveRegistries = names
    reserveProducts = try reader.list(
      in: 0...CreditProduct.allCases.count, "reserve products")
    vintageYearsMax = try reader.u64("vintage years")
    registry = try RegistryParameters(from: &reader)
    fund = try FundParameters(from: &reader)
    elections = try ElectionParameters(from: &reader)
    governance = try GovernanceParameters(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(0)
    transactionCost.encode(into: &writer)
    signatureCost.encode(into: &writer)
    writer.list(operationCosts)
    lotCost.encode(into: &writer)
    writer.u64(networkNanojoulesPerByte)
    writer.u64(chargeMultiplier)
    writer.u64(dueMarginPercent)
    writer.u64(overheadPermille)
    writer.list(tierFloors)
    unattestedFloor.encode(into: &writer)
    baseFeeFloor.encode(into: &writer)
    writer.u64(blockWeightMax)
    writer.u64(blockBytesMax)
    writer.u64(weightPerByte)
    writer.u64(weightPerCPUMicrosecond)
    creationFee.encode(into: &writer)
    writer.length(reserveRegistries.count)
    for registry in reserveRegistries { writer.text(registry) }
    writer.list(reserveProducts)
    writer.u64(vintageYearsMax)
    registry.encode(into: &writer)
    fund.encode(into: &writer)
    elections.encode(into: &writer)
    governance.encode(into: &writer)
  }
}
