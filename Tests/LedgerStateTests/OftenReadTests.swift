import LedgerCore
import Synchronization
import Testing

@testable import LedgerState

/// Records that are kept in memory are those of the state that is asked for, whatever was staged,
/// thrown away, adopted, flushed or opened anew since they were read.
@Suite("Records that are read often")
struct OftenReadTests {
  private func key(_ number: Int) -> StateKey { StateKey([7, UInt8(number)]) }

  private func often(_ keys: [StateKey], _ state: AuthenticatedState, on delta: StateDelta? = nil)
    throws -> [[UInt8]?]
  {
    var view = try state.view(on: delta)
    return try view.valuesBelow(keys, often: true)
  }

  @Test("a record is read from the store once, and not again after blocks that leave it alone")
  func once() throws {
    let reader = CountingReader(MemoryReader([key(1): [1], key(2): [2]]))
    let state = try AuthenticatedState(reader: reader)
    #expect(try often([key(1), key(2), key(3)], state) == [[1], [2], nil])
    #expect(reader.count == 3)
    try state.adopt(try state.stage([StateChange(key: key(2), value: [9])]), height: 1)
    #expect(try often([key(1), key(2)], state) == [[1], [9]])
    let after = CountingReader(MemoryReader([key(1): [1], key(2): [9]], height: 1))
    try state.flushed(through: 1, reader: after)
    #expect(try often([key(1), key(2)], state) == [[1], [9]])
    #expect(reader.count == 3 && after.count == 1)
  }

  @Test("what a discarded proposal wrote is never read below another")
  func discarded() throws {
    let state = try AuthenticatedState(reader: MemoryReader([key(1): [1], key(2): [2]]))
    let rejected = try state.stage([
      StateChange(key: key(1), value: [8]), StateChange(key: key(2), value: nil),
      StateChange(key: key(3), value: [8]),
    ])
    let keys = [key(1), key(2), key(3)]
    #expect(try often(keys, state, on: rejected) == [[8], nil, [8]])
    #expect(try often(keys, state) == [[1], [2], nil])
    #expect(try often(keys, state, on: rejected) == [[8], nil, [8]])
    try state.adopt(try state.stage([StateChange(key: key(1), value: nil)]), height: 1)
    #expect(try often(keys, state) == [nil, [2], nil])
  }

  @Test("what a block wrote is read before its flush, after it, and when the state is opened anew")
  func flushedAndReopened() throws {
    let first = MemoryReader([key(1): [1], key(2): [2], key(3): [3]])
    let state = try AuthenticatedState(reader: first)
    let keys = (1...4).map { key($0) }
    #expect(try often(keys, state) == [[1], [2], [3], nil])
    let delta = try state.stage([
      StateChange(key: key(1), value: [10]), StateChange(key: key(2), value: nil),
      StateChange(key: key(4), value: [4]),
    ])
    try state.adopt(delta, height: 1)
    let expected: [[UInt8]?] = [[10], nil, [3], [4]]
    #expect(try often(keys, state) == expected)
    let second = first.applying(state.writes(through: 1), height: 1)
    try state.flushed(through: 1, reader: second)
    #expect(try often(keys, state) == expected)
    #expect(try often(keys, try AuthenticatedState(reader: second)) == expected)
  }

  @Test("of a reader that shows more than it says nothing is kept that a block above it wrote")
  func readerAhead() throws {
    let first = MemoryReader([key(1): [1]])
    let state = try AuthenticatedState(reader: first)
    for height in 1...UInt64(3) {
      let change = StateChange(key: key(1), value: [UInt8(height) + 10])
      try state.adopt(try state.stage([change]), height: height)
    }
    // The store has written all three, and says so of one.
    let third = first.applying(state.writes(through: 3), height: 3)
    try state.flushed(through: 1, reader: third)
    #expect(try often([key(1)], state) == [[13]])
    try state.adopt(try state.stage([StateChange(key: key(1), value: [14])]), height: 4)
    #expect(try often([key(1)], state) == [[14]])
    try state.flushed(through: 3, reader: third)
    #expect(try often([key(1)], state) == [[14]])
    try state.flushed(through: 4, reader: MemoryReader([key(1): [14]], height: 4))
    #expect(try often([key(1)], state) == [[14]])
  }

