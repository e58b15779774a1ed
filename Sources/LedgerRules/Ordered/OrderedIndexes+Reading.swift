import LedgerCore
import LedgerState

extension OrderedIndexes {
  /// How many entries an index has.
  mutating func count(_ index: OrderedIndexKind, in view: inout StateView)
    throws(RecordError) -> UInt64
  {
    try tree(index, in: &view).tree.count
  }

  /// The value at a key; nil when there is none.
  mutating func value(
    _ index: OrderedIndexKind, of key: [UInt8], in view: inout StateView
  ) throws(RecordError) -> [UInt8]? {
    guard let leaf = try leaf(index, .holding(key), in: &view)?.slot else { return nil }
    let page = try page(leaf)
    let (position, isFound) = page.search(key)
    return isFound ? page.value(position) : nil
  }

  /// The first entry; nil when there is none.
  mutating func first(_ index: OrderedIndexKind, in view: inout StateView)
    throws(RecordError) -> OrderedEntry?
  {
    try first(index, atOrAbove: [], in: &view)
  }

  /// The last entry; nil when there is none.
  mutating func last(_ index: OrderedIndexKind, in view: inout StateView)
    throws(RecordError) -> OrderedEntry?
  {
    guard let leaf = try leaf(index, .last, in: &view)?.slot else { return nil }
    let page = try page(leaf)
    return page.entry(page.count - 1)
  }

  /// The first entry whose key is the given one or above it; nil when there is none.
  mutating func first(
    _ index: OrderedIndexKind, atOrAbove key: [UInt8], in view: inout StateView
  ) throws(RecordError) -> OrderedEntry? {
    try first(index, key, isAbove: false, in: &view)
  }

  /// The first entry whose key is above the given one; nil when there is none.
  mutating func first(
    _ index: OrderedIndexKind, above key: [UInt8], in view: inout StateView
  ) throws(RecordError) -> OrderedEntry? {
    try first(index, key, isAbove: true, in: &view)
  }

  /// The last entry whose key is the given one or below it; nil when there is none.
  mutating func last(
    _ index: OrderedIndexKind, atOrBelow key: [UInt8], in view: inout StateView
  ) throws(RecordError) -> OrderedEntry? {
    guard let place = try leaf(index, .holding(key), in: &view) else { return nil }
    let page = try page(place.slot)
    let (position, isFound) = page.search(key)
    if isFound { return page.entry(position) }
    if position > 0 { return page.entry(position - 1) }
    return try lastBefore(place, in: index, &view)
  }

  /// The last entry whose key is below the given one; nil when there is none.
  mutating func last(
    _ index: OrderedIndexKind, below key: [UInt8], in view: inout StateView
  ) throws(RecordError) -> OrderedEntry? {
    guard let place = try leaf(index, .holding(key), in: &view) else { return nil }
    let page = try page(place.slot)
    let position = page.search(key).position
    if position > 0 { return page.entry(position - 1) }
    return try lastBefore(place, in: index, &view)
  }

  /// The entries from a key on, ascending: those at or below `through` (nil: to the end), at most
  /// `max` of them.
  mutating func entries(
    _ index: OrderedIndexKind, from key: [UInt8], through last: [UInt8]? = nil, max: Int,
    in view: inout StateView
  ) throws(RecordError) -> [OrderedEntry] {
    var entries: [OrderedEntry] = []
    var next: [UInt8]? = key
    while let from = next, entries.count < max,
      let place = try leaf(index, .holding(from), in: &view)
    {
      let page = try page(place.slot)
      for position in page.search(from).position..<page.count {
        let entry = page.entry(position)
        if let last, last.lexicographicallyPrecedes(entry.key) { return entries }
        guard entries.count < max else { return entries }
        entries.append(entry)
      }
      next = try separator(place.upper)
    }
    return entries
  }

