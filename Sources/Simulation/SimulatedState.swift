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
    let path = key.hash
    return contents.withLock { $0.record(at: path)?.value }
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    contents.withLock { contents in
      contents.record(at: path).map { StateRecord(key: $0.key, value: $0.value) }
    }
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
