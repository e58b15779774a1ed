/// Why a record of an export is not sound. What identifies its units decides; what describes them
/// decides their eligibility.
public enum RejectionReason: String, CaseIterable, Sendable {
  /// No serial grammar of the registry takes the serial.
  case unparsable
  /// The quantity is no number, zero, or not the length of the serial range.
  case quantity
  /// The range meets one that an earlier accepted record of the file holds.
  case overlap
  /// The record has another number of cells than the header, or columns of one name say different
  /// things.
  case cells
  /// Text follows a closing quotation mark: readers differ in what such a record says.
  case quoting
}

/// A record that was not accepted.
public struct RejectedRow: Sendable, Equatable {
  /// Counts from 1 after the header.
  public let record: Int
  public let reason: RejectionReason
  /// The serial exactly as the file has it, cut where it is longer than any serial can be.
  public let serial: String
  /// The earlier record whose range this one meets, for `overlap`.
  public let overlappedRecord: Int?
}

/// What an export holds. First accepted record wins; records are judged in file order.
public struct RegistryReport: Sendable, Equatable {
  public let registry: Registry
  /// Records after the header.
  public internal(set) var records = 0
  /// The sound records.
  public internal(set) var accepted = 0
  /// The sound records, in file order; empty where the reader was not told to keep them.
  public internal(set) var credits: [CreditRecord] = []
  /// Sum of the accepted records' µg CO2e.
  public internal(set) var microgramsAccepted: UInt128 = 0
  /// The accepted records by whether, or why not, they may be on-boarded.
  public internal(set) var eligibilities: [Eligibility: Int] = [:]
  /// The other records by reason.
  public internal(set) var rejections: [RejectionReason: Int] = [:]
  /// The other records, in file order: the first `rowsMax` of them.
  public internal(set) var rows: [RejectedRow] = []

  /// How many rejected rows a report keeps: a file of nothing else must not fill memory.
  public static let rowsMax = Limits.rejectedRowsMax

  init(registry: Registry) { self.registry = registry }

  /// Sum of the accepted records' whole tonnes CO2e.
  public var tonnesAccepted: UInt64 { UInt64(clamping: microgramsAccepted / 1_000_000_000_000) }

  /// The accepted records that may be on-boarded.
  public var eligible: Int { eligibilities[.eligible] ?? 0 }

  /// How many records were rejected for this reason.
  public func rejected(_ reason: RejectionReason) -> Int { rejections[reason] ?? 0 }

  /// How many records were rejected.
  public var rejectedCount: Int { records - accepted }

  /// Rejected rows beyond those kept.
  public var rowsLeftOut: Int { rejectedCount - rows.count }
}
