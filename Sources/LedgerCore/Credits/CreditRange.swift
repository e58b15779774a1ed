/// A range of serials of one issuance, as its registry states it.
public struct CreditRange: Hashable, Sendable, BCSCodable {
  /// The canonical key of the serials' block: one text whatever notation was used. Ranges can hold
  /// the same unit only when their keys are equal.
  public var serialBlock: String
  /// The serial exactly as the registry writes it.
  public var serialText: String
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included.
  public var end: UInt64
  /// First day of the vintage, yyyymmdd.
  public var vintageFrom: UInt32
  /// Last day of the vintage, yyyymmdd.
  public var vintageTo: UInt32
  public var product: CreditProduct
  public var labels: CreditLabels
  public var adjustment: CorrespondingAdjustment

  public init(
    serialBlock: String, serialText: String, start: UInt64, end: UInt64, vintageFrom: UInt32,
    vintageTo: UInt32, product: CreditProduct, labels: CreditLabels = [],
    adjustment: CorrespondingAdjustment = .undeclared
  ) {
    self.serialBlock = serialBlock
    self.serialText = serialText
    self.start = start
    self.end = end
    self.vintageFrom = vintageFrom
    self.vintageTo = vintageTo
    self.product = product
    self.labels = labels
    self.adjustment = adjustment
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    serialBlock = try reader.text(max: CreditLimits.serialBlockBytesMax, "serial block")
    serialText = try reader.text(max: CreditLimits.serialTextBytesMax, "serial")
    start = try reader.u64("first serial")
    end = try reader.u64("last serial")
    vintageFrom = try reader.u32("vintage from")
    vintageTo = try reader.u32("vintage to")
    product = try CreditProduct(from: &reader)
    labels = try CreditLabels(from: &reader)
    adjustment = try CorrespondingAdjustment(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(serialBlock)
    writer.text(serialText)
    writer.u64(start)
    writer.u64(end)
    writer.u32(vintageFrom)
    writer.u32(vintageTo)
    product.encode(into: &writer)
    labels.encode(into: &writer)
    adjustment.encode(into: &writer)
  }
}

/// Serials of a lot on chain: the whole lot, or a part of it.
public struct LotRange: Hashable, Sendable, BCSCodable {
  /// The lot's number.
  public let lot: UInt64
  /// First serial number, included.
  public let start: UInt64
  /// Last serial number, included.
  public let end: UInt64

  public init(lot: UInt64, start: UInt64, end: UInt64) {
    self.lot = lot
    self.start = start
    self.end = end
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    lot = try reader.u64("lot")
    start = try reader.u64("first serial")
    end = try reader.u64("last serial")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(lot)
    writer.u64(start)
    writer.u64(end)
  }
}
