import LedgerCore
import LedgerState
import Synchronization

/// The state on a simulated disk: every record, sorted by path, of one height. A flush is taken in
/// whole.
final class SimulatedState: StateReader {
  struct Record {
    let path: Digest
    let key: StateKey
    let value: [UInt8]
    let leafHash: Digest
  }

  struct Contents: Sendable {
    var height: UInt64
    /// Ascending by path.
    var records: [Record]
    /// A value may not be what its leaf hash says.
    var isDamaged = false
  }

  private let contents: Mutex<Contents>

  /// The state of height 0.
  init(_ changes: [StateChange]) {
    var contents = Contents(height: 0, records: [])
    contents.apply(changes)
    self.contents = Mutex(contents)
  }

  private init(_ contents: Contents) { self.contents = Mutex(contents) }

  /// A disk of its own with the same state.
  func copy() -> SimulatedState { SimulatedState(contents.withLock { $0 }) }

  /// Takes one flush.
  func apply(_ changes: [StateChange], height: UInt64) {
    contents.withLock {
      $0.apply(changes)
      $0.height = height
    }
  }

  var height: UInt64 { contents.withLock { $0.height } }

  /// Every record, ascending by path.
  var records: [StateRecord] {
    contents.withLock { $0.records.map { StateRecord(key: $0.key, value: $0.value) } }
  }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    return try checked(key.hash)?.value
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try checked(path).map { StateRecord(key: $0.key, value: $0.value) }
  }

  /// A record, its leaf hash checked once something on this disk is damaged.
  private func checked(_ path: Digest) throws(StateReadError) -> Record? {
    let (record, mayBeDamaged) = contents.withLock { ($0.record(at: path), $0.isDamaged) }
    guard let record, mayBeDamaged else { return record }
    guard StateLeaf.hash(path: path, value: record.value) == record.leafHash else {
      throw .corruptRecord(path: path)
    }
    return record
  }

  /// Whether a bit of it has turned over.
  var isDamaged: Bool { contents.withLock { $0.isDamaged } }

  /// One bit of a record's value turns over; false when there is none.
  func flipBit(_ random: inout SeededRandom) -> Bool {
    let count = contents.withLock { $0.records.count }
    guard count > 0 else { return false }
    let (place, byte, bit) = (random.index(count), random.next(), random.index(8))
    contents.withLock { contents in
      let record = contents.records[place]
      guard !record.value.isEmpty else { return }
      var value = record.value
      value[Int(byte % UInt64(value.count))] ^= UInt8(1 << bit)
      contents.records[place] = Record(
        path: record.path, key: record.key, value: value, leafHash: record.leafHash)
      contents.isDamaged = true
    }
    return true
  }

  func recordCountEstimate() throws(StateReadError) -> Int {
    contents.withLock { $0.records.count }
  }

  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    contents.withLock { contents in
      BucketLeaves(inBuckets: buckets, depth: depth, count: contents.records.count) {
        StateLeaf(path: contents.records[$0].path, hash: contents.records[$0].leafHash)
      }
    }
  }
}

extension SimulatedState.Contents {
  func index(of path: Digest) -> Int {
    var low = 0
    var high = records.count
    while low < high {
      let middle = (low + high) / 2
      if records[middle].path < path { low = middle + 1 } else { high = middle }
    }
    return low
  }

  func record(at path: Digest) -> SimulatedState.Record? {
    let index = index(of: path)
    return index < records.count && records[index].path == path ? records[index] : nil
  }

  mutating func apply(_ changes: [StateChange]) {
    for change in changes {
      let path = change.key.hash
      let index = index(of: path)
      let exists = index < records.count && records[index].path == path
      guard let value = change.value else {
        if exists { records.remove(at: index) }
        continue
      }
      let record = SimulatedState.Record(
        path: path, key: change.key, value: value,
        leafHash: StateLeaf.hash(path: path, value: value))
      if exists { records[index] = record } else { records.insert(record, at: index) }
    }
  }
}
