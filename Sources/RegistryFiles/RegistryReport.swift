/// Why a record of an export is not sound.
public enum RejectionReason: String, CaseIterable, Sendable {
  /// No serial grammar of the registry takes the serial.
  case unparsable
  /// The quantity is no number, zero, or not the length of the serial range.
  case quantity
  /// The range meets one that an earlier record of the file holds.
  case overlap
  /// The record has another number of cells than the header.
  case cells
  /// The vintage is no year.
  case vintage
  /// A date is in none of the three forms.
  case date
}

/// A record that was not accepted.
public struct RejectedRow: Sendable, Equatable {
  /// Counts from 1 after the header.
  public let record: Int
  public let reason: RejectionReason
  /// The serial exactly as the file has it.
  public let serial: String
  /// The earlier record whose range this one meets, for `overlap`.
  public let overlappedRecord: Int?
}

/// What an export holds. First accepted record wins; records are judged in file order.
public struct RegistryReport: Sendable, Equatable {
  public let registry: Registry
  /// Records after the header.
  public internal(set) var records = 0
  /// The sound records, in file order.
  public internal(set) var credits: [CreditRecord] = []
  /// Sum of the accepted records' tonnes.
  public internal(set) var tonnesAccepted: UInt64 = 0
  /// The accepted records that may be on-boarded.
  public internal(set) var eligible = 0
  /// The other records, in file order.
  public internal(set) var rows: [RejectedRow] = []

  public var accepted: Int { credits.count }

  /// How many records were rejected for this reason.
  public func rejected(_ reason: RejectionReason) -> Int {
    rows.count { $0.reason == reason }
  }
}
