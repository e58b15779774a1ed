/// A motion, and what became of it. Times are milliseconds since 1970-01-01 UTC.
public struct MotionAnswer: Codable, Equatable, Sendable {
  /// From 0 in the order of proposal.
  public var number: UInt64
  /// What it changes.
  public var motion: MotionContents
  public var reason: String
  /// Address.
  public var proposer: String
  public var proposedAt: UInt64
  /// `pending`, `approved`, `executed`, `failed`, `cancelled`, `vetoed` or `expired`.
  public var standing: String
  /// When it expires while it is pending, or is executed.
  public var dueAt: UInt64
  /// Addresses.
  public var approvals: [String]
  /// Votes against it, ECO2 base units, decimal.
  public var vetoes: String
  /// The height at which it ended.
  public var endedAt: UInt64?

  public init(
    number: UInt64, motion: MotionContents, reason: String, proposer: String, proposedAt: UInt64,
    standing: String, dueAt: UInt64, approvals: [String], vetoes: String, endedAt: UInt64? = nil
  ) {
    self.number = number
    self.motion = motion
    self.reason = reason
    self.proposer = proposer
    self.proposedAt = proposedAt
    self.standing = standing
    self.dueAt = dueAt
    self.approvals = approvals
    self.vetoes = vetoes
    self.endedAt = endedAt
  }
}

/// What a motion changes; only the fields of its kind are there.
public struct MotionContents: Codable, Equatable, Sendable {
  /// Such as `set-parameters`.
  public var kind: String
  public var changes: [ParameterChangeContents]?
  /// The name of an operation.
  public var operation: String?
  public var cpuNanoseconds: UInt64?
  public var bytes: UInt64?
  /// `home`, `rack` or `cloud`; absent for nodes that are not attested.
  public var tier: String?
  public var idleMilliwatts: UInt64?
  public var puePermille: UInt64?
  /// Code of the grid region.
  public var region: String?
  public var year: UInt16?
  public var microgramsPerKilowattHour: UInt64?
  public var source: String?
  public var threshold: Int?
  /// Addresses.
  public var accounts: [String]?
  /// A custodian's or a feature's.
  public var name: String?
  /// µg CO2e, decimal.
  public var limit: String?
  /// The first height of a feature.
  public var height: UInt64?
  /// What costs so much beside operations: `transaction`, `signature` or `lot`.
  public var subject: String?
  /// Whose credits may enter the reserve.
  public var registries: [String]?
  /// Codes of those that may.
  public var products: [String]?

  public init(
    kind: String, changes: [ParameterChangeContents]? = nil, operation: String? = nil,
    cpuNanoseconds: UInt64? = nil, bytes: UInt64? = nil, tier: String? = nil,
    idleMilliwatts: UInt64? = nil, puePermille: UInt64? = nil, region: String? = nil,
    year: UInt16? = nil, microgramsPerKilowattHour: UInt64? = nil, source: String? = nil,
    threshold: Int? = nil, accounts: [String]? = nil, name: String? = nil, limit: String? = nil,
    height: UInt64? = nil, subject: String? = nil, registries: [String]? = nil,
    products: [String]? = nil
  ) {
    self.kind = kind
    self.changes = changes
    self.operation = operation
    self.cpuNanoseconds = cpuNanoseconds
    self.bytes = bytes
    self.tier = tier
    self.idleMilliwatts = idleMilliwatts
    self.puePermille = puePermille
    self.region = region
    self.year = year
    self.microgramsPerKilowattHour = microgramsPerKilowattHour
    self.source = source
    self.threshold = threshold
    self.accounts = accounts
    self.name = name
    self.limit = limit
    self.height = height
    self.subject = subject
    self.registries = registries
    self.products = products
  }
}

/// A parameter's new value.
public struct ParameterChangeContents: Codable, Equatable, Sendable {
  /// Such as `creation-fee`.
  public var parameter: String
  /// Decimal, in its own unit.
  public var value: String

  public init(
    parameter: String, value: String
  ) {
    self.parameter = parameter
    self.value = value
  }
}
