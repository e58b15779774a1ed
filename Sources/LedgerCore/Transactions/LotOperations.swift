/// Moves a lot of the sender, or a part of it, to another account.
public struct TransferLot: Hashable, Sendable, BCSCodable {
  public let range: LotRange
  public let recipient: AccountID

  public init(range: LotRange, recipient: AccountID) {
    self.range = range
    self.recipient = recipient
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    range = try LotRange(from: &reader)
    recipient = try AccountID(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    range.encode(into: &writer)
    recipient.encode(into: &writer)
  }
}

/// Makes two lots of one of the sender's.
public struct SplitLot: Hashable, Sendable, BCSCodable {
  /// The lot's number: it keeps the serials below `at`.
  public let lot: UInt64
  /// The first serial of the new lot.
  public let at: UInt64

  public init(lot: UInt64, at: UInt64) {
    self.lot = lot
    self.at = at
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    lot = try reader.u64("lot")
    at = try reader.u64("first serial")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(lot)
    writer.u64(at)
  }
}

/// Puts a lot of the sender, or a part of it, into the reserve: it receives as much ECC.
public struct DepositLot: Hashable, Sendable, BCSCodable {
  public let range: LotRange

  public init(range: LotRange) { self.range = range }

  public init(from reader: inout BCSReader) throws(BCSError) {
    range = try LotRange(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { range.encode(into: &writer) }
}

/// Retires a lot of the sender, or a part of it, for good.
public struct RetireLot: Hashable, Sendable, BCSCodable {
  public let range: LotRange
  public let claim: RetirementClaim

  public init(range: LotRange, claim: RetirementClaim) {
    self.range = range
    self.claim = claim
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    range = try LotRange(from: &reader)
    claim = try RetirementClaim(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    range.encode(into: &writer)
    claim.encode(into: &writer)
  }
}

/// Gives a lot of the sender, or a part of it, up for good, without a claim.
public struct CancelLot: Hashable, Sendable, BCSCodable {
  public let range: LotRange

  public init(range: LotRange) { self.range = range }

  public init(from reader: inout BCSReader) throws(BCSError) {
    range = try LotRange(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { range.encode(into: &writer) }
}
