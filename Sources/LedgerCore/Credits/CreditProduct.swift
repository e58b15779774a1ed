/// What kind of unit a credit is.
public enum CreditProduct: UInt8, Sendable, CaseIterable, BCSCodable {
  /// Verified emission reductions (`VER`).
  case verified = 0
  /// Certified emission reductions under the Clean Development Mechanism (`CER`).
  case certified = 1
  /// Planned reductions (`PER`): promised, not measured; never tradable.
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
    self = try reader.tag("credit product")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}
