/// A registry whose exports can be read.
public enum Registry: String, CaseIterable, Sendable {
  case goldStandard = "gold-standard"
  case verra = "verra"
  /// The American Carbon Registry.
  case acr = "acr"
  case climateActionReserve = "climate-action-reserve"

  /// The serial grammars that occur in this registry's exports.
  var grammars: [SerialGrammar] {
    switch self {
    case .goldStandard: [.goldStandard, .cerPair, .transactionLogPair]
    case .verra: [.verra]
    case .acr: [.acr]
    case .climateActionReserve: [.climateActionReserve]
    }
  }
}

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
public enum Eligibility: Hashable, Sendable {
  case eligible
  /// Planned units are not yet reductions.
  case planned
  /// The vintage ends after the reference day.
  case vintageInFuture
  /// Retired at its source.
  case retired
  /// Cancelled at its source.
  case cancelled
  /// Of no status that is known here, or a product type this version does not know.
  case unknown
}

/// One sound record of a registry's export.
public struct CreditRecord: Sendable, Equatable {
  public let registry: Registry
  /// Counts from 1 after the header.
  public let record: Int
  /// The registry's own project id, such as `GS1001`.
  public let projectID: String
  public let projectName: String
  /// As the registry writes it: a name or a code.
  public let country: String
  public let projectType: String
  /// The methodology or protocol; may be empty.
  public let methodology: String
  public let product: ProductType
  /// First day of the vintage: of the vintage year, or of the monitoring period where that starts
  /// within the year.
  public let vintageFrom: CalendarDay
  /// Last day of the vintage: of the vintage year, or of the monitoring period where that ends
  /// within the year.
  public let vintageTo: CalendarDay
  public let serial: SerialRange
  /// The serial exactly as the file has it, white space included.
  public let serialAsWritten: String
  /// Tonnes CO2e: the length of the serial range.
  public let tonnes: UInt64
  /// When the registry issued the units; nil where the export does not say.
  public let issuedOn: CalendarDay?
  /// When the units were retired; nil where they are not, or the export does not say.
  public let retiredOn: CalendarDay?
  public let isCORSIAEligible: Bool
  public let eligibility: Eligibility
}
