public import LedgerCore
public import LedgerState

/// Where the pages of one ordered index hang together: a B+ tree over `OrderedPage`s. There from
/// the index's first entry on.
public struct OrderedTree: LedgerRecord {
  public static var kind: RecordKind { .orderedTree }

  /// Levels of pages, the leaves' included; 0 when there are no entries and no pages.
  public internal(set) var height: UInt8 = 0
  /// The number of the top page; 0 when there is none.
  public internal(set) var root: UInt64 = 0
  /// The number of the next page made. Numbers are not used again, so that there is no list of
  /// free ones to keep.
  public internal(set) var nextPage: UInt64 = 0
  /// Entries in the leaves.
  public internal(set) var count: UInt64 = 0

  init() {}

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    height = try reader.u8("height")
    root = try reader.u64("root")
    nextPage = try reader.u64("next page")
    count = try reader.u64("count")
    let isSound =
      height == 0
      ? root == 0 && count == 0
      : height <= RulesLimits.orderedLevelsMax && root < nextPage && count > 0
    guard isSound else { throw BCSError(.invalidValue, field: "ordered tree", offset: start) }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u8(height)
    writer.u64(root)
    writer.u64(nextPage)
    writer.u64(count)
  }

  /// Where the tree of an index stands.
  public static func key(_ index: OrderedIndexKind) -> StateKey {
    kind.key(CollectionOfOne(index.rawValue))
  }
}

/// A page of an index.
struct OrderedPageID: Hashable {
  let index: OrderedIndexKind
  let number: UInt64

  func hash(into hasher: inout Hasher) { hasher.combine(number ^ UInt64(index.rawValue) << 56) }
}
