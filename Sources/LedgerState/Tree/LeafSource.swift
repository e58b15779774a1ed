package import CLedgerCore
import LedgerCore

/// A reader that gives leaves to the tree's engine without going through Swift.
package protocol EngineReader: StateReader {
  /// Calls the body with a source that is good inside it; throws what went wrong there.
  ///
  /// - Parameter reads: what this reader's `reads` gave, and nobody reads meanwhile.
  func withLeafSource(
    _ reads: (any StateReads)?, _ body: (UnsafePointer<cl_state_source>) -> Void
  ) throws(StateReadError)
}

/// Calls the body with a reader's leaves of some buckets, ascending, as the tree's engine takes
/// them.
func withLeafSource(
  of reader: any StateReader, _ reads: (any StateReads)?, buckets: @autoclosure () -> [UInt32],
  depth: Int,
  _ body: (UnsafePointer<cl_state_source>) -> Void
) throws(StateReadError) {
  if let reader = reader as? any EngineReader {
    return try unsafe reader.withLeafSource(reads, body)
  }
  let buckets = buckets()
  let gathered = GatheredLeaves(
    buckets: buckets, found: try reader.leaves(inBuckets: buckets, depth: depth))
  guard gathered.found.count == buckets.count else {
    throw .storeFailed("the store does not answer for every bucket")
  }
  var source = unsafe cl_state_source()
  unsafe source.context = Unmanaged.passUnretained(gathered).toOpaque()
  unsafe source.read = { context, _, buckets, count, _, leaves, starts in
    guard let context = unsafe context, let buckets = unsafe buckets, count > 0,
      let leaves = unsafe leaves, let starts = unsafe starts
    else { return CL_STATE_SOURCE_FAILED }
    let gathered = unsafe Unmanaged<GatheredLeaves>.fromOpaque(context).takeUnretainedValue()
    return unsafe gathered.copy(count, from: buckets.pointee, into: leaves, starts)
  }
  unsafe withUnsafePointer(to: &source) { unsafe body($0) }
  withExtendedLifetime(gathered) {}
}

/// Leaves that a reader in Swift gave at once, for the engine to take in pieces.
private final class GatheredLeaves: Sendable {
  let buckets: [UInt32]
  let found: BucketLeaves

  init(buckets: [UInt32], found: BucketLeaves) {
    self.buckets = buckets
    self.found = found
  }

  /// Appends those of `count` buckets, the first of which is `bucket`.
  func copy(
    _ count: Int, from bucket: UInt32, into leaves: UnsafeMutablePointer<cl_state_leaves>,
    _ starts: UnsafeMutablePointer<UInt32>
  ) -> Int32 {
    var (low, high) = (0, buckets.count)
    while low < high {
      let middle = (low + high) / 2
      if buckets[middle] < bucket { low = middle + 1 } else { high = middle }
    }
    guard low + count <= buckets.count else { return CL_STATE_SOURCE_FAILED }
    let (first, last) = (found.starts[low], found.starts[low + count])
    guard unsafe cl_state_leaves_reserve(leaves, Int(last - first)) == CL_STATE_OK else {
      return CL_STATE_NO_MEMORY
    }
    let before = unsafe leaves.pointee.count
    for index in 0...count {
      unsafe starts[index] = UInt32(before) + found.starts[low + index] - first
    }
    unsafe found.leaves[Int(first)..<Int(last)].withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress, let room = unsafe leaves.pointee.leaves else { return }
      unsafe UnsafeMutableRawPointer(room + before)
        .copyMemory(from: start, byteCount: bytes.count)
    }
    unsafe leaves.pointee.count = before + Int(last - first)
    return CL_STATE_OK
  }
}
