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
  private var fault: StateReadError?
  /// Leaves seen so far.
  private(set) var count = 0

  init(leavesPerBucket: Int) { self.leavesPerBucket = leavesPerBucket }

  /// Takes the next leaf; paths ascend strictly.
  mutating func add(_ leaf: StateLeaf) {
    count += 1
    guard tree == nil, fault == nil else { return place(leaf) }
    sample.append(leaf)
    if sample.count == Self.sampleCount { start(expecting: estimate(from: leaf)) }
  }

  /// The tree over all leaves taken. Throws when they did not ascend: the store is damaged.
  mutating func finish() throws(StateReadError) -> StateTree {
    if tree == nil { start(expecting: count) }
    chunk.endBucket()
    if fault == nil, let tree { fill(tree, below: bucket + 1) }
    if let fault { throw fault }
    guard let tree else { return try StateTree(depth: 0) }
    tree.build()
    return tree
  }

  /// So many leaves lie below this path; scaled to the whole range of paths.
  private func estimate(from leaf: StateLeaf) -> Int {
    let share = Swift.max(leaf.path.bytes.leadingBits >> 32, 1)
    return Int(UInt64(count) << 32 / share)
  }

  private mutating func start(expecting expected: Int) {
    do throws(StateReadError) {
      tree = try StateTree(
        depth: StateTree.depth(forLeaves: expected, leavesPerBucket: leavesPerBucket))
    } catch { fault = error }
    for leaf in sample { place(leaf) }
    sample = []
  }

  private mutating func place(_ leaf: StateLeaf) {
    guard let tree, fault == nil else { return }
    let index = tree.bucket(of: leaf.path)
    while bucket < index {
      chunk.endBucket()
      bucket += 1
      if chunk.leaves.count >= Self.chunkLeaves || chunk.count >= Self.chunkLeaves {
        fill(tree, below: bucket)
      }
    }
    // One that stands before its bucket is found when that is hashed.
    chunk.append(leaf)
  }

  private mutating func fill(_ tree: StateTree, below end: Int) {
    do throws(StateReadError) { try tree.fill(from: end - chunk.count, chunk) } catch {
      fault = error
    }
    chunk.removeAll()
  }
}
