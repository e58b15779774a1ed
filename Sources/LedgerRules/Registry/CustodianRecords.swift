public import LedgerCore

/// Who holds credits at their source for the ledger: by account.
public struct Custodian: AccountRecord {
  public static var kind: RecordKind { .custodian }

  /// Shown to people.
  public var name: String
  /// The most it may hold live, µg CO2e.
  public var limit: Amount
  /// What it holds live (`LotState.isLive`), µg CO2e; the buffer included.
  public var live: Amount
  /// What of it is its buffer, µg CO2e.
  public var buffer: Amount
  /// ECO2 base units.
  public var bond: Amount
  /// Its lots are suspended at times after this; milliseconds since 1970-01-01 UTC.
  public var attestedUntil: UInt64
  /// SHA-256 of its last attestation; all zero for genesis.
  public var attestation: Digest
  /// Obligations that it has not met.
  public var openObligations: UInt64

  init(name: String, limit: Amount, attestedUntil: UInt64) {
    self.name = name
    self.limit = limit
    live = .zero
    buffer = .zero
    bond = .zero
    self.attestedUntil = attestedUntil
    attestation = .zero
    openObligations = 0
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    name = try reader.text(max: RulesLimits.nodeNameBytesMax, "name")
    limit = try Amount(from: &reader)
    live = try Amount(from: &reader)
    buffer = try Amount(from: &reader)
    bond = try Amount(from: &reader)
    attestedUntil = try reader.u64("attested until")
    attestation = try Digest(from: &reader)
    openObligations = try reader.u64("open obligations")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(name)
    limit.encode(into: &writer)
    live.encode(into: &writer)
    buffer.encode(into: &writer)
    bond.encode(into: &writer)
    writer.u64(attestedUntil)
    attestation.encode(into: &writer)
    writer.u64(openObligations)
  }
}

/// Who decides on requests.
public struct Registrars: SingleRecord {
  public static var kind: RecordKind { .registrars }

  /// How many must approve: 1 … `seats.count`.
  public var threshold: UInt8
  /// Strictly ascending.
  public var seats: [AccountID]

  init(threshold: UInt8, seats: [AccountID]) {
    self.threshold = threshold
    self.seats = seats
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    threshold = try reader.u8("threshold")
    seats = try reader.list(in: 0...RulesLimits.registrarsMax, "seats")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u8(threshold)
    writer.list(seats)
  }
}
