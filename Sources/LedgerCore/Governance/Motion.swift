/// What a motion changes when it is executed: a closed, versioned enum. A tag, once given, is never
/// used for anything else.
public enum Motion: Hashable, Sendable {
  /// Tag 0: parameters of one number each.
  case setParameters([ParameterChange])
  /// Tag 1: what an operation is measured to cost.
  case setOperationCost(OperationCostChange)
  /// Tag 2: the floor of an energy profile.
  case setFloor(FloorChange)
  /// Tag 3: a row of the factor table; registrars approve it, too.
  case addFactor(FactorFacts)
  /// Tag 4: who decides on requests.
  case appointRegistrars(RegistrarsChange)
  /// Tag 5: an account that may bring credits, or another limit of one that does.
  case appointCustodian(CustodianChange)
  /// Tag 6: one that may bring no more.
  case dismissCustodian(AccountID)
  /// Tag 7: a rule change that begins at a height.
  case activateFeature(FeatureActivation)
  /// Tag 8: no operation of a kind is executed for a time.
  case pause(OperationKind)
  /// Tag 9: what every transaction, signature or lot is measured to cost.
  case setBaseCost(BaseCostChange)
  /// Tag 10: whose credits, and which, may enter the reserve.
  case setReserveRules(ReserveRulesChange)

  /// The name in commands, JSON and tables.
  public var name: String {
    switch self {
    case .setParameters: "set-parameters"
    case .setOperationCost: "set-operation-cost"
    case .setFloor: "set-floor"
    case .addFactor: "add-factor"
    case .appointRegistrars: "appoint-registrars"
    case .appointCustodian: "appoint-custodian"
    case .dismissCustodian: "dismiss-custodian"
    case .activateFeature: "activate-feature"
    case .pause: "pause"
    case .setBaseCost: "set-base-cost"
    case .setReserveRules: "set-reserve-rules"
    }
  }
}

/// A parameter's new value.
public struct ParameterChange: Hashable, Sendable, BCSCodable {
  public let parameter: ParameterID
  /// In the parameter's own unit (genesis.md).
  public let value: UInt128

  public init(parameter: ParameterID, value: UInt128) {
    self.parameter = parameter
    self.value = value
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    parameter = try ParameterID(from: &reader)
    value = try reader.u128("value")
  }

  public func encode(into writer: inout BCSWriter) {
    parameter.encode(into: &writer)
    writer.u128(value)
  }
}

/// What an operation is measured to cost.
public struct OperationCostChange: Hashable, Sendable, BCSCodable {
  public let kind: OperationKind
  public let cpuNanoseconds: UInt64
  public let bytes: UInt64

  public init(kind: OperationKind, cpuNanoseconds: UInt64, bytes: UInt64) {
    self.kind = kind
    self.cpuNanoseconds = cpuNanoseconds
    self.bytes = bytes
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    kind = try reader.tag("operation kind")
    cpuNanoseconds = try reader.u64("CPU nanoseconds")
    bytes = try reader.u64("cost bytes")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(UInt32(kind.rawValue))
    writer.u64(cpuNanoseconds)
    writer.u64(bytes)
  }
}

/// What each transaction, signature or lot is measured to cost, beside its operations.
public struct BaseCostChange: Hashable, Sendable, BCSCodable {
  /// What costs so much.
  public enum Subject: UInt8, Sendable, CaseIterable {
    /// Every transaction, whatever it asks for.
    case transaction = 0
    /// Each signature that it carries.
    case signature = 1
    /// Each lot that an operation may touch.
    case lot = 2
  }

  public let subject: Subject
  public let cpuNanoseconds: UInt64
  public let bytes: UInt64

  public init(subject: Subject, cpuNanoseconds: UInt64, bytes: UInt64) {
    self.subject = subject
    self.cpuNanoseconds = cpuNanoseconds
    self.bytes = bytes
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    subject = try reader.tag("subject")
    cpuNanoseconds = try reader.u64("CPU nanoseconds")
    bytes = try reader.u64("cost bytes")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(UInt32(subject.rawValue))
    writer.u64(cpuNanoseconds)
    writer.u64(bytes)
  }
}

/// What may enter the reserve from then on; what is in it stays.
public struct ReserveRulesChange: Hashable, Sendable, BCSCodable {
  /// By name as in lots; strictly ascending by bytes, 1 … `MotionLimits.reserveRegistriesMax`.
  public let registries: [String]
  /// Strictly ascending by tag; at least one.
  public let products: [CreditProduct]

  /// In any order.
  public init(registries: [String], products: [CreditProduct]) {
    self.registries = registries.sorted { Self.precedes($0, $1) }
    self.products = products.sorted { $0.rawValue < $1.rawValue }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let count = try reader.length(in: 1...MotionLimits.reserveRegistriesMax, "registries")
    var names: [String] = []
    for _ in 0..<count {
      names.append(try reader.text(max: CreditLimits.registryBytesMax, "registry"))
    }
    registries = names
    products = try reader.list(in: 1...CreditProduct.allCases.count, "products")
    guard zip(names, names.dropFirst()).allSatisfy({ Self.precedes($0, $1) }),
      zip(products, products.dropFirst()).allSatisfy({ $0.rawValue < $1.rawValue })
    else { throw BCSError(.unsorted, field: "reserve rules", offset: start) }
  }

