import LedgerCore

/// Where something stands in the chain: a transaction in execution order, or a bundle, from 0.
public struct HistoryPlace: Hashable, Comparable, Sendable {
  public let height: UInt64
  public let index: Int

  public init(height: UInt64, index: Int) {
    self.height = height
    self.index = index
  }

  public static func < (one: HistoryPlace, other: HistoryPlace) -> Bool {
    (one.height, one.index) < (other.height, other.index)
  }
}

/// One entry of a table: the first eight bytes of what is looked up, and a place.
///
/// The place is kept as its complement, so that ascending order is newest first. Eight bytes tell
/// almost everything apart; whoever reads looks at what stands at the place.
struct PlaceEntry: Hashable, Comparable, Sendable {
  static let bytesCount = 16
  static let indexBits: UInt64 = 24
  static let heightMax: UInt64 = 1 << 40 - 1

  /// Big-endian, so that order is that of bytes.
  let prefix: UInt64
  let order: UInt64

  init(prefix: UInt64, order: UInt64) {
    self.prefix = prefix
    self.order = order
  }

  init(_ bytes: Bytes32, _ height: UInt64, _ index: Int) {
    prefix = Self.prefix(bytes)
    order = Self.order(HistoryPlace(height: height, index: index))
  }

  static func prefix(_ bytes: Bytes32) -> UInt64 { bytes.leadingBits }

  /// Heights and indices beyond the bounds count as the last ones.
  static func order(_ place: HistoryPlace) -> UInt64 {
    let index = UInt64(clamping: min(place.index, 1 << Int(indexBits) - 1))
    return ~(min(place.height, heightMax) << indexBits | index)
  }

  var place: HistoryPlace {
    HistoryPlace(
      height: ~order >> Self.indexBits, index: Int(~order & (1 << Self.indexBits - 1)))
  }

  static func < (one: PlaceEntry, other: PlaceEntry) -> Bool {
    one.prefix == other.prefix ? one.order < other.order : one.prefix < other.prefix
  }
}

/// The tables of places, each its own database.
enum HistoryTable: Int, CaseIterable, Sendable {
  /// Transaction id → place.
  case transactions = 0
  /// Account → places of executed transactions that it sent, paid for or is named in.
  case accounts = 1
  /// Bundle digest → height and position in the block.
  case bundles = 2

  var name: String {
    switch self {
    case .transactions: "transactions"
    case .accounts: "accounts"
    case .bundles: "bundles"
    }
  }
}
