import LedgerCore
import LedgerState

extension OrderedIndexes {
  /// Sets the value at a key; returns the one that it replaces.
  ///
  /// - Parameters:
  ///   - key: 1 … `RulesLimits.orderedKeyBytesMax` bytes.
  ///   - value: at most `RulesLimits.orderedValueBytesMax` bytes.
  @discardableResult
  mutating func set(
    _ index: OrderedIndexKind, _ key: [UInt8], _ value: [UInt8], in view: inout StateView
  ) throws(RecordError) -> [UInt8]? {
    precondition(
      (1...RulesLimits.orderedKeyBytesMax).contains(key.count)
        && value.count <= RulesLimits.orderedValueBytesMax,
      "an entry of an ordered index is out of bounds")
    let entry = OrderedPage.entry(key, value: value)
    var (slot, tree) = try tree(index, in: &view)
    guard let place = try leaf(index, .holding(key), in: &view) else {
      tree.root = make(OrderedPage(level: 0, entry), in: index, &tree)
      tree.height = 1
      tree.count = 1
      set(slot, tree)
      return nil
    }
    let page = try page(place.slot)
    let (position, isFound) = page.search(key)
    let before = isFound ? page.value(position) : nil
    let changed = page.replacing(position..<position + (isFound ? 1 : 0), with: entry)
    if !isFound { tree.count += 1 }
    if changed.byteCount <= RulesLimits.orderedPageBytesMax {
      set(place.slot, changed)
    } else {
      let isAppended = place.upper == nil && position == page.count
      try grow(
        along: path(index, to: key, &view), changed, isAppended: isAppended, index, &tree, &view)
    }
    if !isFound || trees.current(slot) != tree { set(slot, tree) }
    return before
  }

  /// Sets the value at a key that has one of the same length, and at another key that comes right
  /// behind it: what `set` of both does, in one edit where both stand in one leaf.
  mutating func set(
    _ index: OrderedIndexKind, _ key: [UInt8], _ value: [UInt8], then next: [UInt8],
    _ nextValue: [UInt8], in view: inout StateView
  ) throws(RecordError) {
    if let place = try leaf(index, .holding(key), in: &view), try isBefore(next, place.upper) {
      let page = try page(place.slot)
      let (position, isFound) = page.search(key)
      let isBetween = position + 1 >= page.count || page.order(of: next, to: position + 1) < 0
      if isFound, isBetween, page.valueRange(position).count == value.count {
        let changed = page.replacing(
          position..<position + 1, with: OrderedPage.entry(key, value: value),
          second: OrderedPage.entry(next, value: nextValue))
        if changed.byteCount <= RulesLimits.orderedPageBytesMax {
          var (slot, tree) = try tree(index, in: &view)
          tree.count += 1
          set(place.slot, changed)
          return set(slot, tree)
        }
      }
    }
    try set(index, next, nextValue, in: &view)
    try set(index, key, value, in: &view)
  }

  /// Whether a key stands before what divides a leaf from the next.
  private func isBefore(_ key: [UInt8], _ upper: Step?) throws(RecordError) -> Bool {
    guard let upper else { return true }
    return try page(upper.slot).order(of: key, to: upper.position) < 0
  }

  /// Removes the entry at a key; returns its value, or nil when there is none.
  @discardableResult
  mutating func remove(
    _ index: OrderedIndexKind, _ key: [UInt8], in view: inout StateView
  ) throws(RecordError) -> [UInt8]? {
    guard let place = try leaf(index, .holding(key), in: &view) else { return nil }
    let page = try page(place.slot)
    let (position, isFound) = page.search(key)
    guard isFound else { return nil }
    let before = page.value(position)
    let changed = page.replacing(position..<position + 1, with: [])
    var (slot, tree) = try tree(index, in: &view)
    tree.count -= 1
    if changed.isLargeEnough {
      set(place.slot, changed)
    } else {
      try shrink(along: path(index, to: key, &view), changed, index, &tree, &view)
    }
    set(slot, tree)
    return before
  }

  /// The way from the top page to the leaf that holds a key: slots, and in each inner page the
  /// position of the child (of the leaf 0).
  private mutating func path(
    _ index: OrderedIndexKind, to key: [UInt8], _ view: inout StateView
  ) throws(RecordError) -> [Step] {
    let tree = try tree(index, in: &view).tree
    var path: [Step] = []
    path.reserveCapacity(Int(tree.height))
    var number = tree.root
    for level in (0..<Int(tree.height)).reversed() {
      let slot = try slot(
        of: OrderedPageID(index: index, number: number), level: level, in: &view)
      guard level > 0 else {
        path.append(Step(slot: slot, position: 0))
        break
      }
      let page = try page(slot)
      let position = page.childPosition(of: key)
      path.append(Step(slot: slot, position: position))
      number = page.child(position)
    }
    return path
  }

