import LedgerCore
import LedgerState
import Synchronization

/// The flushed state of a node of these tests.
final class MemoryState: StateReader {
  private struct Contents {
    var height: UInt64 = 0
    /// Ascending by path.
    var records: [StateWrite] = []
  }

  private let contents = Mutex(Contents())

  init(_ changes: [StateChange]) { apply(StateWrites(of: changes), height: 0) }

  func apply(_ writes: StateWrites, height: UInt64) {
    contents.withLock { contents in
      var byPath = Dictionary(uniqueKeysWithValues: contents.records.map { ($0.path, $0) })
      for write in writes { byPath[write.path] = write.value == nil ? nil : write }
      contents.records = byPath.values.sorted { $0.path < $1.path }
      contents.height = height
    }
  }

  var height: UInt64 { contents.withLock { $0.height } }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try record(at: key.hash)?.value
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    contents.withLock { contents in
      contents.records.first { $0.path == path }.map {
        StateRecord(key: $0.key, value: $0.value ?? [])
      }
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
