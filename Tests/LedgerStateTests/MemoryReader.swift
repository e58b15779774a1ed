import LedgerCore
import LedgerState

/// A reader over an array: the flushed state of these tests.
final class MemoryReader: StateReader {
  let height: UInt64
  private let records: [StateWrite]
  /// When set, every read fails.
  let isBroken: Bool

  init(_ records: [StateKey: [UInt8]] = [:], height: UInt64 = 0, isBroken: Bool = false) {
    self.height = height
    self.isBroken = isBroken
    self.records = records.map { key, value in
      let leaf = StateLeaf(key: key, value: value)
      return StateWrite(path: leaf.path, key: key, value: value, leafHash: leaf.hash)
    }.sorted { $0.path < $1.path }
  }

  /// The state after writes that the store has taken.
  func applying(_ writes: StateWrites, height: UInt64) -> MemoryReader {
    var after = dictionary
    for write in writes { after[write.key] = write.value }
    return MemoryReader(after, height: height)
  }

  var dictionary: [StateKey: [UInt8]] {
    Dictionary(uniqueKeysWithValues: records.map { ($0.key, $0.value ?? []) })
  }

  private func index(of path: Digest) -> Int {
    var low = 0
    var high = records.count
    while low < high {
      let middle = (low + high) / 2
      if records[middle].path < path { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func check() throws(StateReadError) {
    guard !isBroken else { throw .storeFailed("broken for this test") }
  }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try record(at: key.hash)?.value
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    try check()
    let index = index(of: path)
    guard index < records.count, records[index].path == path else { return nil }
    return StateRecord(key: records[index].key, value: records[index].value ?? [])
  }

  func recordCountEstimate() throws(StateReadError) -> Int { records.count }

  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    try check()
    return BucketLeaves(inBuckets: buckets, depth: depth, count: records.count) {
      StateLeaf(path: records[$0].path, hash: records[$0].leafHash)
    }
  }
}
