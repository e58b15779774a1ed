import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Pages of ordered indexes")
struct OrderedPageTests {
  /// A page's bytes, entry by entry.
  private func encoded(
    level: UInt8, count: Int? = nil, _ entries: [(key: [UInt8], value: [UInt8])]
  ) -> [UInt8] {
    var writer = BCSWriter()
    writer.u8(level)
    writer.length(count ?? entries.count)
    for (key, value) in entries {
      writer.byteString(key)
      if level == 0 { writer.byteString(value) } else { writer.raw(value) }
    }
    return writer.bytes
  }

  private func refusal(_ bytes: [UInt8]) -> BCSError.Reason? {
    do throws(BCSError) {
      _ = try OrderedPage(bcs: bytes)
      return nil
    } catch { return error.reason }
  }

  private let child = [UInt8](repeating: 7, count: 8)

  @Test("a page is its entries, and encodes as it was")
  func sound() throws {
    let key = [UInt8](repeating: 0xFF, count: RulesLimits.orderedKeyBytesMax)
    let value = [UInt8](repeating: 5, count: RulesLimits.orderedValueBytesMax)
    let leaf = encoded(level: 0, [([1], []), ([1, 0], [9]), (key, value)])
    let page = try OrderedPage(bcs: leaf)
    #expect(page.isLeaf && page.count == 3 && page.bcs == leaf)
    #expect((0..<3).map { page.key($0) } == [[1], [1, 0], key])
    #expect((0..<3).map { page.value($0) } == [[], [9], value])
    let inner = encoded(level: 3, [([], child), (key, bigEndian(0x0100_0000_0000_0000))])
    let above = try OrderedPage(bcs: inner)
    #expect(above.level == 3 && above.count == 2 && above.bcs == inner)
    #expect((0..<2).map { above.child($0) } == [0x0707_0707_0707_0707, 1])
    #expect(above.key(0) == [] && above.key(1) == key)
  }

