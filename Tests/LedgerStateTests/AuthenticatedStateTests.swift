import LedgerCore
import Testing

@testable import LedgerState

/// A key whose number says which record it is.
private func key(_ number: Int) -> StateKey {
  StateKey([UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)])
}

private func records(_ count: Int, from first: Int = 0) -> [StateKey: [UInt8]] {
  Dictionary(uniqueKeysWithValues: (first..<first + count).map { (key($0), [UInt8($0 & 63) + 1]) })
}

private func changes(_ records: [StateKey: [UInt8]]) -> [StateChange] {
  records.map { StateChange(key: $0.key, value: $0.value) }
}

@Suite("Authenticated state")
struct AuthenticatedStateTests {
  @Test(
    "the tree built from a reader has the root of the model",
    arguments: [
      0, 1, 2, 3, 4, 5, 9, 100, 1_000, 5_000,
    ])
  func builtRoot(count: Int) throws {
    let state = try AuthenticatedState(reader: MemoryReader(records(count)))
    #expect(state.root.bytes.array == modelRoot(records(count)))
    #expect(state.recordCount == count)
  }

  @Test("an empty state has the zero root, and one record's root is its leaf")
  func smallestTrees() throws {
    let state = try AuthenticatedState(reader: MemoryReader())
    #expect(state.root == .zero)
    let delta = try state.stage([StateChange(key: key(1), value: [7])])
    #expect(delta.root == StateLeaf(key: key(1), value: [7]).hash)
    #expect(delta.recordCount == 1)
  }

  @Test("the root of a list of writes is that of the state they make")
  func rootOfWrites() throws {
    #expect(try AuthenticatedState.root(of: []) == .zero)
    let removed = [StateChange(key: key(3), value: nil), StateChange(key: key(70), value: nil)]
    var left = records(64)
    left[key(3)] = nil
    let root = try AuthenticatedState.root(of: changes(records(64)) + removed)
    #expect(root.bytes.array == modelRoot(left))
  }

  @Test("the buckets are few leaves each, whatever the estimate from the first leaves")
  func depthFollowsCount() throws {
    for count in [0, 1, 4, 5, 64, 4_095, 4_096, 4_097, 20_000] {
      let state = try AuthenticatedState(reader: MemoryReader(records(count)))
      #expect(count <= 5 * state.tree.bucketCount)
      #expect(state.tree.bucketCount == 1 || count >= state.tree.bucketCount)
    }
  }

  @Test("the order in which records are inserted never changes the root")
  func insertionOrder() throws {
    let all = changes(records(300)).sorted { $0.key < $1.key }
    var random = SplitMix64(seed: 3)
    let expected = modelRoot(records(300))
    for _ in 0..<5 {
      let state = try AuthenticatedState(reader: MemoryReader())
      let shuffled = all.map { ($0, random.next()) }.sorted { $0.1 < $1.1 }.map(\.0)
      for part in 0..<6 {
        let delta = try state.stage(Array(shuffled[part * 50..<(part + 1) * 50]))
        try state.adopt(delta, height: UInt64(part + 1))
      }
      #expect(state.root.bytes.array == expected)
    }
  }

