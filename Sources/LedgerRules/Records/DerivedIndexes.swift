import LedgerCore
public import LedgerState

/// An entry of an ordered index beside the records, derived from one record.
public struct DerivedEntry: Hashable, Sendable {
  /// The index's name.
  public let index: String
  /// Its bytewise order is the index's order.
  public let key: [UInt8]
  /// Nil where the entry goes.
  public let value: [UInt8]?
}

/// The ordered indexes of the domains that read ranges (protocol §6). Derived data: an index is
/// what these functions make of the records, and can be rebuilt from them at any time.
public enum DerivedIndexes {
  /// Lots with tonnes left, in the order of their retirement; the value is the lot's number,
  /// big-endian.
  public static let liveLots = "live-lots"

  /// The indexes there are.
  public static let names = [liveLots]

  /// The kinds of records that ask for entries.
  public static let kinds: [RecordKind] = [.lot]

  /// What a record's change does to the indexes. A record that cannot be read asks for nothing: its
  /// leaf hash or the audit tells.
  public static func entries(of change: StateChange) -> [DerivedEntry] {
    guard let kind = RecordKind(of: change.key), kinds.contains(kind),
      let number = change.key.number,
      let value = change.value, let lot = try? ReserveLot(bcs: value)
    else { return [] }
    return [
      DerivedEntry(
        index: liveLots, key: retirementKey(lot.lot),
        value: lot.tonnesLeft > 0 ? bigEndian(number) : nil)
    ]
  }

  /// Sorts as `CreditLot.isRetired(before:)`: days and numbers big-endian, texts ended by a zero
  /// byte, which sorts before every character.
  private static func retirementKey(_ lot: CreditLot) -> [UInt8] {
    var key = bigEndian(UInt64(lot.vintageTo) << 32 | UInt64(lot.vintageFrom))
    for text in [lot.registry, lot.projectID, lot.serialBlock] {
      key += text.utf8
      key.append(0)
    }
    return key + bigEndian(lot.start)
  }

  private static func bigEndian(_ number: UInt64) -> [UInt8] {
    stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
