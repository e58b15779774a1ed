/// What kind of unit a credit is.
public enum ProductType: Hashable, Sendable {
  /// Verified emission reductions (`VER`).
  case verified
  /// Certified emission reductions under the Clean Development Mechanism (`CER`).
  case certified
  /// Planned reductions (`PER`): promised, not measured.
  case planned
  /// Climate Reserve Tonnes (`CRT`).
  case climateReserveTonne
  /// Verified Carbon Units (`VCU`).
  case verifiedCarbonUnit
  /// Emission Reduction Tonnes of the American Carbon Registry (`ERT`).
  case emissionReductionTonne
  /// A type this version does not know; never eligible.
  case other(String)

  /// Reads the registries' abbreviation, in any case.
  init(code: String) {
    switch code.uppercased() {
    case "VER", "GSVER": self = .verified
    case "CER", "GSCER": self = .certified
    case "PER": self = .planned
    case "CRT": self = .climateReserveTonne
    case "VCU": self = .verifiedCarbonUnit
    case "ERT": self = .emissionReductionTonne
    default: self = .other(code)
    }
  }

  /// The registries' abbreviation.
  public var code: String {
    switch self {
    case .verified: "VER"
    case .certified: "CER"
    case .planned: "PER"
    case .climateReserveTonne: "CRT"
    case .verifiedCarbonUnit: "VCU"
    case .emissionReductionTonne: "ERT"
    case .other(let text): text
    }
  }
}

/// Whether a sound record may be on-boarded, and if not, why.
public enum Eligibility: String, CaseIterable, Sendable {
  case eligible
  /// Planned units are not yet reductions.
  case planned
  /// The vintage ends after the reference day.
  case vintageInFuture = "vintage-in-future"
  /// Retired at its source.
  case retired
  /// Cancelled at its source.
  case cancelled
  /// Of no status that is known here, or a product type this version does not know.
  case unknown = "unknown-status-or-product"
  /// Its project or vintage is not said, a date is in none of the known forms, or the vintage is
  /// not that of its serial.
  case unclear = "unclear-project-or-date"
}

/// One sound record of a registry's export.
public struct CreditRecord: Sendable, Equatable {
  public let registry: Registry
  /// Counts from 1 after the header.
  public let record: Int
  /// The registry's own project id, such as `GS1001`; never empty where the record is eligible.
  public let projectID: String
  public let projectName: String
  /// As the registry writes it: a name or a code.
  public let country: String
  public let projectType: String
  /// The methodology or protocol; may be empty.
  public let methodology: String
  public let product: ProductType
  /// First and last day of the vintage: those the serial says; else of the vintage year, cut to the
  /// monitoring period where the two meet. Nil where the record says none, and then it is not
  /// eligible.
  public let vintage: ClosedRange<CalendarDay>?
  public let serial: SerialRange
  /// The serial exactly as the file has it, white space included.
  public let serialAsWritten: String
  /// µg CO2e: serials times the registry's unit.
  public let micrograms: UInt128
  /// When the registry issued the units; nil where the export does not say.
  public let issuedOn: CalendarDay?
  /// When the units were retired or cancelled; nil where they are not, or the export does not say.
  public let retiredOn: CalendarDay?
  public let isCORSIAEligible: Bool
  public let eligibility: Eligibility

  /// Whole tonnes CO2e.
  public var tonnes: UInt64 { UInt64(clamping: micrograms / 1_000_000_000_000) }
}
