/// Asks the registrars for something (carbon rules, "Global Carbon Registry").
public struct FileRequest: Hashable, Sendable, BCSCodable {
  public let request: CreditRequest
  public let proof: CustodyProof
  /// How many lots it may make or change; each is charged for. At most
  /// `CreditLimits.requestLotsMax`.
  public let lotsMax: UInt16

  /// - Parameter lotsMax: nil for as many as such a request needs as a rule; of more than the
  ///   bound, the bound.
  public init(request: CreditRequest, proof: CustodyProof, lotsMax: UInt16? = nil) {
    self.request = request
    self.proof = proof
    self.lotsMax = min(lotsMax ?? request.usualLots, UInt16(CreditLimits.requestLotsMax))
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    request = try CreditRequest(from: &reader)
    proof = try CustodyProof(from: &reader)
    lotsMax = try reader.lotsMax()
  }

  public func encode(into writer: inout BCSWriter) {
    request.encode(into: &writer)
    proof.encode(into: &writer)
    writer.u16(lotsMax)
  }
}

/// A registrar's word on a request.
public struct DecideRequest: Hashable, Sendable, BCSCodable {
  public let request: UInt64
  /// False to reject it.
  public let approves: Bool
  /// SHA-256 of the reasons; all zero for none.
  public let reasons: Digest
  /// How many lots the request may make or change, should this word carry it out; each is charged
  /// for. As many as its filer stated at least, and at most `CreditLimits.requestLotsMax`.
  public let lotsMax: UInt16

  /// - Parameter lotsMax: of more than the bound, the bound.
  public init(request: UInt64, approves: Bool, reasons: Digest = .zero, lotsMax: UInt16) {
    self.request = request
    self.approves = approves
    self.reasons = reasons
    self.lotsMax = min(lotsMax, UInt16(CreditLimits.requestLotsMax))
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    request = try reader.u64("request")
    approves = try reader.bool("approves")
    reasons = try Digest(from: &reader)
    lotsMax = try reader.lotsMax()
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(request)
    writer.bool(approves)
    reasons.encode(into: &writer)
    writer.u16(lotsMax)
  }
}

/// Takes a request back; only who filed it may.
public struct WithdrawRequest: Hashable, Sendable, BCSCodable {
  public let request: UInt64

  public init(request: UInt64) { self.request = request }

  public init(from reader: inout BCSReader) throws(BCSError) {
    request = try reader.u64("request")
  }

  public func encode(into writer: inout BCSWriter) { writer.u64(request) }
}

/// A custodian's word that it still holds every credit it has brought, at its source.
public struct AttestCustody: Hashable, Sendable, BCSCodable {
  /// SHA-256 of the statement.
  public let document: Digest

  public init(document: Digest) { self.document = document }

  public init(from reader: inout BCSReader) throws(BCSError) {
    document = try Digest(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { document.encode(into: &writer) }
}

/// Adds ECO2 of a custodian to its bond.
public struct PostBond: Hashable, Sendable, BCSCodable {
  /// ECO2 base units.
  public let amount: Amount

  public init(amount: Amount) { self.amount = amount }

  public init(from reader: inout BCSReader) throws(BCSError) {
    amount = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { amount.encode(into: &writer) }
}

/// Moves lots of a custodian into its buffer, or out of it.
public struct SetBuffer: Hashable, Sendable, BCSCodable {
  public let range: LotRange
  public let isBuffer: Bool

  public init(range: LotRange, isBuffer: Bool) {
    self.range = range
    self.isBuffer = isBuffer
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    range = try LotRange(from: &reader)
    isBuffer = try reader.bool("buffer")
  }

  public func encode(into writer: inout BCSWriter) {
    range.encode(into: &writer)
    writer.bool(isBuffer)
  }
}

/// Meets a custodian's obligation with credits of its own.
public struct ReplaceCredits: Hashable, Sendable, BCSCodable {
  /// The obligation's number.
  public let obligation: UInt64
  public let range: LotRange

  public init(obligation: UInt64, range: LotRange) {
    self.obligation = obligation
    self.range = range
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    obligation = try reader.u64("obligation")
    range = try LotRange(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(obligation)
    range.encode(into: &writer)
  }
}

/// Tells that the source shows a retirement too.
public struct ConfirmRetirement: Hashable, Sendable, BCSCodable {
  /// The retirement's number.
  public let retirement: UInt64
  /// Where the source shows it: its own number.
  public let reference: String
  /// The day the source gives, yyyymmdd.
  public let date: UInt32

  public init(retirement: UInt64, reference: String, date: UInt32) {
    self.retirement = retirement
    self.reference = reference
    self.date = date
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    retirement = try reader.u64("retirement")
    reference = try reader.text(max: CreditLimits.referenceBytesMax, "reference")
    date = try reader.u32("date")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(retirement)
    writer.text(reference)
    writer.u32(date)
  }
}

extension BCSReader {
  /// Lots that an operation states as its maximum.
  fileprivate mutating func lotsMax() throws(BCSError) -> UInt16 {
    let start = offset
    let lots = try u16("lots maximum")
    guard Int(lots) <= CreditLimits.requestLotsMax else {
      throw BCSError(.invalidValue, field: "lots maximum", offset: start)
    }
    return lots
  }
}