  @Test("a view that was made before a flush keeps nothing of what it reads")
  func viewAcrossFlush() throws {
    let first = MemoryReader([key(1): [1], key(2): [2]])
    let state = try AuthenticatedState(reader: first)
    try state.adopt(try state.stage([StateChange(key: key(1), value: [9])]), height: 1)
    var view = try state.view()
    try state.flushed(
      through: 1, reader: first.applying(state.writes(through: 1), height: 1))
    _ = try view.valuesBelow([key(1), key(2)], often: true)
    #expect(state.often.value(key(1)) == nil && state.often.value(key(2)) == nil)
    #expect(try often([key(1), key(2)], state) == [[9], [2]])
  }

  @Test("no more are kept than the bounds say, of whatever is read")
  func bounds() throws {
    let long = [UInt8](repeating: 1, count: StateLimits.oftenReadBytesMax + 1)
    var records = [StateKey([1]): long, StateKey([2]): Array(long.dropLast())]
    let keys = (0..<StateLimits.oftenReadMax + 50).map {
      StateKey([3, UInt8($0 >> 8), UInt8($0 & 0xFF)])
    }
    for key in keys { records[key] = key.bytes }
    let state = try AuthenticatedState(reader: MemoryReader(records))
    #expect(try often([StateKey([1]), StateKey([2])], state) == [long, records[StateKey([2])]])
    #expect(state.often.value(StateKey([1])) == nil && state.often.value(StateKey([2])) != nil)
    for _ in 0..<2 {
      #expect(try often(keys, state) == keys.map(\.bytes))
      #expect(state.often.count <= StateLimits.oftenReadMax)
    }
  }

  @Test(
    "random blocks, discarded proposals and flushes: every read is the model's",
    arguments: 0..<16)
  func random(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed) &* 613 &+ 11)
    var model: [StateKey: [UInt8]] = [:]
    let keys = (0..<12).map { key($0) }
    for key in keys where random.next(below: 3) > 0 { model[key] = random.bytes(3) }
    var reader = MemoryReader(model)
    let state = try AuthenticatedState(reader: reader)

    func propose(_ before: [StateKey: [UInt8]], on parent: StateDelta?) throws
      -> (delta: StateDelta, after: [StateKey: [UInt8]])
    {
      var after = before
      var changes: [StateChange] = []
      for _ in 0..<random.next(below: 5) {
        let key = keys[random.next(below: keys.count)]
        let value = random.next(below: 3) == 0 ? nil : random.bytes(3)
        changes.append(StateChange(key: key, value: value))
        after[key] = value
      }
      return (try state.stage(changes, on: parent), after)
    }
    func check(_ model: [StateKey: [UInt8]], on delta: StateDelta?) throws {
      let some = keys.filter { _ in random.next(below: 2) == 0 }
      #expect(try often(some, state, on: delta) == some.map { model[$0] })
    }

    for height in 1...UInt64(60) {
      let (chosen, rival) = (try propose(model, on: nil), try propose(model, on: nil))
      let child = try propose(chosen.after, on: chosen.delta)
      try check(rival.after, on: rival.delta)
      try check(model, on: nil)
      try check(child.after, on: child.delta)
      try check(chosen.after, on: chosen.delta)
      try state.adopt(chosen.delta, height: height)
      model = chosen.after
      try check(model, on: nil)
      guard state.isOverlayFull || random.next(below: 3) == 0 else { continue }
      let waiting = state.unflushedHeights
      let shown = waiting[random.next(below: waiting.count)]
      let told = waiting[random.next(below: waiting.count)]
      reader = reader.applying(state.writes(through: max(shown, told)), height: max(shown, told))
      try state.flushed(through: min(shown, told), reader: reader)
      try check(model, on: nil)
    }
  }
}

/// Counts the values that are asked for.
private final class CountingReader: StateReader {
  private let reader: MemoryReader
  private let asked = Mutex(0)

  init(_ reader: MemoryReader) { self.reader = reader }

  var height: UInt64 { reader.height }
  var count: Int { asked.withLock { $0 } }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    asked.withLock { $0 += 1 }
    return try reader.value(of: key)
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try reader.record(at: path)
  }

  func recordCountEstimate() throws(StateReadError) -> Int { try reader.recordCountEstimate() }

  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    try reader.leaves(inBuckets: buckets, depth: depth)
  }
}
