import LedgerCore

/// Builds the upper tree from all leaves in ascending order, seen once.
///
/// The depth follows from the number of leaves, which nobody knows before the end; but paths are
/// SHA-256 digests, spread evenly, so the first few thousand tell how many will come. The estimate
/// chooses the depth and nothing else: the root does not depend on it.
struct TreeBuilder {
  private static let sampleCount = 4_096

  private let leavesPerBucket: Int
  private var sample: [StateLeaf] = []
  private var tree: UpperTree?
  private var bucket = 0
  private var bucketLeaves: [StateLeaf] = []
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
  mutating func finish() -> UpperTree {
    if tree == nil { start(expecting: count) }
    closeBucket()
    tree?.buildUpperLevels()
    return tree ?? UpperTree(depth: 0)
  }

  /// So many leaves lie below this path; scaled to the whole range of paths.
  private func estimate(from leaf: StateLeaf) -> Int {
    let share = Swift.max(leaf.path.bytes.leadingBits >> 32, 1)
    return Int(UInt64(count) << 32 / share)
  }

  private mutating func start(expecting expected: Int) {
    let new = UpperTree(
      depth: UpperTree.depth(forLeaves: expected, leavesPerBucket: leavesPerBucket))
    bucket = new.bucketCount
    tree = new
    for leaf in sample { place(leaf) }
    sample = []
  }

  private mutating func place(_ leaf: StateLeaf) {
    guard let index = tree?.bucket(of: leaf.path) else { return }
    if index != bucket {
      precondition(index > bucket, "leaves are not in ascending order")
      closeBucket()
      bucket = index
    }
    bucketLeaves.append(leaf)
  }

  private mutating func closeBucket() {
    guard !bucketLeaves.isEmpty, let depth = tree?.depth else { return }
    tree?[bucket] = TreeNode.subtree(bucketLeaves[...], depth: depth)
    bucketLeaves.removeAll(keepingCapacity: true)
  }
}
