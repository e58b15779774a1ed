/// A registry whose credits the ledger takes.
public struct RegistryAnswer: Codable, Equatable, Sendable {
  /// As credits name it, such as `gold-standard`.
  public var name: String
  /// What each of its serials stands for: `tonne` or `kilogram`.
  public var unit: String

  public init(
    name: String, unit: String
  ) {
    self.name = name
    self.unit = unit
  }
}

/// A project on chain.
public struct ProjectAnswer: Codable, Equatable, Sendable {
  public var registry: String
  public var id: String
  public var name: String
  public var country: String
  /// May be empty, as the three below.
  public var subdivision: String
  public var type: String
  public var methodology: String
  public var proponent: String
  /// The most serials that may ever be brought of it; absent where nothing limits them.
  public var cap: UInt64?
  /// Serials ever brought on chain.
  public var serials: UInt64
  /// SHA-256 of its documents, hexadecimal.
  public var documents: [String]

  public init(
    registry: String, id: String, name: String, country: String, subdivision: String,
    type: String, methodology: String, proponent: String, cap: UInt64? = nil, serials: UInt64,
    documents: [String]
  ) {
    self.registry = registry
    self.id = id
    self.name = name
    self.country = country
    self.subdivision = subdivision
    self.type = type
    self.methodology = methodology
    self.proponent = proponent
    self.cap = cap
    self.serials = serials
    self.documents = documents
  }
}

/// One range of serials as it was brought on chain.
public struct IssuanceAnswer: Codable, Equatable, Sendable {
  public var number: UInt64
  public var registry: String
  /// The project's id.
  public var project: String
  /// The canonical key of the serials' block.
  public var block: String
  /// Exactly as the registry writes it.
  public var serial: String
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included.
  public var end: UInt64
  /// First day, yyyymmdd.
  public var vintageFrom: UInt32
  /// Last day, yyyymmdd.
  public var vintageTo: UInt32
  /// Such as `VER`.
  public var product: String
  /// What a serial stands for: `tonne` or `kilogram`.
  public var unit: String
  /// The request that brought it; absent for genesis.
  public var request: UInt64?
  /// The block that brought it; 0 for genesis.
  public var height: UInt64

  public init(
    number: UInt64, registry: String, project: String, block: String, serial: String,
    start: UInt64, end: UInt64, vintageFrom: UInt32, vintageTo: UInt32, product: String,
    unit: String, request: UInt64? = nil, height: UInt64
  ) {
    self.number = number
    self.registry = registry
    self.project = project
    self.block = block
    self.serial = serial
    self.start = start
    self.end = end
    self.vintageFrom = vintageFrom
    self.vintageTo = vintageTo
    self.product = product
    self.unit = unit
    self.request = request
    self.height = height
  }
}

/// Who decides on requests.
public struct RegistrarsAnswer: Codable, Equatable, Sendable {
  /// How many must approve.
  public var threshold: Int
  /// Their addresses.
  public var seats: [String]

  public init(
    threshold: Int, seats: [String]
  ) {
    self.threshold = threshold
    self.seats = seats
  }
}

/// Who holds credits at their source for the ledger. Amounts are µg CO2e, decimal, the bond is in
/// ECO2 base units.
public struct CustodianAnswer: Codable, Equatable, Sendable {
  /// Address.
  public var account: String
  public var name: String
  /// The most it may hold live.
  public var limit: String
  /// What it holds live, its buffer included.
  public var live: String
  /// What of it is its buffer.
  public var buffer: String
  public var bond: String
  /// Its lots are suspended after this, ms since 1970.
  public var attestedUntil: UInt64
  /// SHA-256 of its last attestation, hexadecimal; absent for genesis.
  public var attestation: String?
  /// Obligations that it has not met.
  public var openObligations: UInt64

  public init(
    account: String, name: String, limit: String, live: String, buffer: String, bond: String,
    attestedUntil: UInt64, attestation: String? = nil, openObligations: UInt64
  ) {
    self.account = account
    self.name = name
    self.limit = limit
    self.live = live
    self.buffer = buffer
    self.bond = bond
    self.attestedUntil = attestedUntil
    self.attestation = attestation
    self.openObligations = openObligations
  }
}

/// What the registry counts. Amounts are decimal: µg CO2e, or ECO2 base units for deposits and
/// bonds.
public struct BookAnswer: Codable, Equatable, Sendable {
  /// The height whose state is shown.
  public var height: UInt64
  /// Ever on-boarded: the sum of all states.
  public var onboarded: String
  /// What stands in each state, by its name.
  public var states: [String: String]
  public var lots: UInt64
  public var issuances: UInt64
  public var requests: UInt64
  public var retirements: UInt64
  public var obligations: UInt64
  /// What filers have locked.
  public var deposits: String
  /// Of all custodians.
  public var bonds: String
  /// ECC in existence.
  public var supply: String
  /// Tonnes in the reserve.
  public var reserveTonnes: UInt64
  /// What custodians owe the reserve for invalidated lots.
  public var reserveObligations: String
  /// Consumed on the number line.
  public var consumed: String
  /// Tonnes retired from the line's start.
  public var tonnesRetired: UInt64

  public init(
    height: UInt64, onboarded: String, states: [String: String], lots: UInt64, issuances: UInt64,
    requests: UInt64, retirements: UInt64, obligations: UInt64, deposits: String, bonds: String,
    supply: String, reserveTonnes: UInt64, reserveObligations: String, consumed: String,
    tonnesRetired: UInt64
  ) {
    self.height = height
    self.onboarded = onboarded
    self.states = states
    self.lots = lots
    self.issuances = issuances
    self.requests = requests
    self.retirements = retirements
    self.obligations = obligations
    self.deposits = deposits
    self.bonds = bonds
    self.supply = supply
    self.reserveTonnes = reserveTonnes
    self.reserveObligations = reserveObligations
    self.consumed = consumed
    self.tonnesRetired = tonnesRetired
  }
}

/// What a custodian owes because a source reversed or invalidated credits. Amounts are µg CO2e,
/// decimal.
public struct ObligationAnswer: Codable, Equatable, Sendable {
  public var number: UInt64
  /// The lot that was invalidated.
  public var lot: UInt64
  /// Address.
  public var custodian: String
  /// Whom replacement serves: `reserve`, `retirement` or `owner`.
  public var purpose: String
  /// Of purpose `owner`: address.
  public var owner: String?
  public var amount: String
  /// What of it is still owed.
  public var open: String
  /// After this buffer and bond stand in, ms since 1970.
  public var dueBy: UInt64
  /// Nothing of it is the custodian's any more.
  public var isClosed: Bool
  /// The bond was taken for what is open.
  public var bondTaken: Bool

  public init(
    number: UInt64, lot: UInt64, custodian: String, purpose: String, owner: String? = nil,
    amount: String, open: String, dueBy: UInt64, isClosed: Bool, bondTaken: Bool
  ) {
    self.number = number
    self.lot = lot
    self.custodian = custodian
    self.purpose = purpose
    self.owner = owner
    self.amount = amount
    self.open = open
    self.dueBy = dueBy
    self.isClosed = isClosed
    self.bondTaken = bondTaken
  }
}
