import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Ordered indexes")
struct OrderedIndexTests {
  /// How keys and values of a run look.
  enum Shape: CaseIterable {
    /// Two numbers, many different ones.
    case serials
    /// Of any length, with long common beginnings.
    case texts
    /// So few that most operations meet an entry.
    case few

    func key(_ generator: inout SplitMix64) -> [UInt8] {
      switch self {
      case .serials:
        return bigEndian(generator.next() % 16) + bigEndian(generator.next() % 100_000)
      case .texts:
        let length = 1 + Int(generator.next() % UInt64(RulesLimits.orderedKeyBytesMax))
        let change = Int(generator.next() % UInt64(length))
        var key = [UInt8](repeating: 0x61, count: length)
        key[change] = UInt8(generator.next() % 3) + 0x60
        key[length - 1] = UInt8(truncatingIfNeeded: generator.next())
        return key
      case .few: return [UInt8(generator.next() % 200)]
      }
    }

    func value(_ generator: inout SplitMix64) -> [UInt8] {
      let bytes = bigEndian(generator.next()) + bigEndian(generator.next())
      guard self != .serials else { return bytes }
      return Array((bytes + bytes + bytes + bytes).prefix(Int(generator.next() % 65)))
    }
  }

  /// One index and its model under random operations.
  struct Run {
    let shape: Shape
    let index: OrderedIndexKind
    var generator: SplitMix64
    var book = OrderedBook()
    var model = SortedModel()

    /// One operation, drawn; `shrinks` of 8 changes remove.
    mutating func step(shrinks: UInt64) throws {
      let key = shape.key(&generator)
      // Half of the removals meet an entry.
      let near = model.entry(model.position(key))?.key ?? key
      switch generator.next() % 8 {
      case 0..<shrinks:
        let wanted = generator.next() % 2 == 0 ? key : near
        #expect(try book.remove(index, wanted) == model.value(wanted))
        model.remove(wanted)
      default:
        let value = shape.value(&generator)
        #expect(try book.set(index, key, value) == model.value(key))
        model.set(key, value)
      }
      if generator.next() % 4 == 0 { try compare(generator.next() % 2 == 0 ? key : near) }
    }

    /// What an index says about one key.
    struct Answers: Equatable {
      let value: [UInt8]?
      let first, last, atOrBelow, atOrAbove, below, above: OrderedEntry?
      let count: UInt64
    }

    /// Asks every question about one key.
    mutating func compare(_ key: [UInt8]) throws {
      let index = index
      let answers = try book.with { indexes, view throws(RecordError) in
        Answers(
          value: try indexes.value(index, of: key, in: &view),
          first: try indexes.first(index, in: &view), last: try indexes.last(index, in: &view),
          atOrBelow: try indexes.last(index, atOrBelow: key, in: &view),
          atOrAbove: try indexes.first(index, atOrAbove: key, in: &view),
          below: try indexes.last(index, below: key, in: &view),
          above: try indexes.first(index, above: key, in: &view),
          count: try indexes.count(index, in: &view))
      }
      let position = model.position(key)
      let value = model.value(key)
      let next = value == nil ? position : position + 1
      let expected = Answers(
        value: value, first: model.entries.first, last: model.entries.last,
        atOrBelow: model.entry(next - 1), atOrAbove: model.entry(position),
        below: model.entry(position - 1), above: model.entry(next),
        count: UInt64(model.entries.count))
      #expect(answers == expected)
    }

    /// A few operations, of which all stay or none.
    mutating func transaction(shrinks: UInt64) throws {
      let before = model
      let mark = try book.with { indexes, _ in indexes.mark }
      for _ in 0..<(1 + generator.next() % 12) { try step(shrinks: shrinks) }
      if generator.next() % 4 == 0 {
        try book.with { indexes, _ in indexes.rollback(to: mark) }
        model = before
      }
      if generator.next() % 2 == 0 { try book.with { indexes, _ in indexes.settle() } }
    }

    mutating func block(transactions: Int, shrinks: UInt64) throws {
      for _ in 0..<transactions { try transaction(shrinks: shrinks) }
      book.endBlock()
      #expect(try book.faults() == [])
      #expect(try book.entries(index) == model.entries)
    }

    /// Pages, and the bytes of all entries as pages of the greatest length.
    var space: (pages: Int, full: Int) {
      let bytes = model.entries.reduce(0) { $0 + $1.key.count + $1.value.count + 2 }
      return (book.pageCount, bytes / RulesLimits.orderedPageBytesMax)
    }
  }

  @Test(
    "random operations, rolled back or not, over many blocks are those of a sorted array",
    arguments: Shape.allCases, [UInt64(1), 2])
  func model(_ shape: Shape, _ seed: UInt64) throws {
    var run = Run(
      shape: shape, index: seed == 2 ? .retirementOrder : .serials,
      generator: SplitMix64(state: seed))
    // Growing, about even, shrinking, growing again.
    for shrinks: UInt64 in [1, 4, 6, 7, 2, 7] {
      for _ in 0..<2 { try run.block(transactions: 130, shrinks: shrinks) }
      let (pages, full) = run.space
      #expect(pages <= 6 * full + 6, "\(pages) pages for what fills \(full)")
    }
    for entry in run.model.entries { #expect(try run.book.remove(run.index, entry.key) != nil) }
    run.book.endBlock()
    #expect(run.book.pageCount == 0)
    #expect(try run.book.faults() == [])
  }
}

/// A number's bytes as they sort.
func bigEndian(_ number: UInt64) -> [UInt8] {
  stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
}
