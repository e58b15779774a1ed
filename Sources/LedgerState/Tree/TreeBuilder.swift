import LedgerCore

/// Builds the upper tree from all leaves in ascending order, seen once.
///
/// The depth follows from the number of leaves, which nobody knows before the end; but paths are
/// SHA-256 digests, spread evenly, so the first few thousand tell how many will come. The estimate
/// chooses the depth and nothing else: the root does not depend on it.
struct TreeBuilder {
  private static let sampleCount = 4_096

  /// Leaves hashed in one go.
  private static let chunkLeaves = 65_536

  private let leavesPerBucket: Int
  private var sample: [StateLeaf] = []
  private var tree: StateTree?
  /// The bucket that is open; those before it are in `chunk` or in the tree.
  private var bucket = 0
  private var chunk = BucketLeaves()
  /// Leaves seen so far.
  private(set) var count = 0

  init(leavesPerBucket: Int) { self.leavesPerBucket = leavesPerBucket }

  /// Takes the next leaf; paths ascend strictly.
  mutating func add(_ leaf: StateLeaf) {
    count += 1
    guard tree == nil else { return place(leaf) }
    sample.append(leaf)
    if sample.count == Self.sampleCount { start(expecting: estimate(from: leaf)) }
  }

  /// The tree over all leaves taken.
  mutating func finish() -> StateTree {
    if tree == nil { start(expecting: count) }
    let built = tree ?? StateTree(depth: 0)
    chunk.endBucket()
    built.fill(from: bucket + 1 - chunk.count, chunk)
    built.build()
    return built
  }

  /// So many leaves lie below this path; scaled to the whole range of paths.
  private func estimate(from leaf: StateLeaf) -> Int {
    let share = Swift.max(leaf.path.bytes.leadingBits >> 32, 1)
    return Int(UInt64(count) << 32 / share)
  }

  private mutating func start(expecting expected: Int) {
    tree = StateTree(
      depth: StateTree.depth(forLeaves: expected, leavesPerBucket: leavesPerBucket))
    for leaf in sample { place(leaf) }
    sample = []
  }

  private mutating func place(_ leaf: StateLeaf) {
    guard let tree else { return }
    let index = tree.bucket(of: leaf.path)
    precondition(index >= bucket, "leaves are not in ascending order")
    while bucket < index {
      chunk.endBucket()
      bucket += 1
      if chunk.leaves.count >= Self.chunkLeaves || chunk.count >= Self.chunkLeaves {
        tree.fill(from: bucket - chunk.count, chunk)
        chunk.removeAll()
      }
    }
    chunk.append(leaf)
  }
}
