public import LedgerCore

/// What kind of unit a credit is.
public enum CreditProduct: UInt8, Sendable, CaseIterable, BCSCodable {
  /// Verified emission reductions (`VER`).
  case verified = 0
  /// Certified emission reductions under the Clean Development Mechanism (`CER`).
  case certified = 1
  /// Planned reductions (`PER`): promised, not measured; never in the reserve.
  case planned = 2
  /// Climate Reserve Tonnes (`CRT`).
  case climateReserveTonne = 3
  /// Verified Carbon Units (`VCU`).
  case verifiedCarbonUnit = 4
  /// Emission Reduction Tonnes of the American Carbon Registry (`ERT`).
  case emissionReductionTonne = 5

  /// The registries' abbreviation.
  public var code: String {
    switch self {
    case .verified: "VER"
    case .certified: "CER"
    case .planned: "PER"
    case .climateReserveTonne: "CRT"
    case .verifiedCarbonUnit: "VCU"
    case .emissionReductionTonne: "ERT"
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let tag = try reader.uleb128("credit product")
    guard let raw = UInt8(exactly: tag), let product = CreditProduct(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: "credit product", offset: start)
    }
    self = product
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}

/// What a lot is: a range of serials of one issuance, as its registry states it.
public struct CreditLot: Hashable, Sendable, BCSCodable {
  /// The originating registry, such as `gold-standard`.
  public var registry: String
  public var projectID: String
  public var projectName: String
  public var country: String
  public var projectType: String
  /// May be empty.
  public var methodology: String
  /// The canonical key of the serials' block: one text whatever notation was used. Ranges can hold
  /// the same unit only when their keys are equal.
  public var serialBlock: String
  /// The serial exactly as the registry writes it.
  public var serialText: String
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included. Each serial is one tonne.
  public var end: UInt64
  /// First day of the vintage, yyyymmdd.
  public var vintageFrom: UInt32
  /// Last day of the vintage, yyyymmdd.
  public var vintageTo: UInt32
  public var product: CreditProduct

  public init(
    registry: String, projectID: String, projectName: String, country: String,
    projectType: String, methodology: String, serialBlock: String, serialText: String,
    start: UInt64, end: UInt64, vintageFrom: UInt32, vintageTo: UInt32, product: CreditProduct
  ) {
    self.registry = registry
    self.projectID = projectID
    self.projectName = projectName
    self.country = country
    self.projectType = projectType
    self.methodology = methodology
    self.serialBlock = serialBlock
    self.serialText = serialText
    self.start = start
    self.end = end
    self.vintageFrom = vintageFrom
    self.vintageTo = vintageTo
    self.product = product
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    registry = try reader.text(max: RulesLimits.registryBytesMax, "registry")
    projectID = try reader.text(max: RulesLimits.projectIDBytesMax, "project id")
    projectName = try reader.text(max: RulesLimits.projectNameBytesMax, "project name")
    country = try reader.text(max: RulesLimits.countryBytesMax, "country")
    projectType = try reader.text(max: RulesLimits.projectTypeBytesMax, "project type")
    methodology = try reader.text(max: RulesLimits.methodologyBytesMax, "methodology")
    serialBlock = try reader.text(max: RulesLimits.serialBlockBytesMax, "serial block")
    serialText = try reader.text(max: RulesLimits.serialTextBytesMax, "serial")
    start = try reader.u64("first serial")
    end = try reader.u64("last serial")
    vintageFrom = try reader.u32("vintage from")
    vintageTo = try reader.u32("vintage to")
    product = try CreditProduct(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(registry)
    writer.text(projectID)
    writer.text(projectName)
    writer.text(country)
    writer.text(projectType)
    writer.text(methodology)
    writer.text(serialBlock)
    writer.text(serialText)
    writer.u64(start)
    writer.u64(end)
    writer.u32(vintageFrom)
    writer.u32(vintageTo)
    product.encode(into: &writer)
  }

  /// Whether this lot is retired before another: oldest vintage end, then start, registry, project
  /// (bytes), block, serial (carbon rules, "Offset pool").
  public func isRetired(before other: CreditLot) -> Bool {
    if vintageTo != other.vintageTo { return vintageTo < other.vintageTo }
    if vintageFrom != other.vintageFrom { return vintageFrom < other.vintageFrom }
    let texts = [
      (registry, other.registry), (projectID, other.projectID), (serialBlock, other.serialBlock),
    ]
    for (left, right) in texts where !left.utf8.elementsEqual(right.utf8) {
      return left.utf8.lexicographicallyPrecedes(right.utf8)
    }
    return start < other.start
  }
}

/// A lot in the reserve. Its serials are retired from the first on; [start, next) is retired,
/// [next, end] is live.
public struct ReserveLot: NumberedRecord {
  public static var kind: RecordKind { .lot }

