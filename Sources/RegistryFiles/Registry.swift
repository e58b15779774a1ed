/// A registry whose exports can be read.
public enum Registry: String, CaseIterable, Sendable {
  case goldStandard = "gold-standard"
  case verra = "verra"
  /// The American Carbon Registry.
  case acr = "acr"
  case climateActionReserve = "climate-action-reserve"
  /// Any other: the usual column names, every known serial grammar and the generic one.
  case generic = "generic"

  /// A registry by its name or an abbreviation in use: `gold-standard`, `GS`, `vcs`, `car`. Case,
  /// blanks and hyphens carry no meaning.
  public init?(name: String) {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    switch plain {
    case "goldstandard", "gs": self = .goldStandard
    case "verra", "vcs", "vcu": self = .verra
    case "acr", "americancarbonregistry": self = .acr
    case "climateactionreserve", "car", "reserve": self = .climateActionReserve
    case "generic", "other": self = .generic
    default: return nil
    }
  }

  /// What people call it.
  public var name: String {
    switch self {
    case .goldStandard: "the Gold Standard"
    case .verra: "Verra"
    case .acr: "the American Carbon Registry"
    case .climateActionReserve: "the Climate Action Reserve"
    case .generic: "another registry"
    }
  }

  /// The serial grammars that occur in this registry's exports.
  var grammars: [SerialGrammar] {
    switch self {
    case .goldStandard: [.goldStandard, .cerPair, .transactionLogPair]
    case .verra: [.verra]
    case .acr: [.acr]
    case .climateActionReserve: [.climateActionReserve]
    case .generic: SerialGrammar.allCases
    }
  }

  /// The one registry but this whose exports hold the serial; nil for what this one reads itself.
  func other(holding serial: ArraySlice<UInt8>) -> Registry? {
    guard SerialRange.parse(serial, grammars: grammars) == nil else { return nil }
    return Self.allCases.first {
      $0 != self && $0 != .generic && SerialRange.parse(serial, grammars: $0.grammars) != nil
    }
  }
}

/// What one serial number stands for.
public enum SerialUnit: String, CaseIterable, Sendable {
  case tonne
  case kilogram

  /// µg CO2e a serial.
  public var micrograms: UInt64 {
    switch self {
    case .tonne: 1_000_000_000_000
    case .kilogram: 1_000_000_000
    }
  }
}
