public import LedgerCore

/// What a custodian owes because its source reversed or invalidated credits.
public struct Obligation: NumberedRecord {
  public static var kind: RecordKind { .obligation }

  /// Whom replacement serves.
  public enum Purpose: Hashable, Sendable, BCSCodable {
    /// Tag 0: ECC that the credits backed.
    case reserve
    /// Tag 1: a retirement that they stood for.
    case retirement
    /// Tag 2: the owner who held them.
    case owner(AccountID)

    /// The name in JSON and tables.
    public var name: String {
      switch self {
      case .reserve: "reserve"
      case .retirement: "retirement"
      case .owner: "owner"
      }
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      let start = reader.offset
      switch try reader.uleb128("purpose") {
      case 0: self = .reserve
      case 1: self = .retirement
      case 2: self = .owner(try AccountID(from: &reader))
      case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "purpose", offset: start)
      }
    }

    public func encode(into writer: inout BCSWriter) {
      switch self {
      case .reserve: writer.uleb128(0)
      case .retirement: writer.uleb128(1)
      case .owner(let account):
        writer.uleb128(2)
        account.encode(into: &writer)
      }
    }
  }

  /// The lot that was invalidated.
  public let lot: UInt64
  public let custodian: AccountID
  public let purpose: Purpose
  /// µg CO2e.
  public let amount: Amount
  /// What of it is still owed, µg CO2e.
  public var open: Amount
  /// After this the custodian's buffer stands in, then its bond; milliseconds since 1970-01-01 UTC.
  public let dueBy: UInt64
  /// Nothing of it is the custodian's any more: it was met, or its bond was taken for the rest.
  public var isClosed: Bool
  /// The bond was taken for what is open.
  public var bondTaken: Bool

  init(
    lot: UInt64, custodian: AccountID, purpose: Purpose, amount: Amount, dueBy: UInt64
  ) {
    self.lot = lot
    self.custodian = custodian
    self.purpose = purpose
    self.amount = amount
    open = amount
    self.dueBy = dueBy
    isClosed = false
    bondTaken = false
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    lot = try reader.u64("lot")
    custodian = try AccountID(from: &reader)
    purpose = try Purpose(from: &reader)
    amount = try Amount(from: &reader)
    open = try Amount(from: &reader)
    dueBy = try reader.u64("due by")
    isClosed = try reader.bool("closed")
    bondTaken = try reader.bool("bond taken")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(lot)
    custodian.encode(into: &writer)
    purpose.encode(into: &writer)
    amount.encode(into: &writer)
    open.encode(into: &writer)
    writer.u64(dueBy)
    writer.bool(isClosed)
    writer.bool(bondTaken)
  }
}