  @Test("staging changes nothing, and several deltas can stand on one tip")
  func speculation() throws {
    let base = records(50)
    let state = try AuthenticatedState(reader: MemoryReader(base))
    let before = state.root
    let one = try state.stage([StateChange(key: key(1), value: [99])])
    let two = try state.stage([StateChange(key: key(2), value: nil)])
    #expect(state.root == before)
    #expect(try state.value(of: key(1)) == base[key(1)])
    var expected = base
    expected[key(2)] = nil
    #expect(two.root.bytes.array == modelRoot(expected))
    try state.adopt(two, height: 1)
    #expect(state.root == two.root)
    #expect(throws: StateError.staleDelta(base: before, tip: two.root)) {
      try state.adopt(one, height: 2)
    }
    #expect(throws: StateError.staleDelta(base: before, tip: two.root)) {
      _ = try state.stage([], on: one)
    }
  }

  @Test("a delta on a delta reads and hashes as if both were final")
  func stackedDeltas() throws {
    let base = records(200)
    let state = try AuthenticatedState(reader: MemoryReader(base))
    let one = try state.stage([
      StateChange(key: key(1), value: nil), StateChange(key: key(500), value: [5]),
    ])
    let two = try state.stage(
      [StateChange(key: key(500), value: nil), StateChange(key: key(501), value: [6])], on: one)
    var expected = base
    expected[key(1)] = nil
    expected[key(501)] = [6]
    #expect(two.root.bytes.array == modelRoot(expected))
    #expect(two.recordCount == expected.count)
    var view = try state.view(on: two)
    #expect(try view.value(of: key(500)) == nil)
    #expect(try view.value(of: key(501)) == [6])
    #expect(try view.value(of: key(3)) == base[key(3)])
    try state.adopt(one, height: 1)
    let three = try state.stage([StateChange(key: key(7), value: [7])], on: two)
    try state.adopt(two, height: 2)
    try state.adopt(three, height: 3)
    expected[key(7)] = [7]
    #expect(state.root.bytes.array == modelRoot(expected))
  }

  @Test("a delta survives that the tree below it is built anew for another depth")
  func deltaAcrossRebuild() throws {
    let state = try AuthenticatedState(reader: MemoryReader(records(4)))
    let grow = try state.stage(changes(records(400, from: 100)))
    let above = try state.stage(changes(records(10, from: 600)), on: grow)
    let depth = state.tree.depth
    try state.adopt(grow, height: 1)
    #expect(state.tree.depth > depth)
    let top = try state.stage(changes(records(10, from: 700)), on: above)
    try state.adopt(above, height: 2)
    try state.adopt(top, height: 3)
    let all = [records(4), records(400, from: 100), records(10, from: 600), records(10, from: 700)]
    let expected = all.reduce(into: [:]) { $0.merge($1) { $1 } }
    #expect(state.root.bytes.array == modelRoot(expected))
  }

  @Test("writes that change nothing are not in the delta, and the last of several wins")
  func noOperations() throws {
    let base = records(30)
    let state = try AuthenticatedState(reader: MemoryReader(base))
    let delta = try state.stage([
      StateChange(key: key(1), value: base[key(1)]), StateChange(key: key(99), value: nil),
      StateChange(key: key(2), value: [50]), StateChange(key: key(2), value: [51]),
    ])
    #expect(delta.changes == [StateChange(key: key(2), value: [51])])
    #expect(try state.stage([]).root == state.root)
  }

  @Test("blocks are adopted one after the other, eight at most without a flush")
  func adoptionBounds() throws {
    let state = try AuthenticatedState(reader: MemoryReader())
    for height in 1...UInt64(StateLimits.overlayLayersMax) {
      let delta = try state.stage([StateChange(key: key(Int(height)), value: [1])])
      #expect(throws: StateError.wrongHeight(expected: height, given: height + 1)) {
        try state.adopt(delta, height: height + 1)
      }
      try state.adopt(delta, height: height)
    }
    #expect(state.isOverlayFull)
    let next = try state.stage([StateChange(key: key(100), value: [1])])
    #expect(throws: StateError.overlayFull(max: 8)) { try state.adopt(next, height: 9) }
    try state.flushed(
      through: 3,
      reader: MemoryReader(records(0)).applying(state.writes(through: 3), height: 3))
    #expect(state.unflushedHeights == [4, 5, 6, 7, 8])
    try state.adopt(next, height: 9)
  }

  @Test("a flush is believed only when the reader shows it")
  func flushClaims() throws {
    let reader = MemoryReader()
    let state = try AuthenticatedState(reader: reader)
    try state.adopt(state.stage([StateChange(key: key(1), value: [1])]), height: 1)
    #expect(throws: StateError.readerBehind(flushed: 1, reader: 0)) {
      try state.flushed(through: 1)
    }
    #expect(throws: StateError.flushedAhead(flushed: 2, tip: 1)) {
      try state.flushed(through: 2, reader: MemoryReader(height: 2))
    }
    #expect(throws: StateError.flushedAhead(flushed: 2, tip: 1)) {
      try state.flushed(through: 1, reader: MemoryReader(height: 2))
    }
    #expect(try state.value(of: key(1)) == [1])
  }

  @Test("a reader that fails is a typed error, at start and when staging")
  func brokenReader() throws {
    let failure = StateReadError.storeFailed("broken for this test")
    #expect(throws: failure) { _ = try AuthenticatedState(reader: MemoryReader(isBroken: true)) }
    let state = try AuthenticatedState(reader: MemoryReader(records(9)))
    try state.flushed(through: 0, reader: MemoryReader(records(9), isBroken: true))
    #expect(throws: StateError.read(failure)) {
      _ = try state.stage([StateChange(key: key(1), value: [3])])
    }
    #expect(throws: failure) { _ = try state.value(of: key(1)) }
  }

  @Test("a store whose leaves are out of order is a typed error, at start and when staging")
  func disorderedReader() throws {
    let failure = StateReadError.storeFailed("the store's leaves are out of order")
    for count in [2, 5, 700, 9_000] {
      #expect(throws: failure) {
        _ = try AuthenticatedState(reader: DisorderedReader(records(count)))
      }
    }
    let state = try AuthenticatedState(reader: MemoryReader(records(700)))
    try state.flushed(through: 0, reader: DisorderedReader(records(700)))
    #expect(throws: StateError.read(failure)) {
      _ = try state.stage((0..<700).map { StateChange(key: key($0), value: [3, 3]) })
    }
  }
}

/// A reader over a damaged store: the first leaf comes last.
private final class DisorderedReader: StateReader {
  private let whole: MemoryReader

  init(_ records: [StateKey: [UInt8]]) { whole = MemoryReader(records) }

  var height: UInt64 { whole.height }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { try whole.value(of: key) }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try whole.record(at: path)
  }

  func recordCountEstimate() throws(StateReadError) -> Int { try whole.recordCountEstimate() }

  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    let whole = try whole.leaves(inBuckets: buckets, depth: depth)
    var found = BucketLeaves()
    let leaves = whole.leaves.dropFirst() + whole.leaves.prefix(1)
    for (start, end) in zip(whole.starts, whole.starts.dropFirst()) {
      for leaf in leaves.dropFirst(Int(start)).prefix(Int(end - start)) { found.append(leaf) }
      found.endBucket()
    }
    return found
  }
}
