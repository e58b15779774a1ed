public import LedgerCore

/// Serials that were retired, for whom, and whether their source shows it. Append-only but for that
/// last part.
public struct Retirement: NumberedRecord {
  public static var kind: RecordKind { .retirement }

  /// What they were retired for.
  public enum Purpose: Hashable, Sendable, BCSCodable {
    /// Tag 0: tonnes of the number line, from this one on (counted from 1).
    case pool(firstTonne: UInt64)
    /// Tag 1: their holder wished it.
    case holder(AccountID, RetirementClaim)
    /// Tag 2: they replace retired ones, by this obligation.
    case replacement(obligation: UInt64)

    public init(from reader: inout BCSReader) throws(BCSError) {
      let start = reader.offset
      switch try reader.uleb128("retirement purpose") {
      case 0: self = .pool(firstTonne: try reader.u64("first tonne"))
      case 1: self = .holder(try AccountID(from: &reader), try RetirementClaim(from: &reader))
      case 2: self = .replacement(obligation: try reader.u64("obligation"))
      case let tag:
        throw BCSError(.unknownTag(UInt64(tag)), field: "retirement purpose", offset: start)
      }
    }

    public func encode(into writer: inout BCSWriter) {
      switch self {
      case .pool(let tonne):
        writer.uleb128(0)
        writer.u64(tonne)
      case .holder(let account, let claim):
        writer.uleb128(1)
        account.encode(into: &writer)
        claim.encode(into: &writer)
      case .replacement(let obligation):
        writer.uleb128(2)
        writer.u64(obligation)
      }
    }
  }

  /// Where the source shows the retirement.
  public struct Mirror: Hashable, Sendable, BCSCodable {
    /// The source's own number.
    public let reference: String
    /// The day the source gives, yyyymmdd.
    public let date: UInt32
    /// The height at which the custodian told it.
    public let height: UInt64

    init(reference: String, date: UInt32, height: UInt64) {
      self.reference = reference
      self.date = date
      self.height = height
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      reference = try reader.text(max: CreditLimits.referenceBytesMax, "reference")
      date = try reader.u32("date")
      height = try reader.u64("height")
    }

    public func encode(into writer: inout BCSWriter) {
      writer.text(reference)
      writer.u32(date)
      writer.u64(height)
    }
  }

  /// The block that retired them.
  public let height: UInt64
  /// The lot that held them; it may have been divided since, and then holds the first of them.
  public let lot: UInt64
  /// First serial number, included.
  public let start: UInt64
  /// Last serial number, included.
  public let end: UInt64
  public let purpose: Purpose
  /// Nil while the source's word is awaited.
  public var mirror: Mirror?

  init(height: UInt64, lot: UInt64, start: UInt64, end: UInt64, purpose: Purpose) {
    self.height = height
    self.lot = lot
    self.start = start
    self.end = end
    self.purpose = purpose
    mirror = nil
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    lot = try reader.u64("lot")
    start = try reader.u64("first serial")
    end = try reader.u64("last serial")
    purpose = try Purpose(from: &reader)
    mirror = try reader.optional("mirror")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    writer.u64(lot)
    writer.u64(start)
    writer.u64(end)
    purpose.encode(into: &writer)
    writer.optional(mirror)
  }
}

/// What backs ECC.
public struct Reserve: SingleRecord {
  public static var kind: RecordKind { .reserve }

  /// Tonnes of lots in the reserve.
  public var tonnes: UInt64
  /// What custodians owe the reserve for invalidated lots, µg CO2e.
  public var obligations: Amount

  init(tonnes: UInt64 = 0, obligations: Amount = .zero) {
    self.tonnes = tonnes
    self.obligations = obligations
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    tonnes = try reader.u64("tonnes")
    obligations = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(tonnes)
    obligations.encode(into: &writer)
  }
}