  /// By bytes, which is the same in every implementation.
  private static func precedes(_ left: String, _ right: String) -> Bool {
    left.utf8.lexicographicallyPrecedes(right.utf8)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.length(registries.count)
    for registry in registries { writer.text(registry) }
    writer.list(products)
  }
}

/// The floor of an energy profile.
public struct FloorChange: Hashable, Sendable, BCSCodable {
  /// Nil for nodes that are not attested.
  public let tier: SiteTier?
  public let idleMilliwatts: UInt64
  public let puePermille: UInt64

  public init(tier: SiteTier?, idleMilliwatts: UInt64, puePermille: UInt64) {
    self.tier = tier
    self.idleMilliwatts = idleMilliwatts
    self.puePermille = puePermille
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    tier = try reader.isPresent("tier") ? try SiteTier(from: &reader) : nil
    idleMilliwatts = try reader.u64("idle milliwatts")
    puePermille = try reader.u64("PUE")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.bool(tier != nil)
    tier?.encode(into: &writer)
    writer.u64(idleMilliwatts)
    writer.u64(puePermille)
  }
}

/// Who decides on requests from then on.
public struct RegistrarsChange: Hashable, Sendable, BCSCodable {
  /// How many of them must approve.
  public let threshold: UInt8
  /// Strictly ascending.
  public let seats: [AccountID]

  public init(threshold: UInt8, seats: [AccountID]) {
    self.threshold = threshold
    self.seats = seats.sorted()
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    threshold = try reader.u8("threshold")
    let start = reader.offset
    seats = try reader.list(in: 1...MotionLimits.registrarsMax, "registrars")
    guard zip(seats, seats.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw BCSError(.unsorted, field: "registrars", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u8(threshold)
    writer.list(seats)
  }
}

/// An account that may bring credits.
public struct CustodianChange: Hashable, Sendable, BCSCodable {
  public let account: AccountID
  /// Shown to people; 1 … `CandidateLimits.nameBytesMax` bytes.
  public let name: String
  /// The most it may hold live, µg CO2e.
  public let limit: Amount

  public init(account: AccountID, name: String, limit: Amount) {
    self.account = account
    self.name = name
    self.limit = limit
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    name = try reader.text(max: CandidateLimits.nameBytesMax, "name")
    limit = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    writer.text(name)
    limit.encode(into: &writer)
  }
}

/// A rule change that begins at a height (protocol §8).
public struct FeatureActivation: Hashable, Sendable, BCSCodable {
  /// Printable ASCII; 1 … `MotionLimits.featureNameBytesMax` bytes.
  public let name: String
  /// The first height that it holds for.
  public let height: UInt64

  public init(name: String, height: UInt64) {
    self.name = name
    self.height = height
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    name = try reader.text(max: MotionLimits.featureNameBytesMax, "feature")
    height = try reader.u64("height")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(name)
    writer.u64(height)
  }
}

extension Motion: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let tag = try reader.uleb128("motion")
    switch tag {
    case 0:
      self = .setParameters(try reader.list(in: 1...MotionLimits.changesMax, "changes"))
    case 1: self = .setOperationCost(try OperationCostChange(from: &reader))
    case 2: self = .setFloor(try FloorChange(from: &reader))
    case 3: self = .addFactor(try FactorFacts(from: &reader))
    case 4: self = .appointRegistrars(try RegistrarsChange(from: &reader))
    case 5: self = .appointCustodian(try CustodianChange(from: &reader))
    case 6: self = .dismissCustodian(try AccountID(from: &reader))
    case 7: self = .activateFeature(try FeatureActivation(from: &reader))
    case 8: self = .pause(try reader.tag("operation kind"))
    case 9: self = .setBaseCost(try BaseCostChange(from: &reader))
    case 10: self = .setReserveRules(try ReserveRulesChange(from: &reader))
    default: throw BCSError(.unknownTag(UInt64(tag)), field: "motion", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    switch self {
    case .setParameters(let changes):
      writer.uleb128(0)
      writer.list(changes)
    case .setOperationCost(let change):
      writer.uleb128(1)
      change.encode(into: &writer)
    case .setFloor(let change):
      writer.uleb128(2)
      change.encode(into: &writer)
    case .addFactor(let facts):
      writer.uleb128(3)
      facts.encode(into: &writer)
    case .appointRegistrars(let change):
      writer.uleb128(4)
      change.encode(into: &writer)
    case .appointCustodian(let change):
      writer.uleb128(5)
      change.encode(into: &writer)
    case .dismissCustodian(let account):
      writer.uleb128(6)
      account.encode(into: &writer)
    case .activateFeature(let activation):
      writer.uleb128(7)
      activation.encode(into: &writer)
    case .pause(let kind):
      writer.uleb128(8)
      writer.uleb128(UInt32(kind.rawValue))
    case .setBaseCost(let change):
      writer.uleb128(9)
      change.encode(into: &writer)
    case .setReserveRules(let change):
      writer.uleb128(10)
      change.encode(into: &writer)
    }
  }
}
