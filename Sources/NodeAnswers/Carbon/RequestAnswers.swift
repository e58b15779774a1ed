/// A range of serials that a request is about.
public struct RequestRangeAnswer: Codable, Equatable, Sendable {
  /// On-boarding: the registry.
  public var registry: String?
  /// On-boarding: the project's id.
  public var project: String?
  /// On-boarding: exactly as the registry writes it.
  public var serial: String?
  /// On-boarding: the canonical key of the serials' block.
  public var block: String?
  /// Else: the lot.
  public var lot: UInt64?
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included.
  public var end: UInt64

  public init(
    registry: String? = nil, project: String? = nil, serial: String? = nil, block: String? = nil,
    lot: UInt64? = nil, start: UInt64, end: UInt64
  ) {
    self.registry = registry
    self.project = project
    self.serial = serial
    self.block = block
    self.lot = lot
    self.start = start
    self.end = end
  }
}

/// A request to the registrars, and what became of it.
public struct RequestAnswer: Codable, Equatable, Sendable {
  public var number: UInt64
  /// Such as `onboard`.
  public var kind: String
  /// Address.
  public var filer: String
  /// ms since 1970.
  public var filedAt: UInt64
  /// Nobody can approve it then or later, ms since 1970.
  public var expiresAt: UInt64
  /// ECO2 base units locked until it ends, decimal.
  public var deposit: String
  /// `pending`, `approved`, `rejected`, `withdrawn` or `expired`.
  public var standing: String
  /// The height at which it ended; absent while it is pending.
  public var endedAt: UInt64?
  /// Addresses, in the order of their decisions.
  public var approvals: [String]
  public var rejections: [String]
  /// How many lots it may make or change, as its filer stated.
  public var lotsMax: UInt16
  /// SHA-256 of the document that it rests on, hexadecimal.
  public var document: String
  /// The voucher's number.
  public var voucher: String?
  /// SHA-256 of the registry's consent, hexadecimal.
  public var consent: String?
  /// `onboard`: address of who receives the lots.
  public var owner: String?
  /// `onboard`: whether they go to the custodian's buffer.
  public var isBuffer: Bool?
  /// Serials that it is about, all ranges together.
  public var serials: UInt64?
  /// Of one request asked for by its number.
  public var ranges: [RequestRangeAnswer]?
  /// Of one asked for by its number: the CreditRequest in BCS, hexadecimal.
  public var bytes: String?

  public init(
    number: UInt64, kind: String, filer: String, filedAt: UInt64, expiresAt: UInt64,
    deposit: String, standing: String, endedAt: UInt64? = nil, approvals: [String],
    rejections: [String], lotsMax: UInt16, document: String, voucher: String? = nil,
    consent: String? = nil,
    owner: String? = nil, isBuffer: Bool? = nil, serials: UInt64? = nil,
    ranges: [RequestRangeAnswer]? = nil, bytes: String? = nil
  ) {
    self.number = number
    self.kind = kind
    self.filer = filer
    self.filedAt = filedAt
    self.expiresAt = expiresAt
    self.deposit = deposit
    self.standing = standing
    self.endedAt = endedAt
    self.approvals = approvals
    self.rejections = rejections
    self.lotsMax = lotsMax
    self.document = document
    self.voucher = voucher
    self.consent = consent
    self.owner = owner
    self.isBuffer = isBuffer
    self.serials = serials
    self.ranges = ranges
    self.bytes = bytes
  }
}
