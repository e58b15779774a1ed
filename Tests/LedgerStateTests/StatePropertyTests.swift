import LedgerCore
import Testing

@testable import LedgerState

@Suite("State against a model")
struct StatePropertyTests {
  /// Random batches of inserts, updates, deletes and duplicates; flushes in between; deltas staged
  /// on deltas and thrown away. After every block the state must be the model's.
  @Test(
    "random blocks, flushes and discarded proposals give the model's roots and values",
    arguments: 0..<16)
  func randomBlocks(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) &* 977 &+ 5)
    let keyCount = [3, 20, 90, 400][random.next(below: 4)]
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<keyCount where random.next(below: 3) == 0 {
      model[key(number)] = random.bytes(1 + random.next(below: 9))
    }
    let state = try AuthenticatedState(
      reader: MemoryReader(model), leavesPerBucket: 1 + random.next(below: 5))
    var flushed = MemoryReader(model)
    for height in 1...UInt64(14) {
      let (delta, after) = try proposal(on: nil, model, keyCount, state, &random)
      let rival = try proposal(on: nil, model, keyCount, state, &random)
      let child = try proposal(on: delta, after, keyCount, state, &random)
      #expect(rival.0.root.bytes.array == modelRoot(rival.1))
      #expect(child.0.root.bytes.array == modelRoot(child.1))
      #expect(child.0.recordCount == child.1.count)
      try state.adopt(delta, height: height)
      model = after
      #expect(state.root.bytes.array == modelRoot(model))
      #expect(state.recordCount == model.count)
      for _ in 0..<20 {
        let key = key(random.next(below: keyCount))
        #expect(try state.value(of: key) == model[key])
      }
      if state.isOverlayFull || random.next(below: 4) == 0 {
        try flush(state, &flushed, &random)
        #expect(state.root.bytes.array == modelRoot(model))
      }
    }
    let reopened = try AuthenticatedState(reader: MemoryReader(model, height: 14))
    #expect(reopened.root == state.root)
  }

  private func key(_ number: Int) -> StateKey {
    StateKey([9, UInt8(number >> 8), UInt8(number & 255)])
  }

  private func proposal(
    on parent: StateDelta?, _ model: [StateKey: [UInt8]], _ keyCount: Int,
    _ state: AuthenticatedState, _ random: inout SplitMix64
  ) throws -> (StateDelta, [StateKey: [UInt8]]) {
    var after = model
    var changes: [StateChange] = []
    // Some batches mostly delete, so that subtrees collapse.
    let deletesOfTen = random.next(below: 10)
    for _ in 0..<random.next(below: keyCount + 1) {
      let key = key(random.next(below: keyCount))
      let value =
        random.next(below: 10) < deletesOfTen ? nil : random.bytes(1 + random.next(below: 40))
      changes.append(StateChange(key: key, value: value))
      after[key] = value
    }
    return (try state.stage(changes, on: parent), after)
  }

  /// The store writes some or all of the waiting blocks, and its reader may show more than it says.
  private func flush(
    _ state: AuthenticatedState, _ flushed: inout MemoryReader, _ random: inout SplitMix64
  ) throws {
    let waiting = state.unflushedHeights
    guard let first = waiting.first else { return }
    let shown = first + UInt64(random.next(below: waiting.count))
    let told = first + UInt64(random.next(below: Int(shown - first) + 1))
    flushed = flushed.applying(state.writes(through: shown), height: shown)
    try state.flushed(through: told, reader: flushed)
    #expect(state.unflushedHeights.first ?? told + 1 == told + 1)
  }

  @Test("collapsing deletes walk back to the empty tree, through every root of the model")
  func collapsingDeletes() throws {
    var model: [StateKey: [UInt8]] = [:]
    for number in 0..<60 { model[key(number)] = [1] }
    let state = try AuthenticatedState(reader: MemoryReader(model), leavesPerBucket: 1)
    var height: UInt64 = 0
    var reader = MemoryReader(model)
    for number in 0..<60 {
      height += 1
      try state.adopt(state.stage([StateChange(key: key(number), value: nil)]), height: height)
      model[key(number)] = nil
      #expect(state.root.bytes.array == modelRoot(model))
      reader = reader.applying(state.writes(through: height), height: height)
      try state.flushed(through: height, reader: reader)
    }
    #expect(state.root == .zero)
    #expect(state.tree.depth <= 3)
  }

  @Test("leaves that share all bits but the last are chained down to it")
  func deepNeighbours() throws {
    var low = Bytes32.zero
    low[0] = 0x5A
    var high = low
    high[31] = 1
    let left = StateLeaf(path: Digest(low), hash: Digest(bytes(7)))
    let right = StateLeaf(path: Digest(high), hash: Digest(bytes(8)))
    var expected = inner(left.hash, right.hash)
    for depth in stride(from: 254, through: 0, by: -1) {
      expected =
        low.bit(depth) ? inner(.zero, expected) : inner(expected, .zero)
    }
    for depth in [0, 1, 13] {
      let built = try StateTree(depth: depth)
      let buckets = 0..<built.bucketCount
      let reader = LeavesReader(leaves: [left, right])
      #expect(try built.load(buckets, of: reader, under: [], workers: nil) == 2)
      built.build(workers: nil)
      #expect(built.root == TreeNode(hash: expected, isMany: true))
    }
  }

  @Test("a layer finds every path, and none that it does not hold")
  func layerSearch() {
    var random = SplitMix64(seed: 11)
    for count in [0, 1, 2, 7, 500] {
      let layer = StateLayer((0..<count).map { StateChange(key: key($0), value: [1]) })
      for (index, path) in layer.paths.enumerated() { #expect(layer.index(of: path) == index) }
      for _ in 0..<200 {
        guard let path = Digest(random.bytes(32)) else { continue }
        #expect(layer.index(of: path) == nil)
        #expect(layer.lowerBound(path) == layer.paths.filter { $0 < path }.count)
      }
    }
    // Paths that are not spread evenly are found as well.
    let skewed = StateLayer([])
    #expect(skewed.indices(in: Digest.range(prefix: 1, depth: 0)) == 0..<0)
  }

  private func bytes(_ value: UInt8) -> Bytes32 {
    var bytes = Bytes32.zero
    bytes[5] = value
    return bytes
  }
}

private func inner(_ left: Digest, _ right: Digest) -> Digest {
  SHA256.hash([1] + left.bytes.array + right.bytes.array)
}

/// Leaves whose records nobody knows.
private struct LeavesReader: StateReader {
  let leaves: [StateLeaf]

  var height: UInt64 { 0 }
  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { nil }
  func record(at path: Digest) throws(StateReadError) -> StateRecord? { nil }
  func recordCountEstimate() throws(StateReadError) -> Int { leaves.count }
  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    BucketLeaves(inBuckets: buckets, depth: depth, count: leaves.count) { leaves[$0] }
  }
}
