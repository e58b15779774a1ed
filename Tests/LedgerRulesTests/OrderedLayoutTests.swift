import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("What ordered indexes make of entries")
struct OrderedLayoutTests {
  private let value = [UInt8](repeating: 7, count: 16)

  private func key(_ number: UInt64) -> [UInt8] { bigEndian(3) + bigEndian(number) }

  /// A book of 16-byte keys in this order, flushed.
  private func book(_ numbers: some Sequence<UInt64>) throws -> OrderedBook {
    var book = OrderedBook()
    for number in numbers { #expect(try book.set(.serials, key(number), value) == nil) }
    book.endBlock()
    #expect(try book.faults() == [])
    return book
  }

  @Test("an index without entries has no records, and answers nothing")
  func empty() throws {
    var book = OrderedBook()
    #expect(try book.remove(.serials, [1]) == nil)
    #expect(try book.entries(.serials) == [])
    let answers = try book.with { indexes, view throws(RecordError) in
      [
        try indexes.first(.serials, in: &view), try indexes.last(.serials, in: &view),
        try indexes.first(.serials, atOrAbove: [1], in: &view),
        try indexes.first(.serials, above: [1], in: &view),
        try indexes.last(.serials, atOrBelow: [1], in: &view),
        try indexes.last(.serials, below: [1], in: &view),
      ]
    }
    #expect(answers == [nil, nil, nil, nil, nil, nil])
    book.endBlock()
    #expect(book.records.records.isEmpty)
  }

  @Test("an entry alone is first and last; gone, it leaves the tree's record alone")
  func one() throws {
    var book = try book([5])
    #expect(book.pageCount == 1)
    #expect(try book.entries(.serials) == [OrderedEntry(key(5), value)])
    #expect(try book.set(.serials, key(5), [1]) == value)
    #expect(try book.remove(.serials, key(5)) == [1])
    book.endBlock()
    #expect(Array(book.records.records.keys) == [OrderedTree.key(.serials)])
    #expect(try book.faults() == [])
    // The next page has a number of its own.
    try book.set(.serials, key(5), value)
    book.endBlock()
    #expect(book.records.records[OrderedPage.key(.serials, 1)] != nil)
    #expect(try book.faults() == [])
  }

  @Test("ascending entries fill their pages; descending ones at least half")
  func sequential() throws {
    let perPage = RulesLimits.orderedPageBytesMax / 34
    #expect(try book(0..<5_000).pageCount <= 5_000 / perPage + 5)
    #expect(try book((0..<5_000).reversed()).pageCount <= 2 * (5_000 / perPage) + 10)
  }

  @Test("pages go with their entries, from either end and from the middle")
  func removals() throws {
    let middle = (0..<2_000 as Range<UInt64>).map { ($0 * 1_009 + 77) % 2_000 }
    for order in [Array(0..<2_000), (0..<2_000).reversed(), middle] as [[UInt64]] {
      var book = try book(0..<2_000)
      let before = book.pageCount
      for number in order.prefix(1_900) { #expect(try book.remove(.serials, key(number)) == value) }
      book.endBlock()
      #expect(try book.faults() == [])
      #expect(book.pageCount * 4 <= before, "\(book.pageCount) of \(before) pages left")
      for number in order.suffix(100) { #expect(try book.remove(.serials, key(number)) == value) }
      book.endBlock()
      #expect(book.pageCount == 0)
    }
  }

  @Test("the longest keys and values have room, however they differ")
  func longest() throws {
    let length = RulesLimits.orderedKeyBytesMax
    #expect(RulesLimits.orderedPageBytesMax / 4 >= 3 + length + RulesLimits.orderedValueBytesMax)
    let value = [UInt8](repeating: 1, count: RulesLimits.orderedValueBytesMax)
    var model = SortedModel()
    var book = OrderedBook()
    for number in 0..<300 as Range<UInt64> {
      // Alike to the last bytes, or different from the first on.
      let alike = [UInt8](repeating: 9, count: length - 8) + bigEndian(number * 7 % 300)
      let other = bigEndian(number * 7 % 300 << 56) + [UInt8](repeating: 9, count: length - 8)
      for key in [alike, other] {
        try book.set(.retirementOrder, key, value)
        model.set(key, value)
      }
    }
    book.endBlock()
    #expect(try book.faults() == [])
    #expect(try book.entries(.retirementOrder) == model.entries)
  }

  @Test("a range ends at its bound or its greatest count")
  func ranges() throws {
    var book = try book((0..<500).map { $0 * 2 })
    func range(_ first: UInt64, _ last: UInt64, _ max: Int = .max) throws -> [UInt64] {
      let bounds = (key(first), key(last))
      return try book.with { indexes, view throws(RecordError) in
        try indexes.entries(.serials, from: bounds.0, through: bounds.1, max: max, in: &view)
      }.map { $0.key[8...].reduce(0) { $0 << 8 | UInt64($1) } }
    }
    #expect(try range(101, 107) == [102, 104, 106])
    #expect(try range(102, 106) == [102, 104, 106])
    #expect(try range(105, 105) == [])
    #expect(try range(106, 100) == [])
    #expect(try range(998, 9_999) == [998])
    #expect(try range(999, 9_999) == [])
    #expect(try range(0, 9_999) == (0..<500).map { $0 * 2 })
    #expect(try range(4, 9_999, 300) == (2..<302).map { $0 * 2 })
    #expect(try range(4, 9_999, 0) == [])
  }

  @Test("indexes keep to themselves")
  func apart() throws {
    var book = try book(0..<200)
    try book.set(.retirementOrder, key(7), [1])
    try book.remove(.serials, key(8))
    book.endBlock()
    #expect(try book.entries(.retirementOrder) == [OrderedEntry(key(7), [1])])
    #expect(try book.entries(.serials).count == 199)
    #expect(try book.faults() == [])
  }

  @Test("records depend on the changes alone: not on blocks, reads, or what was rolled back")
  func deterministic() throws {
    func change(_ book: inout OrderedBook, _ generator: inout SplitMix64) throws {
      let key = key(generator.next() % 3_000)
      if generator.next() % 2 == 0 {
        try book.set(.serials, key, value)
      } else {
        try book.remove(.serials, key)
      }
    }
    var plain = OrderedBook()
    var changes = SplitMix64(state: 1)
    for _ in 0..<6_000 { try change(&plain, &changes) }
    plain.endBlock()

    var noisy = OrderedBook()
    changes = SplitMix64(state: 1)
    var noise = SplitMix64(state: 2)
    for number in 0..<6_000 {
      let mark = try noisy.with { indexes, _ in indexes.mark }
      for _ in 0..<(noise.next() % 6) { try change(&noisy, &noise) }
      try noisy.with { indexes, _ in indexes.rollback(to: mark) }
      try change(&noisy, &changes)
      if number % 100 == 99 { noisy.endBlock() }
    }
    noisy.endBlock()
    #expect(noisy.records.records == plain.records.records)
    #expect(plain.pageCount > 10)
  }

  @Test("two neighbours set at once leave the records that one after the other leaves")
  func neighbours() throws {
    var (one, both) = (OrderedBook(), OrderedBook())
    var numbers = SplitMix64(state: 5)
    var held: [UInt64] = [0]
    try one.set(.serials, key(0), value)
    try both.set(.serials, key(0), value)
    for round in 0..<3_000 {
      // Anything behind an entry, before the next: as a lot is divided.
      let place = Int(numbers.next() % UInt64(held.count))
      let next = held[place] + 1 + numbers.next() % 1_000
      guard place + 1 == held.count || next < held[place + 1] else { continue }
      held.insert(next, at: place + 1)
      let (first, second) = (key(held[place]), key(next))
      let changed = Array(value.reversed())
      try one.set(.serials, second, value)
      try one.set(.serials, first, changed)
      try both.with { indexes, view throws(RecordError) in
        try indexes.set(.serials, first, changed, then: second, value, in: &view)
      }
      guard round.isMultiple(of: 100) else { continue }
      one.endBlock()
      both.endBlock()
      #expect(one.records.records == both.records.records)
    }
    one.endBlock()
    both.endBlock()
    #expect(one.records.records == both.records.records)
    #expect(one.pageCount > 5)
    #expect(try both.faults() == [])
  }

  @Test("a block that leaves an index as it was writes nothing")
  func unchanged() throws {
    let book = try book(0..<500)
    var view = StateView(over: book.records)
    var indexes = OrderedIndexes()
    for number in 500..<900 as Range<UInt64> {
      try indexes.set(.serials, key(number), value, in: &view)
    }
    indexes.rollback(to: .settled)
    var changes: [StateChange] = []
    indexes.add(to: &changes)
    #expect(changes == [])
  }
}
