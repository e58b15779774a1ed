import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("The structure of ordered indexes")
struct OrderedStructureTests {
  /// Three levels of pages: 0 is the first leaf, entries have long keys.
  private func book() throws -> OrderedBook {
    var book = OrderedBook()
    for number in 0..<400 as Range<UInt64> {
      let key = [UInt8](repeating: 1, count: 180) + bigEndian(number)
      try book.set(.retirementOrder, key, bigEndian(number))
    }
    book.endBlock()
    #expect(try tree(book).height == 3)
    #expect(try book.faults() == [])
    return book
  }

  private func tree(_ book: OrderedBook) throws -> OrderedTree {
    try OrderedTree(
      bcs: try #require(book.records.records[OrderedTree.key(.retirementOrder)]))
  }

  private func page(_ number: UInt64, _ book: OrderedBook) throws -> OrderedPage {
    let key = OrderedPage.key(.retirementOrder, number)
    return try OrderedPage(bcs: try #require(book.records.records[key]))
  }

  /// The faults after a change to a sound book.
  private func faults(_ change: (inout OrderedBook) throws -> Void) throws -> [OrderedFault] {
    var book = try book()
    try change(&book)
    return try book.faults()
  }

  private func put(_ page: OrderedPage?, _ number: UInt64, _ book: inout OrderedBook) {
    book.records.records[OrderedPage.key(.retirementOrder, number)] = page?.bcs
  }

  @Test("a page that is gone is found, and what hung below it")
  func missing() throws {
    let leaf = try faults { put(nil, 0, &$0) }
    #expect(leaf.contains(.missing) && !leaf.contains(.orphan))
    let top = try faults { put(nil, try tree($0).root, &$0) }
    #expect(top.contains(.missing) && top.contains(.orphan))
  }

  @Test("a page that nothing names, or that has a number not given yet, is found")
  func orphan() throws {
    #expect(try faults { put(try page(0, $0), 9_999, &$0) } == [.orphan])
    let future = try faults { book in
      var tree = try tree(book)
      tree.nextPage -= 1
      book.records.records[OrderedTree.key(.retirementOrder)] = tree.bcs
    }
    #expect(future == [.number])
  }

  @Test("a page that is named twice is found")
  func namedTwice() throws {
    let faults = try faults { book in
      let root = try tree(book).root
      let top = try page(root, book)
      let child = top.child(0)
      let below = try page(child, book)
      // Its second child becomes its first once more.
      let entry = OrderedPage.entry(below.key(1), child: below.child(0))
      put(below.replacing(1..<2, with: entry), child, &book)
    }
    #expect(faults.contains(.namedTwice) && faults.contains(.orphan))
  }

  @Test("a page of another level is found")
  func level() throws {
    let faults = try faults { book in
      let root = try tree(book).root
      put(try page(root, book), 0, &book)
    }
    #expect(faults.contains(.level))
  }

  @Test("a key below or above what its page may hold is found")
  func bounds() throws {
    #expect(
      try faults { book in
        let leaf = try page(1, book)
        let value = leaf.value(0)
        put(leaf.replacing(0..<1, with: OrderedPage.entry([0], value: value)), 1, &book)
      } == [.bounds])
    #expect(
      try faults { book in
        let leaf = try page(0, book)
        let last = leaf.count - 1
        let entry = OrderedPage.entry([2], value: leaf.value(last))
        put(leaf.replacing(last..<last + 1, with: entry), 0, &book)
      } == [.bounds])
  }

  @Test("a key in an inner page that does not divide its children is found")
  func separator() throws {
    let faults = try faults { book in
      let top = try page(try tree(book).root, book)
      let below = try page(top.child(0), book)
      let entry = OrderedPage.entry(below.key(1) + [0], child: below.child(1))
      put(below.replacing(1..<2, with: entry), top.child(0), &book)
    }
    #expect(faults == [.bounds])
    let first = try self.faults { book in
      let top = try page(try tree(book).root, book)
      let below = try page(top.child(1), book)
      let entry = OrderedPage.entry(below.key(0).dropLast(), child: below.child(0))
      put(below.replacing(0..<1, with: entry), top.child(1), &book)
    }
    #expect(first == [.bounds])
  }

  @Test("an entry too few, and a tree that counts otherwise, are found")
  func count() throws {
    #expect(
      try faults { put(try page(0, $0).replacing(0..<1, with: []), 0, &$0) }
        == [.count(kept: 400, counted: 399)])
    #expect(
      try faults { book in
        var tree = try tree(book)
        tree.count = 401
        book.records.records[OrderedTree.key(.retirementOrder)] = tree.bcs
      } == [.count(kept: 401, counted: 400)])
  }

  @Test("pages without their tree are orphans")
  func noTree() throws {
    let faults = try faults { $0.records.records[OrderedTree.key(.retirementOrder)] = nil }
    #expect(!faults.isEmpty && faults.allSatisfy { $0 == .orphan })
  }

  @Test("the invariants of the whole state name the record")
  func invariants() throws {
    var network = try TestNetwork(TestGenesis.document())
    #expect(network.invariants().faults == [])
    let book = try book()
    let key = OrderedPage.key(.retirementOrder, 9_999)
    network.records.records[key] = try page(0, book).bcs
    #expect(network.invariants().faults.first == .ordered(key, .orphan))
    let unknown = StateKey(RecordKind.orderedPage.keyPrefix + [0xFF] + bigEndian(1))
    network.records.records = [unknown: try page(0, book).bcs]
    #expect(network.invariants().faults.contains(.unknownKind(unknown)))
  }

  @Test("an operation that meets a missing page, or one of another level, throws")
  func broken() throws {
    var book = try book()
    let key = OrderedPage.key(.retirementOrder, 0)
    let sound = book.records
    book.records.records[key] = nil
    var missing = OrderedBook(book.records)
    #expect(throws: RecordError.missing(key: key)) {
      _ = try missing.with { indexes, view throws(RecordError) in
        try indexes.first(.retirementOrder, in: &view)
      }
    }
    book = OrderedBook(sound)
    let root = try tree(book).root
    put(try page(root, book), 0, &book)
    var other = OrderedBook(book.records)
    #expect(
      throws: RecordError.malformed(
        key: key, BCSError(.invalidValue, field: "level", offset: 0))
    ) {
      _ = try other.with { indexes, view throws(RecordError) in
        try indexes.first(.retirementOrder, in: &view)
      }
    }
  }
}
