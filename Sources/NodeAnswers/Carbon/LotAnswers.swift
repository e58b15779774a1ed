/// What the host country says and does about counting a credit itself.
public struct AdjustmentAnswer: Codable, Equatable, Sendable {
  /// `unknown`, `not-required` or `committed`.
  public var declaration: String
  /// `not-started`, `pending` or `completed`.
  public var status: String
  /// The day both are of, yyyymmdd; absent where nothing is declared.
  public var date: UInt32?

  public init(
    declaration: String, status: String, date: UInt32? = nil
  ) {
    self.declaration = declaration
    self.status = status
    self.date = date
  }
}

/// A lot: serials of one issuance with one owner and one state.
public struct LotAnswer: Codable, Equatable, Sendable {
  public var number: UInt64
  public var issuance: UInt64
  public var registry: String
  /// The project's id.
  public var project: String
  /// The canonical key of the serials' block.
  public var block: String
  /// The issuance's serial, exactly as the registry writes it.
  public var serial: String
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included.
  public var end: UInt64
  /// Serials.
  public var count: UInt64
  /// µg CO2e, decimal.
  public var amount: String
  /// First day, yyyymmdd.
  public var vintageFrom: UInt32
  /// Last day, yyyymmdd.
  public var vintageTo: UInt32
  /// Such as `VER`.
  public var product: String
  /// Such as `ccp`.
  public var labels: [String]
  public var adjustment: AdjustmentAnswer
  /// Address.
  public var owner: String
  /// Address.
  public var custodian: String
  /// Such as `tradable`; a lapsed attestation shows as `suspended`.
  public var state: String
  /// Retired, and reversed or invalidated at its source since: it stays retired.
  public var isReversed: Bool
  /// What explains the state: the number of a request, retirement or obligation.
  public var reference: UInt64?

  public init(
    number: UInt64, issuance: UInt64, registry: String, project: String, block: String,
    serial: String, start: UInt64, end: UInt64, count: UInt64, amount: String,
    vintageFrom: UInt32, vintageTo: UInt32, product: String, labels: [String],
    adjustment: AdjustmentAnswer, owner: String, custodian: String, state: String,
    isReversed: Bool, reference: UInt64? = nil
  ) {
    self.number = number
    self.issuance = issuance
    self.registry = registry
    self.project = project
    self.block = block
    self.serial = serial
    self.start = start
    self.end = end
    self.count = count
    self.amount = amount
    self.vintageFrom = vintageFrom
    self.vintageTo = vintageTo
    self.product = product
    self.labels = labels
    self.adjustment = adjustment
    self.owner = owner
    self.custodian = custodian
    self.state = state
    self.isReversed = isReversed
    self.reference = reference
  }
}

/// A lot with what it is of, and what became of it.
public struct LotDetailAnswer: Codable, Equatable, Sendable {
  public var lot: LotAnswer
  public var issuance: IssuanceAnswer
  public var project: ProjectAnswer
  /// Of a retired lot.
  public var retirement: RetirementAnswer?

  public init(
    lot: LotAnswer, issuance: IssuanceAnswer, project: ProjectAnswer,
    retirement: RetirementAnswer? = nil
  ) {
    self.lot = lot
    self.issuance = issuance
    self.project = project
    self.retirement = retirement
  }
}

/// Where one serial is, and its whole history.
public struct SerialAnswer: Codable, Equatable, Sendable {
  /// The canonical key of the serials' block.
  public var block: String
  public var serial: UInt64
  /// The lot that holds it now.
  public var lot: LotAnswer
  /// What brought it on chain.
  public var issuance: IssuanceAnswer
  public var project: ProjectAnswer
  /// The request that brought it; absent for genesis.
  public var request: RequestAnswer?
  /// Lots of the same issuance, what splits made of it, in the order of serials from a little
  /// before this one on; at most `CarbonFormat.neighboursMax`.
  public var neighbours: [LotAnswer]
  /// Of a retired lot.
  public var retirement: RetirementAnswer?

  public init(
    block: String, serial: UInt64, lot: LotAnswer, issuance: IssuanceAnswer,
    project: ProjectAnswer, request: RequestAnswer? = nil, neighbours: [LotAnswer],
    retirement: RetirementAnswer? = nil
  ) {
    self.block = block
    self.serial = serial
    self.lot = lot
    self.issuance = issuance
    self.project = project
    self.request = request
    self.neighbours = neighbours
    self.retirement = retirement
  }
}

/// Where the source shows a retirement.
public struct MirrorAnswer: Codable, Equatable, Sendable {
  /// The source's own number.
  public var reference: String
  /// yyyymmdd.
  public var date: UInt32
  /// The block in which the custodian told it.
  public var height: UInt64

  public init(
    reference: String, date: UInt32, height: UInt64
  ) {
    self.reference = reference
    self.date = date
    self.height = height
  }
}

/// Serials that were retired.
public struct RetirementAnswer: Codable, Equatable, Sendable {
  public var number: UInt64
  /// The block that retired them.
  public var height: UInt64
  /// Its timestamp, ms since 1970.
  public var retiredAt: UInt64
  public var lot: UInt64
  /// Address of who holds them at their source, and has the source show it.
  public var custodian: String
  public var registry: String
  /// The project's id.
  public var project: String
  /// The canonical key of the serials' block.
  public var block: String
  /// The issuance's serial, exactly as the registry writes it.
  public var serial: String
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included.
  public var end: UInt64
  /// µg CO2e, decimal.
  public var amount: String
  /// `pool`: tonnes of the number line; `holder`: its holder wished it; `replacement`.
  public var purpose: String
  /// `pool`: the first tonne of the line, counted from 1.
  public var firstTonne: UInt64?
  /// `holder`: address.
  public var holder: String?
  /// `holder`: a salted hash of the beneficiary's name, hexadecimal; absent for the holder itself.
  public var beneficiary: String?
  /// `holder`: the reason's code.
  public var reason: String?
  /// `holder`: the first day of the period that is meant, yyyymmdd.
  public var periodFrom: UInt32?
  /// `holder`: its last day.
  public var periodTo: UInt32?
  /// `replacement`: the obligation.
  public var obligation: UInt64?
  /// Absent while the source's word is awaited.
  public var mirror: MirrorAnswer?
  /// By when the source has to show it, ms since 1970; absent once it does.
  public var mirrorDueBy: UInt64?

  public init(
    number: UInt64, height: UInt64, retiredAt: UInt64, lot: UInt64, custodian: String,
    registry: String, project: String, block: String, serial: String, start: UInt64, end: UInt64,
    amount: String, purpose: String,
    firstTonne: UInt64? = nil, holder: String? = nil, beneficiary: String? = nil,
    reason: String? = nil, periodFrom: UInt32? = nil, periodTo: UInt32? = nil,
    obligation: UInt64? = nil, mirror: MirrorAnswer? = nil, mirrorDueBy: UInt64? = nil
  ) {
    self.number = number
    self.height = height
    self.retiredAt = retiredAt
    self.lot = lot
    self.custodian = custodian
    self.registry = registry
    self.project = project
    self.block = block
    self.serial = serial
    self.start = start
    self.end = end
    self.amount = amount
    self.purpose = purpose
    self.firstTonne = firstTonne
    self.holder = holder
    self.beneficiary = beneficiary
    self.reason = reason
    self.periodFrom = periodFrom
    self.periodTo = periodTo
    self.obligation = obligation
    self.mirror = mirror
    self.mirrorDueBy = mirrorDueBy
  }
}
