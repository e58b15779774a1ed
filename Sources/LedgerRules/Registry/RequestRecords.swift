public import LedgerCore

/// A request to the registrars, and what became of it.
public struct RequestRecord: NumberedRecord {
  public static var kind: RecordKind { .request }

  /// How a request stands.
  public enum Standing: UInt8, Sendable, CaseIterable, BCSCodable {
    case pending = 0
    case approved = 1
    case rejected = 2
    case withdrawn = 3
    case expired = 4

    /// The name in JSON and tables.
    public var name: String { "\(self)" }

    public init(from reader: inout BCSReader) throws(BCSError) {
      self = try reader.tag("standing")
    }

    public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
  }

  public let request: CreditRequest
  public let proof: CustodyProof
  /// How many lots it may make or change, as its filer stated.
  public let lotsMax: UInt16
  public let filer: AccountID
  /// Milliseconds since 1970-01-01 UTC.
  public let filedAt: UInt64
  /// Nobody can approve it at this time or later; milliseconds since 1970-01-01 UTC.
  public let expiresAt: UInt64
  /// ECO2 base units of the filer, locked until the request ends.
  public let deposit: Amount
  public var standing: Standing
  /// The height at which it ended; nil while it is pending.
  public var endedAt: UInt64?
  /// In the order of their decisions.
  public var approvals: [AccountID]
  public var rejections: [AccountID]

  init(
    _ filing: FileRequest, filer: AccountID, filedAt: UInt64, expiresAt: UInt64, deposit: Amount
  ) {
    request = filing.request
    proof = filing.proof
    lotsMax = filing.lotsMax
    self.filer = filer
    self.filedAt = filedAt
    self.expiresAt = expiresAt
    self.deposit = deposit
    standing = .pending
    endedAt = nil
    approvals = []
    rejections = []
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    request = try CreditRequest(from: &reader)
    proof = try CustodyProof(from: &reader)
    lotsMax = try reader.u16("lots maximum")
    filer = try AccountID(from: &reader)
    filedAt = try reader.u64("filed at")
    expiresAt = try reader.u64("expires at")
    deposit = try Amount(from: &reader)
    standing = try Standing(from: &reader)
    endedAt = try reader.isPresent("ended at") ? reader.u64("ended at") : nil
    approvals = try reader.list(in: 0...RulesLimits.decisionsMax, "approvals")
    rejections = try reader.list(in: 0...RulesLimits.decisionsMax, "rejections")
  }

  public func encode(into writer: inout BCSWriter) {
    request.encode(into: &writer)
    proof.encode(into: &writer)
    writer.u16(lotsMax)
    filer.encode(into: &writer)
    writer.u64(filedAt)
    writer.u64(expiresAt)
    deposit.encode(into: &writer)
    standing.encode(into: &writer)
    writer.bool(endedAt != nil)
    if let endedAt { writer.u64(endedAt) }
    writer.list(approvals)
    writer.list(rejections)
  }
}