  /// Cuts the last page of a path, which has become `page` and is too long, and then each above it
  /// that becomes too long by it.
  private mutating func grow(
    along path: [Step], _ page: OrderedPage, isAppended: Bool, _ index: OrderedIndexKind,
    _ tree: inout OrderedTree, _ view: inout StateView
  ) throws(RecordError) {
    var page = page
    for depth in path.indices.reversed() {
      // Entries that come in ascending order fill their pages.
      let cut = isAppended ? page.count - 1 : page.middle
      let left = page.slice(0..<cut)
      let right = page.slice(cut..<page.count)
      let separator = left.separator(before: right)
      set(path[depth].slot, left)
      let number = make(right, in: index, &tree)
      let entry = OrderedPage.entry(separator, child: number)
      guard depth > 0 else {
        let top = OrderedPage(
          level: page.level + 1, OrderedPage.entry([], child: tree.root))
        tree.root = make(top.replacing(1..<1, with: entry), in: index, &tree)
        tree.height += 1
        return
      }
      let above = path[depth - 1]
      page = try self.page(above.slot).replacing(
        above.position + 1..<above.position + 1, with: entry)
      if page.byteCount <= RulesLimits.orderedPageBytesMax { return set(above.slot, page) }
    }
  }

  /// Joins the last page of a path, which has become `page` and is small, with one beside it, or
  /// removes it when it is empty; then each above it that becomes small by it.
  private mutating func shrink(
    along path: [Step], _ page: OrderedPage, _ index: OrderedIndexKind, _ tree: inout OrderedTree,
    _ view: inout StateView
  ) throws(RecordError) {
    var page = page
    for depth in path.indices.reversed().dropLast() {
      let slot = path[depth].slot
      if page.isLargeEnough { return set(slot, page) }
      let above = path[depth - 1]
      let parent = try self.page(above.slot)
      if page.count == 0 {
        set(slot, nil)
        page = parent.removingChild(above.position)
        continue
      }
      guard let joined = try join(page, at: above.position, of: parent, index, &view) else {
        return set(slot, page)
      }
      page = joined
    }
    try setTop(path[0].slot, page, index, &tree, &view)
  }

  /// Joins a small page with the one to its right or else to its left, where both together leave
  /// room: returns the parent without the right one of the two; nil when neither does.
  private mutating func join(
    _ page: OrderedPage, at position: Int, of parent: OrderedPage, _ index: OrderedIndexKind,
    _ view: inout StateView
  ) throws(RecordError) -> OrderedPage? {
    for left in [position, position - 1] where left >= 0 && left + 1 < parent.count {
      var slots: [Int] = []
      for child in [left, left + 1] {
        let id = OrderedPageID(index: index, number: parent.child(child))
        slots.append(try slot(of: id, level: Int(page.level), in: &view))
      }
      let joined =
        left == position
        ? page.joined(with: try self.page(slots[1])) : try self.page(slots[0]).joined(with: page)
      guard joined.byteCount <= RulesLimits.orderedPageBytesMax / 4 * 3 else { continue }
      set(slots[0], joined)
      set(slots[1], nil)
      return parent.replacing(left + 1..<left + 2, with: [])
    }
    return nil
  }

  /// Changes the top page; an empty one goes, and one with a single child gives its place to it.
  private mutating func setTop(
    _ slot: Int, _ page: OrderedPage, _ index: OrderedIndexKind, _ tree: inout OrderedTree,
    _ view: inout StateView
  ) throws(RecordError) {
    guard page.count > 0 else {
      set(slot, nil)
      tree.height = 0
      tree.root = 0
      return
    }
    var (slot, page) = (slot, page)
    set(slot, page)
    while !page.isLeaf, page.count == 1 {
      set(slot, nil)
      tree.root = page.child(0)
      tree.height -= 1
      slot = try self.slot(
        of: OrderedPageID(index: index, number: tree.root), level: Int(page.level) - 1, in: &view)
      page = try self.page(slot)
    }
  }
}

extension OrderedPage {
  /// Whether it can stand as it is after a removal.
  fileprivate var isLargeEnough: Bool { byteCount >= RulesLimits.orderedPageBytesMax / 4 }
}