  /// Calls the body with the entries at a key or below it, the last first, by their page and place,
  /// until it says false. None is copied.
  mutating func descend(
    _ index: OrderedIndexKind, from key: [UInt8], in view: inout StateView,
    _ body: (OrderedPage, Int) throws(RecordError) -> Bool
  ) throws(RecordError) {
    guard var place = try leaf(index, .holding(key), in: &view) else { return }
    var page = try page(place.slot)
    let (found, isFound) = page.search(key)
    var position = isFound ? found : found - 1
    while true {
      while position >= 0 {
        guard try body(page, position) else { return }
        position -= 1
      }
      guard let lower = try separator(place.lower),
        let before = try leaf(index, .before(lower), in: &view)
      else { return }
      place = before
      page = try self.page(before.slot)
      position = page.count - 1
    }
  }

  private mutating func first(
    _ index: OrderedIndexKind, _ key: [UInt8], isAbove: Bool, in view: inout StateView
  ) throws(RecordError) -> OrderedEntry? {
    guard let place = try leaf(index, .holding(key), in: &view) else { return nil }
    let page = try page(place.slot)
    let (found, isFound) = page.search(key)
    let position = isFound && isAbove ? found + 1 : found
    if position < page.count { return page.entry(position) }
    guard let upper = try separator(place.upper),
      let next = try leaf(index, .holding(upper), in: &view)
    else { return nil }
    return try self.page(next.slot).entry(0)
  }

  /// The last entry before a leaf's.
  private mutating func lastBefore(
    _ place: Place, in index: OrderedIndexKind, _ view: inout StateView
  ) throws(RecordError) -> OrderedEntry? {
    guard let lower = try separator(place.lower),
      let before = try leaf(index, .before(lower), in: &view)
    else { return nil }
    let page = try page(before.slot)
    return page.entry(page.count - 1)
  }

  // MARK: The way down

  /// What a way down leads to.
  enum Target {
    /// The leaf that holds a key, or would.
    case holding([UInt8])
    /// The leaf that holds what comes before a key that divides two leaves.
    case before([UInt8])
    case last

    func position(in page: OrderedPage) -> Int {
      switch self {
      case .holding(let key): page.childPosition(of: key)
      case .before(let key): page.childPosition(below: key)
      case .last: page.count - 1
      }
    }
  }

  /// An entry of an inner page, by the page's slot.
  struct Step {
    let slot: Int
    let position: Int
  }

  /// A leaf, and what divides it from those beside it.
  struct Place {
    let slot: Int
    /// The entry whose key divides the leaf from the one before it; nil for the first leaf.
    let lower: Step?
    /// The entry whose key divides the leaf from the next; nil for the last leaf.
    let upper: Step?
  }

  /// A leaf by its slot; nil when the index has no entries.
  mutating func leaf(
    _ index: OrderedIndexKind, _ target: Target, in view: inout StateView
  ) throws(RecordError) -> Place? {
    let tree = try tree(index, in: &view).tree
    guard tree.height > 0 else { return nil }
    var number = tree.root
    var level = Int(tree.height) - 1
    var (lower, upper): (Step?, Step?) = (nil, nil)
    while true {
      let slot = try slot(
        of: OrderedPageID(index: index, number: number), level: level, in: &view)
      guard level > 0 else { return Place(slot: slot, lower: lower, upper: upper) }
      let page = try page(slot)
      let position = target.position(in: page)
      if position > 0 { lower = Step(slot: slot, position: position) }
      if position + 1 < page.count { upper = Step(slot: slot, position: position + 1) }
      number = page.child(position)
      level -= 1
    }
  }

  private func separator(_ step: Step?) throws(RecordError) -> [UInt8]? {
    guard let step else { return nil }
    return try page(step.slot).key(step.position)
  }
}

extension OrderedPage {
  /// A leaf's entry, 0 ..< `count`.
  func entry(_ position: Int) -> OrderedEntry { OrderedEntry(key(position), value(position)) }
}
