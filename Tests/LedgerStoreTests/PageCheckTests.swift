import LedgerCore
import LedgerState
import Testing

@testable import LedgerStore

/// The newest commit of a file, as LMDB's format says (`page.h`).
private struct PageMap {
  static let pageBytes = 4096
  let bytes: [UInt8]

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  func number(_ offset: Int, bytes count: Int) -> Int {
    (0..<count).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
  }

  /// Where the newest commit's page begins.
  var meta: Int { number(144, bytes: 8) >= number(4096 + 144, bytes: 8) ? 0 : 4096 }
  var freeRoot: Int { number(meta + 40 + 40, bytes: 8) }
  var namesRoot: Int { number(meta + 88 + 40, bytes: 8) }

  func nodeCount(_ page: Int) -> Int { (number(page * 4096 + 12, bytes: 2) - 16) / 2 }
  func isLeaf(_ page: Int) -> Bool { bytes[page * 4096 + 10] == 2 }

  /// Where a node begins, and its data.
  func node(_ page: Int, _ index: Int) -> Int {
    page * 4096 + number(page * 4096 + 16 + 2 * index, bytes: 2)
  }
  func data(_ node: Int) -> Int { node + 8 + number(node + 6, bytes: 2) }

  /// The root of the database of records, and how deep it is.
  var records: (root: Int, depth: Int) {
    for index in 0..<nodeCount(namesRoot) {
      let node = node(namesRoot, index)
      guard bytes[node + 8..<data(node)].elementsEqual("records".utf8) else { continue }
      return (number(data(node) + 40, bytes: 8), number(data(node) + 6, bytes: 2))
    }
    return (0, 0)
  }

  /// Every branch and leaf below a page.
  func pages(below root: Int) -> [Int] {
    if isLeaf(root) { return [root] }
    return (0..<nodeCount(root)).reduce(into: [root]) { found, index in
      found += pages(below: number(node(root, index), bytes: 6))
    }
  }

  /// Heads of pages, the places of their nodes, and the heads of these.
  func structure(of page: Int) -> [Int] {
    let head = page * 4096
    return (0..<nodeCount(page)).reduce(into: Array(head..<head + 16 + 2 * nodeCount(page))) {
      found, index in found += node(page, index)..<node(page, index) + 8
    }
  }
}

@Suite("The check of a file's pages before LMDB opens it")
struct PageCheckTests {
  private let temporary = TemporaryFolder()
  private var file: String { temporary.home + "/data/state/data.mdb" }

  /// A ledger of two flushes: pages were freed, split, and one value has pages of its own.
  private func make(count: Int = 60, size: Int = 40) throws -> PageMap {
    try createLedger(temporary.home)
    let store = try openLedger(temporary.home)
    for height: UInt64 in 1...3 { try store.log.append(height: height, block: [], receipts: []) }
    try store.records.flush(
      changes: changes(0..<count, 1, size: size), height: 1, root: root(1))
    let large = StateChange(key: key(9_999), value: bytes(10_000, 5))
    let gone = (10..<15).map { StateChange(key: key($0), value: nil) }
    try store.records.flush(changes: [large] + gone, height: 2, root: root(2))
    return PageMap(try fileBytes(file))
  }

  /// The page that the check names, or nil when it finds nothing.
  private func damaged() throws -> UInt64? {
    do throws(StoreError) {
      try PageCheck.run(file)
      return nil
    } catch {
      guard case .damaged(let damage) = error, case .statePage(_, let page) = damage.place else {
        throw error
      }
      return page
    }
  }

  private func write(_ bytes: [UInt8], at offset: Int) throws {
    try File(file, .readWrite).write(bytes, at: UInt64(offset))
  }