  public let lot: CreditLot
  /// The serial to retire next; `end + 1` when none is left.
  public var next: UInt64
  /// The lot that follows in the order of retirement.
  public var following: UInt64?

  init(lot: CreditLot, next: UInt64, following: UInt64?) {
    self.lot = lot
    self.next = next
    self.following = following
  }

  /// Tonnes not retired yet.
  public var tonnesLeft: UInt64 { next > lot.end ? 0 : lot.end - next + 1 }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    lot = try CreditLot(from: &reader)
    next = try reader.u64("next serial")
    following = try reader.isPresent("following lot") ? reader.u64("following lot") : nil
    guard lot.start <= lot.end, lot.end < .max, next >= lot.start, next <= lot.end + 1 else {
      throw BCSError(.invalidValue, field: "reserve lot", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    lot.encode(into: &writer)
    writer.u64(next)
    writer.bool(following != nil)
    if let following { writer.u64(following) }
  }
}

/// How much the reserve holds, and where its retirement goes on: the lots form one list in the
/// order of retirement, so the next one is found by its number.
public struct Reserve: SingleRecord {
  public static var kind: RecordKind { .reserve }

  /// Lots ever deposited; the next deposit takes this number.
  public var lots: UInt64
  /// Tonnes deposited and not retired.
  public var tonnes: UInt64
  /// The lot to retire from; nil when the reserve is empty.
  public var first: UInt64?
  /// Retirement records written; the next one takes this number.
  public var retirements: UInt64

  init(lots: UInt64, tonnes: UInt64, first: UInt64?, retirements: UInt64 = 0) {
    self.lots = lots
    self.tonnes = tonnes
    self.first = first
    self.retirements = retirements
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    lots = try reader.u64("lots")
    tonnes = try reader.u64("tonnes")
    first = try reader.isPresent("first lot") ? reader.u64("first lot") : nil
    retirements = try reader.u64("retirements")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(lots)
    writer.u64(tonnes)
    writer.bool(first != nil)
    if let first { writer.u64(first) }
    writer.u64(retirements)
  }
}

/// Which serials stand for which tonnes of the number line. Append-only.
public struct Retirement: NumberedRecord {
  public static var kind: RecordKind { .retirement }

  /// The block that retired them.
  public let height: UInt64
  /// The first tonne of the number line, from 1.
  public let firstTonne: UInt64
  public let tonnes: UInt64
  public let lot: UInt64
  /// The lot's serial for the first tonne; the others follow one by one.
  public let firstSerial: UInt64

  init(height: UInt64, firstTonne: UInt64, tonnes: UInt64, lot: UInt64, firstSerial: UInt64) {
    self.height = height
    self.firstTonne = firstTonne
    self.tonnes = tonnes
    self.lot = lot
    self.firstSerial = firstSerial
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    firstTonne = try reader.u64("first tonne")
    tonnes = try reader.u64("tonnes")
    lot = try reader.u64("lot")
    firstSerial = try reader.u64("first serial")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    writer.u64(firstTonne)
    writer.u64(tonnes)
    writer.u64(lot)
    writer.u64(firstSerial)
  }
}