  @Test("what is no page is refused, and why")
  func malformed() {
    let long = [UInt8](repeating: 1, count: 292)
    let full = (0..<40).map { (bigEndian($0), [UInt8](repeating: 0, count: 64)) }
    #expect(refusal([]) == .truncated)
    #expect(refusal([0]) == .truncated)
    #expect(refusal(encoded(level: 0, [])) == .lengthOutOfRange(length: 0, min: 1, max: 682))
    #expect(
      refusal(encoded(level: 0, count: 683, [([1], [])]))
        == .lengthOutOfRange(length: 683, min: 1, max: 682))
    #expect(refusal(encoded(level: 0, count: 2, [([1], [2])])) == .truncated)
    #expect(refusal(encoded(level: 0, [([1], [2])]) + [0]) == .trailingBytes(1))
    #expect(refusal(encoded(level: 64, [([1], child)])) == .invalidValue)
    #expect(refusal(encoded(level: 1, [([], [1, 2, 3])])) == .truncated)
    #expect(
      refusal(encoded(level: 0, [([], [1])])) == .lengthOutOfRange(length: 0, min: 1, max: 291))
    #expect(
      refusal(encoded(level: 1, [([1], child), ([], child)]))
        == .lengthOutOfRange(length: 0, min: 1, max: 291))
    #expect(
      refusal(encoded(level: 0, [(long, [])])) == .lengthOutOfRange(length: 292, min: 1, max: 291))
    #expect(
      refusal(encoded(level: 0, [([1], [UInt8](repeating: 0, count: 65))]))
        == .lengthOutOfRange(length: 65, min: 0, max: 64))
    #expect(refusal(encoded(level: 0, [([2], []), ([1], [])])) == .unsorted)
    #expect(refusal(encoded(level: 0, [([1], []), ([1], [])])) == .unsorted)
    #expect(refusal(encoded(level: 0, [([1, 0], []), ([1], [])])) == .unsorted)
    #expect(
      refusal(encoded(level: 0, full)) == .lengthOutOfRange(length: 2_072, min: 0, max: 2_048))
    // The key's length in two bytes where one does.
    #expect(refusal([0, 1, 0x81, 0, 9, 0]) == .nonCanonicalLength)
  }

  @Test("entries of one length are found and checked as any others are, also with a byte flipped")
  func evenPages() throws {
    for (keyBytes, count) in [(16, 40), (16, 1), (16, 2), (15, 9), (17, 9)] {
      let keys = (0..<count).map { number in
        // Neighbours differ in the first half or in the second.
        let halves = bigEndian(UInt64(number / 3)) + bigEndian(UInt64(number) << 56 | 1)
        return Array((halves + [0]).prefix(keyBytes))
      }
      let bytes = encoded(
        level: 0, keys.map { ($0, [UInt8](repeating: $0[7], count: 16)) })
      let page = try OrderedPage(stored: bytes)
      #expect(page.bcs == bytes && (0..<count).map { page.key($0) } == keys)
      for (position, key) in keys.enumerated() {
        #expect(page.search(key) == (position, true))
        var other = key
        other[keyBytes - 1] += 1
        #expect(page.search(other) == (position + 1, false))
        #expect(page.search(Array(key.dropLast())) == (position, false))
        #expect(page.search(key + [0]) == (position + 1, false))
        #expect(page.order(of: key, to: position) == 0)
        #expect(page.order(of: other, to: position) > 0)
      }
      for place in bytes.indices {
        for bit in 0..<8 {
          var damaged = bytes
          damaged[place] ^= 1 << bit
          expectSameJudgement(of: damaged)
        }
      }
    }
  }

  /// Bytes of the store are read in a way of their own.
  private func expectSameJudgement(of bytes: [UInt8]) {
    let (stored, decoded): (OrderedPage?, BCSError.Reason?)
    do throws(BCSError) { (stored, decoded) = (try OrderedPage(stored: bytes), nil) } catch {
      (stored, decoded) = (nil, error.reason)
    }
    #expect(decoded == refusal(bytes))
    guard let stored, let page = try? OrderedPage(bcs: bytes) else { return }
    func places(_ page: OrderedPage) -> [Int] { (0...page.count).map { page.layout.offset($0) } }
    #expect(stored == page && stored.level == page.level && places(stored) == places(page))
  }

  @Test("a tree that contradicts itself is refused")
  func malformedTree() throws {
    func refusal(_ height: UInt8, root: UInt64, next: UInt64, count: UInt64) -> BCSError.Reason? {
      var tree = OrderedTree()
      (tree.height, tree.root, tree.nextPage, tree.count) = (height, root, next, count)
      do throws(BCSError) {
        #expect(try OrderedTree(bcs: tree.bcs) == tree)
        return nil
      } catch { return error.reason }
    }
    #expect(refusal(0, root: 0, next: 9, count: 0) == nil)
    #expect(refusal(2, root: 8, next: 9, count: 1) == nil)
    #expect(refusal(0, root: 1, next: 9, count: 0) == .invalidValue)
    #expect(refusal(0, root: 0, next: 9, count: 1) == .invalidValue)
    #expect(refusal(1, root: 9, next: 9, count: 1) == .invalidValue)
    #expect(refusal(1, root: 8, next: 9, count: 0) == .invalidValue)
    #expect(refusal(65, root: 8, next: 9, count: 1) == .invalidValue)
  }

  @Test("changed bytes are a page that encodes as those bytes, or an error", arguments: 0..<4)
  func mutations(_ seed: UInt64) throws {
    var generator = SplitMix64(state: seed)
    let level = UInt8(seed % 2)
    let length = seed < 2 ? 16 : 130
    let entries = (0..<8).map { number in
      (bigEndian(number) + [UInt8](repeating: 3, count: length - 8), child)
    }
    let sound = encoded(level: level, entries)
    #expect(refusal(sound) == nil)
    var refused = 0
    for _ in 0..<20_000 {
      var bytes = sound
      for _ in 0...(generator.next() % 3) {
        bytes[Int(generator.next() % UInt64(bytes.count))] = UInt8(
          truncatingIfNeeded: generator.next())
      }
      if generator.next() % 4 == 0 {
        bytes.removeLast(Int(generator.next() % UInt64(bytes.count)))
      }
      guard let page = try? OrderedPage(bcs: bytes) else {
        refused += 1
        continue
      }
      guard page.bcs == bytes else {
        Issue.record("\(bytes) is read as another page")
        return
      }
      // Whatever was taken can be asked.
      for position in 0..<page.count {
        let key = page.key(position)
        guard page.search(key) == (position, true) else {
          Issue.record("\(bytes): \(key) is not found")
          return
        }
      }
    }
    #expect((1_000..<20_000).contains(refused))
  }
}