  private func little(_ number: Int) -> [UInt8] {
    (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }

  /// The file with some bytes changed, and as it was afterwards.
  private func damaged(_ changes: [(offset: Int, bytes: [UInt8])], in map: PageMap) throws
    -> UInt64?
  {
    for change in changes { try write(change.bytes, at: change.offset) }
    let found = try damaged()
    for change in changes {
      let end = change.offset + change.bytes.count
      try write(Array(map.bytes[change.offset..<end]), at: change.offset)
    }
    return found
  }

  @Test("what a node writes passes: many flushes of insertions, deletions and large values")
  func soundFilesPass() throws {
    try createLedger(temporary.home)
    var random = Numbers(state: 11)
    for height: UInt64 in 1...25 {
      // Opening checks.
      let store = try openLedger(temporary.home)
      try store.log.append(height: height, block: [], receipts: [])
      let writes = (0..<80).map { _ in
        let size = Int.random(in: 1...9, using: &random) == 9 ? 9_000 : 900
        let isKept = Int.random(in: 0..<3, using: &random) > 0
        return StateChange(
          key: key(Int.random(in: 0..<1_500, using: &random)),
          value: isKept ? bytes(Int.random(in: 1...size, using: &random), 3) : nil)
      }
      try store.records.flush(changes: writes, height: height, root: root(1))
    }
    #expect(try damaged() == nil)
    let map = PageMap(try fileBytes(file))
    #expect(map.pages(below: map.records.root).count > 100)
  }

  @Test("a file that is cut anywhere is refused, or what it lost was in no use")
  func cutFiles() throws {
    let map = try make()
    var refused = 0
    for length in stride(from: 0, to: map.bytes.count, by: 1024).reversed() {
      try File(file, .readWrite).truncate(UInt64(length))
      if let page = try damaged() {
        refused += 1
        #expect(page >= length / PageMap.pageBytes, "cut to \(length)")
      } else {
        let store = try openLedger(temporary.home)
        #expect(try store.records.value(of: key(9_999)) == bytes(10_000, 5))
        #expect(refused == 0)
      }
    }
    #expect(refused > 40)
  }

  @Test("a list of free pages is refused that names a page in use, one twice, or too many")
  func damagedFreeLists() throws {
    let map = try make()
    #expect(map.isLeaf(map.freeRoot))
    var lists = 0
    for index in 0..<map.nodeCount(map.freeRoot) {
      let list = map.data(map.node(map.freeRoot, index))
      let count = map.number(list, bytes: 8)
      guard count > 1 else { continue }
      lists += 1
      let page = UInt64(map.freeRoot)
      for used in [0, 1, map.records.root, map.freeRoot, 1 << 40] {
        #expect(try damaged([(list + 8, little(used))], in: map) == page)
      }
      let second = Array(map.bytes[list + 16..<list + 24])
      #expect(try damaged([(list + 8, second)], in: map) == page)
      #expect(try damaged([(list, little(count + 1))], in: map) == page)
      #expect(try damaged([(list, little(-1))], in: map) == page)
    }
    #expect(lists > 0)
    #expect(try damaged() == nil)
  }

  @Test("keys that do not ascend are refused, in a page and from page to page")
  func keysOutOfOrder() throws {
    // Three levels: 4 records a leaf.
    let map = try make(count: 1_200, size: 900)
    #expect(map.records.depth == 3)
    let pages = map.pages(below: map.records.root)
    for page in pages {
      let (first, second) = (page * 4096 + 16, page * 4096 + 18)
      // In a branch, the first key counts for nothing.
      let start = map.isLeaf(page) ? first : second
      guard map.nodeCount(page) > (map.isLeaf(page) ? 1 : 2) else { continue }
      let places = Array(map.bytes[start..<start + 4])
      #expect(
        try damaged([(start, Array(places[2...] + places[..<2]))], in: map) == UInt64(page))
    }
    // The lowest and the highest key of each leaf, moved beyond its neighbours.
    let leaves = pages.filter { map.isLeaf($0) }
    for (index, page) in leaves.enumerated() {
      let low = map.node(page, 0) + 8
      let high = map.node(page, map.nodeCount(page) - 1) + 8
      let isFound = try damaged([(low, little(0))], in: map) == UInt64(page)
      #expect(isFound == (index > 0), "leaf \(index)")
      let isFoundAbove = try damaged([(high, little(-1))], in: map) == UInt64(page)
      #expect(isFoundAbove == (index + 1 < leaves.count), "leaf \(index)")
    }
  }

  @Test("nodes that overlap or leave room between them are refused")
  func overlappingNodes() throws {
    let map = try make()
    for page in map.pages(below: map.records.root) where map.isLeaf(page) {
      for index in 0..<map.nodeCount(page) {
        let node = map.node(page, index)
        let size = map.number(node, bytes: 2)
        guard map.number(node + 4, bytes: 2) == 0 else { continue }
        for other in [size - 2, size + 2, size + 4096] {
          let bytes = Array(little(other)[..<2])
          #expect(try damaged([(node, bytes)], in: map) == UInt64(page))
        }
        // Two entries of one node.
        guard index > 0 else { continue }
        let place = page * 4096 + 16 + 2 * index
        let before = Array(map.bytes[place - 2..<place])
        #expect(try damaged([(place, before)], in: map) == UInt64(page))
      }
    }
  }

  @Test("a commit's number that calls for the other of the first two pages is refused")
  func commitOfTheOtherPage() throws {
    let map = try make()
    let number = map.number(map.meta + 144, bytes: 8)
    let page = UInt64(map.meta / PageMap.pageBytes)
    #expect(number % 2 == Int(page))
    #expect(try damaged([(map.meta + 144, little(number + 1))], in: map) == page)
    #expect(try damaged([(map.meta + 144, little(number + 2))], in: map) == nil)
    // Flags that would have the file mapped at an address of its own choice.
    #expect(try damaged([(map.meta + 44, [0x09])], in: map) == page)
  }

  @Test("any byte changed in a page's or node's head is found, or harms neither reads nor writes")
  func everyByteOfHeads() throws {
    let map = try make()
    let expected = try #require(try audited(temporary.home))
    let pages = [map.freeRoot, map.namesRoot] + map.pages(below: map.records.root)
    let heads = [0, 4096].flatMap { Array($0..<$0 + 152) } + pages.flatMap(map.structure)
    var (found, harmless) = (0, 0)
    for position in heads {
      try write([map.bytes[position] ^ (position % 3 == 0 ? 0x02 : 0x81)], at: position)
      if try damaged() != nil {
        found += 1
        try write([map.bytes[position]], at: position)
        continue
      }
      harmless += 1
      let isOther = position / 4096 == 1 - map.meta / 4096
      let records = try audited(temporary.home)
      // Left to an audit: how long a value is that has pages of its own.
      if let records { #expect(records == expected || isOther, "byte \(position)") }
      do {
        let store = try openLedger(temporary.home)
        let height = store.records.height + 1
        let added = (0..<30).map { StateChange(key: key(2_000 + $0), value: bytes(300, 7)) }
        try store.records.flush(changes: added, height: height, root: root(3))
      }
      let after = try audited(temporary.home)
      #expect((after == nil) == (records == nil), "byte \(position)")
      if let after { #expect(after.filter { $0.value == bytes(300, 7) }.count == 30) }
      try alter(file) { $0 = map.bytes }
    }
    #expect(found > 500)
    #expect(harmless > 0)
  }
}
