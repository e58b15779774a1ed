/// Why credits are retired: the reasons that registries know.
public enum RetirementReason: UInt8, Sendable, CaseIterable, BCSCodable {
  /// To offset emissions voluntarily.
  case voluntary = 0
  /// To meet a legal duty.
  case compliance = 1
  /// For CORSIA.
  case corsia = 2
  /// For the benefit of somebody, as a gift.
  case beneficiary = 3
  case other = 4

  /// The code in JSON and tables.
  public var code: String {
    switch self {
    case .voluntary: "voluntary"
    case .compliance: "compliance"
    case .corsia: "corsia"
    case .beneficiary: "beneficiary"
    case .other: "other"
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("retirement reason")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}

/// For whom, why and for which time credits are retired.
public struct RetirementClaim: Hashable, Sendable, BCSCodable {
  /// A salted SHA-256 of the beneficiary's name; all zero for the holder itself. The subject
  /// publishes the text if it wants.
  public var beneficiary: Digest
  public var reason: RetirementReason
  /// First day of the period whose emissions are meant, yyyymmdd; 0 for none.
  public var periodFrom: UInt32
  /// Last day of that period, yyyymmdd; 0 for none.
  public var periodTo: UInt32

  public init(
    beneficiary: Digest = .zero, reason: RetirementReason, periodFrom: UInt32 = 0,
    periodTo: UInt32 = 0
  ) {
    self.beneficiary = beneficiary
    self.reason = reason
    self.periodFrom = periodFrom
    self.periodTo = periodTo
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    beneficiary = try Digest(from: &reader)
    reason = try RetirementReason(from: &reader)
    periodFrom = try reader.u32("period from")
    periodTo = try reader.u32("period to")
  }

  public func encode(into writer: inout BCSWriter) {
    beneficiary.encode(into: &writer)
    reason.encode(into: &writer)
    writer.u32(periodFrom)
    writer.u32(periodTo)
  }
}
