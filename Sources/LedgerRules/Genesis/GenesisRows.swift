public import LedgerCore

/// An ER Node that genesis names.
public struct GenesisNode: Hashable, Sendable {
  public var account: AccountID
  public var consensusKey: PublicKey
  /// The consensus key's signature over `GenesisNode.possessionMessage`.
  public var possession: Signature
  public var transportKey: PublicKey
  public var name: String
  /// Where peers reach the node, as text; a hint, may be empty.
  public var endpoint: String
  public var profile: EnergyProfile
  /// Tier and region are attested: they count for `Supply.attestationDays` from genesis.
  public var isAttested: Bool

  public init(
    account: AccountID, consensusKey: PublicKey, possession: Signature, transportKey: PublicKey,
    name: String, endpoint: String = "", profile: EnergyProfile, isAttested: Bool
  ) {
    self.account = account
    self.consensusKey = consensusKey
    self.possession = possession
    self.transportKey = transportKey
    self.name = name
    self.endpoint = endpoint
    self.profile = profile
    self.isAttested = isAttested
  }

  /// The ASCII tag before a proof of possession. The genesis hash does not exist yet when the proof
  /// is made, so the network's name and the account stand in for it.
  public static let possessionTag = Array("eco2/possession/v1".utf8)

  /// What a consensus key signs, after `possessionTag`, to prove that its owner holds it.
  public static func possessionMessage(network: String, account: AccountID, key: PublicKey)
    -> [UInt8]
  {
    var writer = BCSWriter(reserving: 100)
    writer.text(network)
    account.encode(into: &writer)
    key.encode(into: &writer)
    return writer.bytes
  }
}

extension GenesisNode: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    consensusKey = try PublicKey(from: &reader)
    possession = try Signature(from: &reader)
    transportKey = try PublicKey(from: &reader)
    name = try reader.text(max: RulesLimits.nodeNameBytesMax, "name")
    endpoint = try reader.text(max: RulesLimits.endpointBytesMax, "endpoint")
    profile = try EnergyProfile(from: &reader)
    isAttested = try reader.bool("attested")
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    consensusKey.encode(into: &writer)
    possession.encode(into: &writer)
    transportKey.encode(into: &writer)
    writer.text(name)
    writer.text(endpoint)
    profile.encode(into: &writer)
    writer.bool(isAttested)
  }
}

/// A row of the factor table that genesis brings.
public typealias GenesisFactor = FactorRow

/// A founder's share, released by quarters (`Supply.vestingMonths`).
public struct GenesisFounder: Hashable, Sendable, BCSCodable {
  public var account: AccountID
  /// ECO2 base units; all founders' shares together are `Supply.founders`.
  public var amount: Amount

  public init(account: AccountID, amount: Amount) {
    self.account = account
    self.amount = amount
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    amount.encode(into: &writer)
  }
}

/// What genesis gives an account.
public struct GenesisAllocation: Hashable, Sendable, BCSCodable {
  public var account: AccountID
  /// ECO2 base units, out of the operating committee's share; test networks only.
  public var eco2: Amount
  /// µg CO2e, out of what the reserve's lots created.
  public var ecc: Amount

  public init(account: AccountID, eco2: Amount, ecc: Amount) {
    self.account = account
    self.eco2 = eco2
    self.ecc = ecc
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    eco2 = try Amount(from: &reader)
    ecc = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    eco2.encode(into: &writer)
    ecc.encode(into: &writer)
  }
}

/// What became of a credit at its source.
public enum CreditStatus: UInt8, Sendable, CaseIterable, BCSCodable {
  case issued = 0
  case retired = 1
  case cancelled = 2

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("credit status")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}

/// A lot that genesis deposits into the reserve, as its registry's export states it.
public struct GenesisLot: Hashable, Sendable, BCSCodable {
  public var project: CreditProject
  public var range: CreditRange
  /// Tonnes CO2e that the export states.
  public var tonnes: UInt64
  public var status: CreditStatus

  public init(
    project: CreditProject, range: CreditRange, tonnes: UInt64, status: CreditStatus
  ) {
    self.project = project
    self.range = range
    self.tonnes = tonnes
    self.status = status
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    project = try CreditProject(from: &reader)
    range = try CreditRange(from: &reader)
    tonnes = try reader.u64("tonnes")
    status = try CreditStatus(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    project.encode(into: &writer)
    range.encode(into: &writer)
    writer.u64(tonnes)
    status.encode(into: &writer)
  }
}

/// A custodian that genesis appoints.
public struct GenesisCustodian: Hashable, Sendable, BCSCodable {
  public var account: AccountID
  public var name: String
  /// The most it may hold live, µg CO2e.
  public var limit: Amount

  public init(account: AccountID, name: String, limit: Amount) {
    self.account = account
    self.name = name
    self.limit = limit
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    name = try reader.text(max: RulesLimits.nodeNameBytesMax, "name")
    limit = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    writer.text(name)
    limit.encode(into: &writer)
  }
}

/// Who runs the registry from genesis on.
public struct GenesisRegistry: Hashable, Sendable, BCSCodable {
  /// Whose credits the ledger takes.
  public var registries: [CreditRegistry]
  /// The depositor is one even where it does not stand here.
  public var custodians: [GenesisCustodian]
  /// How many registrars must approve a request; 0 exactly when there are none.
  public var threshold: UInt8
  public var registrars: [AccountID]

  public init(
    registries: [CreditRegistry], custodians: [GenesisCustodian] = [], threshold: UInt8 = 0,
    registrars: [AccountID] = []
  ) {
    self.registries = registries
    self.custodians = custodians
    self.threshold = threshold
    self.registrars = registrars
  }

  /// The registries that the ledger reads exports of, each serial a tonne; nobody is appointed.
  public static let standard = GenesisRegistry(
    registries: ["acr", "climate-action-reserve", "gold-standard", "verra"]
      .map { CreditRegistry(name: $0, unit: .tonne) })

  public init(from reader: inout BCSReader) throws(BCSError) {
    registries = try reader.list(in: 0...RulesLimits.registriesMax, "registries")
    custodians = try reader.list(in: 0...RulesLimits.custodiansMax, "custodians")
    threshold = try reader.u8("threshold")
    registrars = try reader.list(in: 0...RulesLimits.registrarsMax, "registrars")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.list(registries)
    writer.list(custodians)
    writer.u8(threshold)
    writer.list(registrars)
  }
}
