/// What the host country says and does about counting a credit itself (Paris Agreement, Article 6).
public struct CorrespondingAdjustment: Hashable, Sendable, BCSCodable {
  /// Whether the host country adjusts its own balance for the credit.
  public enum Declaration: UInt8, Sendable, CaseIterable, BCSCodable {
    case unknown = 0
    case notRequired = 1
    case committed = 2

    public init(from reader: inout BCSReader) throws(BCSError) {
      self = try reader.tag("adjustment declaration")
    }

    public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
  }

  /// How far the adjustment has come.
  public enum Status: UInt8, Sendable, CaseIterable, BCSCodable {
    case notStarted = 0
    case pending = 1
    case completed = 2

    public init(from reader: inout BCSReader) throws(BCSError) {
      self = try reader.tag("adjustment status")
    }

    public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
  }

  public var declaration: Declaration
  public var status: Status
  /// The day declaration and status are of, yyyymmdd; 0 where nothing is declared.
  public var date: UInt32

  public init(declaration: Declaration, status: Status, date: UInt32) {
    self.declaration = declaration
    self.status = status
    self.date = date
  }

  /// Nothing is declared.
  public static let undeclared = CorrespondingAdjustment(
    declaration: .unknown, status: .notStarted, date: 0)

  public init(from reader: inout BCSReader) throws(BCSError) {
    declaration = try Declaration(from: &reader)
    status = try Status(from: &reader)
    date = try reader.u32("adjustment date")
  }

  public func encode(into writer: inout BCSWriter) {
    declaration.encode(into: &writer)
    status.encode(into: &writer)
    writer.u32(date)
  }
}
