import LedgerCore
import LedgerState

/// What is wrong with an ordered index at one of its records.
public enum OrderedFault: Error, Hashable, Sendable {
  /// The tree, or a page above, names this page, and there is none.
  case missing
  /// The page is named a second time.
  case namedTwice
  /// The page stands at another level than what names it says.
  case level
  /// A key lies outside what the pages above leave to this one, or an inner page's first key is
  /// not the one that names it.
  case bounds
  /// Nothing names the page.
  case orphan
  /// The page's number is one that is still to be given.
  case number
  /// The tree's count is not that of the entries.
  case count(kept: UInt64, counted: UInt64)
}

extension OrderedFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "the ordered index names this page, and there is none"
    case .namedTwice: "the page is named twice in its ordered index"
    case .level: "the page stands at a level that is not its own"
    case .bounds: "a key lies outside what the page may hold"
    case .orphan: "nothing names the page"
    case .number: "the page has a number that was not given yet"
    case .count(let kept, let counted):
      "keeps \(kept) as entries, the pages hold \(counted)"
    }
  }
}

/// The structure of all ordered indexes, checked from their records: every page is named once, and
/// holds what the pages above it say; nothing is left over.
///
/// Records come in any order: `addTree` and `addPage` for each, then `faults`. Pages are kept in
/// memory till then.
struct OrderedStructure {
  private var trees: [OrderedIndexKind: OrderedTree] = [:]
  private(set) var pages: [OrderedPageID: OrderedPage] = [:]

  init() {}

  /// Takes a tree's record; false when the key names no index.
  mutating func addTree(_ key: StateKey, _ value: [UInt8]) throws(BCSError) -> Bool {
    let tree = try OrderedTree(bcs: value)
    guard key.bytes.count == 3, let index = OrderedIndexKind(rawValue: key.bytes[2]) else {
      return false
    }
    trees[index] = tree
    return true
  }

  /// Takes a page; false when the key names no index.
  mutating func addPage(_ key: StateKey, _ value: [UInt8]) throws(BCSError) -> Bool {
    let page = try OrderedPage(bcs: value)
    guard key.bytes.count == 11, let index = OrderedIndexKind(rawValue: key.bytes[2]) else {
      return false
    }
    let number = key.bytes[3...].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    pages[OrderedPageID(index: index, number: number)] = page
    return true
  }

  /// Calls the body with an index's leaves, in the order of their numbers.
  func forEachLeaf(of index: OrderedIndexKind, _ body: (OrderedPage) -> Void) {
    let numbers = pages.keys.filter { $0.index == index }.map(\.number)
    for number in numbers.sorted() {
      guard let page = pages[OrderedPageID(index: index, number: number)], page.isLeaf else {
        continue
      }
      body(page)
    }
  }

  /// What is wrong, and where: by index, from the top page down, then what is left over.
  func faults() -> [(key: StateKey, fault: OrderedFault)] {
    OrderedIndexKind.allCases.flatMap { faults(of: $0) }
  }

  /// A page still to look at: what names it says it holds keys from `lower` to below `upper`.
  private struct Visit {
    let number: UInt64
    let level: Int
    let lower: [UInt8]
    let upper: [UInt8]?
  }

  private func faults(of index: OrderedIndexKind) -> [(key: StateKey, fault: OrderedFault)] {
    let tree = trees[index] ?? OrderedTree()
    var faults: [(key: StateKey, fault: OrderedFault)] = []
    var seen: Set<UInt64> = []
    var count: UInt64 = 0
    var visits: [Visit] = []
    if tree.height > 0 {
      visits.append(
        Visit(number: tree.root, level: Int(tree.height) - 1, lower: [], upper: nil))
    }
    while let visit = visits.popLast() {
      func note(_ fault: OrderedFault) {
        faults.append((OrderedPage.key(index, visit.number), fault))
      }
      guard let page = pages[OrderedPageID(index: index, number: visit.number)] else {
        note(.missing)
        continue
      }
      guard seen.insert(visit.number).inserted else {
        note(.namedTwice)
        continue
      }
      guard Int(page.level) == visit.level else {
        note(.level)
        continue
      }
      if visit.number >= tree.nextPage { note(.number) }
      if !page.lies(from: visit.lower, to: visit.upper) { note(.bounds) }
      guard !page.isLeaf else {
        count += UInt64(page.count)
        continue
      }
      for position in (0..<page.count).reversed() {
        let isLast = position + 1 == page.count
        visits.append(
          Visit(
            number: page.child(position), level: visit.level - 1, lower: page.key(position),
            upper: isLast ? visit.upper : page.key(position + 1)))
      }
    }
    let left = pages.keys.filter { $0.index == index && !seen.contains($0.number) }
    for number in left.map(\.number).sorted() {
      faults.append((OrderedPage.key(index, number), .orphan))
    }
    if count != tree.count {
      faults.append((OrderedTree.key(index), .count(kept: tree.count, counted: count)))
    }
    return faults
  }
}

extension OrderedPage {
  /// Whether every key is at or above `lower` and below `upper` (nil: no bound); of an inner page,
  /// whether its first key is `lower` itself.
  fileprivate func lies(from lower: [UInt8], to upper: [UInt8]?) -> Bool {
    let first = key(0)
    guard isLeaf ? !first.lexicographicallyPrecedes(lower) : first == lower else { return false }
    return upper.map { key(count - 1).lexicographicallyPrecedes($0) } ?? true
  }
}
