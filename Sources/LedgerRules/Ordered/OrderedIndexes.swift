import LedgerCore
import LedgerState

/// An entry of an ordered index.
public struct OrderedEntry: Hashable, Sendable {
  public let key: [UInt8]
  public let value: [UInt8]

  init(_ key: [UInt8], _ value: [UInt8]) {
    self.key = key
    self.value = value
  }
}

/// The ordered indexes of the state as one execution reads and changes them.
///
/// Each is a B+ tree whose pages are records. A page is decoded on first touch and written once, by
/// `add`; every change until `settle` can be taken back. What the pages hold depends on the
/// sequence of changes alone, whatever was rolled back in between.
///
/// Invariants:
/// - no page is empty; a tree without entries has no pages;
/// - of two neighbours with the same parent, either each holds at least a quarter of
///   `RulesLimits.orderedPageBytesMax`, or both together more than three quarters, when one of them
///   has been the last to shrink: so pages stay in proportion to entries.
///
/// Every operation walks as many pages as the tree has levels, and a few more where pages are cut
/// or joined. A page that is missing or not where it belongs is a `RecordError`: the node stops.
struct OrderedIndexes {
  /// A point to which changes can be taken back.
  struct Mark: Hashable {
    let trees: Int
    let pages: Int

    /// Where `settle` was last called.
    static let settled = Mark(trees: 0, pages: 0)
  }

  private(set) var trees = RecordCache<OrderedIndexKind, OrderedTree>(key: OrderedTree.key)
  private(set) var pages = RecordCache<OrderedPageID, OrderedPage> {
    OrderedPage.key($0.index, $0.number)
  }

  init() {}

  /// A point to which changes can be taken back, until the next `settle`.
  var mark: Mark { Mark(trees: trees.mark, pages: pages.mark) }

  /// Takes back every change since `mark`.
  mutating func rollback(to mark: Mark) {
    trees.rollback(to: mark.trees)
    pages.rollback(to: mark.pages)
  }

  /// Makes every change so far stay.
  mutating func settle() {
    trees.settle()
    pages.settle()
  }

  /// Adds what has changed to a block's writes.
  func add(to changes: inout [StateChange]) {
    trees.add(to: &changes)
    pages.add(to: &changes)
  }

  /// The tree of an index, and its slot. The record stays when the last entry goes, so that page
  /// numbers are not used again.
  mutating func tree(_ index: OrderedIndexKind, in view: inout StateView)
    throws(RecordError) -> (slot: Int, tree: OrderedTree)
  {
    let slot = try trees.slot(of: index, in: &view)
    return (slot, trees.current(slot) ?? OrderedTree())
  }

  /// Reads the leaves together that hold these keys, or would, and the pages above them.
  mutating func load(_ index: OrderedIndexKind, _ keys: [[UInt8]], in view: inout StateView)
    throws(RecordError)
  {
    guard !keys.isEmpty else { return }
    let tree = try tree(index, in: &view).tree
    var numbers = Array(repeating: tree.root, count: keys.count)
    for level in (0..<Int(tree.height)).reversed() {
      // Leaves are many; the pages above them are few, and the same in every block.
      try pages.load(
        numbers.lazy.map { OrderedPageID(index: index, number: $0) }, often: level > 0,
        in: &view)
      guard level > 0 else { return }
      for (place, key) in keys.enumerated() {
        let id = OrderedPageID(index: index, number: numbers[place])
        // One after the other: in one expression, `self` is copied before the slot is found.
        let slot = try slot(of: id, level: level, in: &view)
        let page = try page(slot)
        numbers[place] = page.child(page.childPosition(of: key))
      }
    }
  }

  /// Changes a tree.
  mutating func set(_ slot: Int, _ tree: OrderedTree) { trees.set(slot, tree) }

  /// The slot of a page that must exist, and at that level.
  mutating func slot(of id: OrderedPageID, level: Int, in view: inout StateView)
    throws(RecordError) -> Int
  {
    let slot = try pages.slot(of: id, in: &view)
    guard let found = pages.current(slot)?.level else {
      throw .missing(key: OrderedPage.key(id.index, id.number))
    }
    guard Int(found) == level else {
      throw .malformed(
        key: OrderedPage.key(id.index, id.number),
        BCSError(.invalidValue, field: "level", offset: 0))
    }
    return slot
  }

  /// The page in a slot; throws when there is none.
  func page(_ slot: Int) throws(RecordError) -> OrderedPage {
    guard let page = pages.current(slot) else {
      let id = pages.entries[slot].id
      throw .missing(key: OrderedPage.key(id.index, id.number))
    }
    return page
  }

  /// Changes or (nil) removes a page.
  mutating func set(_ slot: Int, _ page: OrderedPage?) { pages.set(slot, page) }

  /// Makes a page with the tree's next number, which it returns.
  mutating func make(
    _ page: OrderedPage, in index: OrderedIndexKind, _ tree: inout OrderedTree
  ) -> UInt64 {
    let number = tree.nextPage
    tree.nextPage += 1
    pages.make(OrderedPageID(index: index, number: number), page)
    return number
  }
}
