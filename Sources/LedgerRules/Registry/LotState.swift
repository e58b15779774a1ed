public import LedgerCore

/// Where a lot stands (carbon rules, "Global Carbon Registry").
public enum LotState: UInt8, Sendable, CaseIterable, BCSCodable {
  case tradable = 0
  /// Held by a market until a trade ends.
  case escrowed = 1
  /// Backs ECC.
  case inReserve = 2
  /// Tradable or escrowed, but its custodian has not attested its custody in time. Never stored: it
  /// follows from the custodian's record (see `Lot.state(at:custodian:)`).
  case suspended = 3
  /// Locked: its owner asks for its release.
  case exporting = 4
  /// Released to its registry; may come back.
  case exported = 5
  /// For good.
  case retired = 6
  /// Given up without a claim, for good.
  case cancelled = 7
  /// Reversed or invalidated at its source.
  case invalidated = 8
  /// Kept by its custodian for what its source may invalidate.
  case buffer = 9

  /// The name in JSON and tables.
  public var name: String {
    switch self {
    case .tradable: "tradable"
    case .escrowed: "escrowed"
    case .inReserve: "in-reserve"
    case .suspended: "suspended"
    case .exporting: "exporting"
    case .exported: "exported"
    case .retired: "retired"
    case .cancelled: "cancelled"
    case .invalidated: "invalidated"
    case .buffer: "buffer"
    }
  }

  /// Whether the custodian holds the credits at their source for somebody: they count against its
  /// limit, and its buffer is measured by them.
  public var isLive: Bool {
    switch self {
    case .tradable, .escrowed, .inReserve, .suspended, .exporting, .buffer: true
    case .exported, .retired, .cancelled, .invalidated: false
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("lot state")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }
}
