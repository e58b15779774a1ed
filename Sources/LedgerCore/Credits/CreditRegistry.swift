/// What one serial number of a registry stands for.
public enum SerialUnit: UInt8, Sendable, CaseIterable, BCSCodable {
  case tonne = 0
  case kilogram = 1

  /// µg CO2e.
  public var micrograms: UInt128 {
    switch self {
    case .tonne: 1_000_000_000_000
    case .kilogram: 1_000_000_000
    }
  }

  /// Serials in a tonne.
  public var perTonne: UInt64 {
    switch self {
    case .tonne: 1
    case .kilogram: 1_000
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("serial unit")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}

/// A registry whose credits the ledger takes.
public struct CreditRegistry: Hashable, Sendable, BCSCodable {
  /// As credits name it, such as `gold-standard`.
  public let name: String
  /// What each of its serials stands for.
  public let unit: SerialUnit

  public init(name: String, unit: SerialUnit) {
    self.name = name
    self.unit = unit
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    name = try reader.text(max: CreditLimits.registryBytesMax, "registry")
    unit = try SerialUnit(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(name)
    unit.encode(into: &writer)
  }
}
