import LedgerCore

/// Leaves of several buckets, one bucket after the other.
public struct BucketLeaves: Sendable {
  /// Bucket i has `leaves[starts[i] ..< starts[i + 1]]`.
  public private(set) var starts: [UInt32] = [0]
  public private(set) var leaves: [StateLeaf] = []

  public init() {}

  package init(starts: [UInt32], leaves: [StateLeaf]) {
    self.starts = starts
    self.leaves = leaves
  }

  public var count: Int { starts.count - 1 }

  /// Makes room.
  public mutating func reserve(buckets: Int, leaves count: Int) {
    starts.reserveCapacity(buckets + 1)
    leaves.reserveCapacity(count)
  }

  /// Appends a leaf to the bucket that is open; leaves ascend by path.
  public mutating func append(_ leaf: StateLeaf) { leaves.append(leaf) }

  /// Ends the bucket that is open.
  public mutating func endBucket() { starts.append(UInt32(leaves.count)) }

  /// Those of buckets, ascending, out of `count` leaves that ascend by path: for readers whose
  /// records lie in an array.
  public init(
    inBuckets buckets: [UInt32], depth: Int, count: Int, _ leaf: (Int) -> StateLeaf
  ) {
    var at = 0
    for bucket in buckets {
      let lowest = Digest.lowest(prefix: bucket, depth: depth)
      var (low, high) = (at, count)
      while low < high {
        let middle = (low + high) / 2
        if leaf(middle).path < lowest { low = middle + 1 } else { high = middle }
      }
      at = low
      while at < count, leaf(at).path.prefix(depth) == bucket {
        append(leaf(at))
        at += 1
      }
      endBucket()
    }
  }
}
