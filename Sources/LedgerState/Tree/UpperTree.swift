import LedgerCore

/// The levels of the state tree that stay in memory: the root down to the buckets.
///
/// Invariants:
/// - Nodes lie in heap order: the root at 1, the children of i at 2i and 2i + 1, bucket b of the
///   lowest level at 2^depth + b, where b is the first `depth` bits of its leaves' paths.
/// - Every node is the parent of its two children, by `TreeNode.parent`.
struct UpperTree: Sendable {
  /// Bits of a path that name its bucket: 0 … `StateLimits.bucketDepthMax`.
  let depth: Int
  private var hashes: [Digest]
  /// One bit a node: two leaves or more stand below.
  private var many: [UInt64]

  /// A tree without leaves.
  init(depth: Int) {
    precondition(
      (0...StateLimits.bucketDepthMax).contains(depth), "a tree's depth is out of bounds")
    self.depth = depth
    hashes = Array(repeating: .zero, count: 2 << depth)
    many = Array(repeating: 0, count: (2 << depth) / 64 + 1)
  }

  /// The smallest depth at which buckets hold at most `leavesPerBucket` leaves on average.
  static func depth(forLeaves count: Int, leavesPerBucket: Int) -> Int {
    var depth = 0
    while depth < StateLimits.bucketDepthMax, count > leavesPerBucket << depth { depth += 1 }
    return depth
  }

  var bucketCount: Int { 1 << depth }
  var root: TreeNode { self[1] }

  /// The heap index of the bucket that a path falls in.
  func bucket(of path: Digest) -> Int {
    bucketCount | (depth == 0 ? 0 : Int(path.bytes.leadingBits >> UInt64(64 - depth)))
  }

  subscript(index: Int) -> TreeNode {
    get {
      TreeNode(hash: hashes[index], isMany: many[index >> 6] >> UInt64(index & 63) & 1 == 1)
    }
    set {
      hashes[index] = newValue.hash
      let bit = UInt64(1) << UInt64(index & 63)
      if newValue.isMany { many[index >> 6] |= bit } else { many[index >> 6] &= ~bit }
    }
  }

  /// Computes every level above buckets that have been set.
  mutating func buildUpperLevels() {
    for level in stride(from: depth - 1, through: 0, by: -1) {
      var pairs: [Digest] = []
      var parents: [Int] = []
      for index in (1 << level)..<(2 << level) {
        let left = self[2 * index]
        let right = self[2 * index + 1]
        guard !TreeNode.needsHash(left, right) else {
          pairs.append(left.hash)
          pairs.append(right.hash)
          parents.append(index)
          continue
        }
        self[index] = TreeNode.parent(left, right)
      }
      for (index, hash) in zip(parents, TreeHash.level(pairs)) {
        self[index] = TreeNode(hash: hash, isMany: true)
      }
    }
  }
}

extension TreeNode {
  /// Whether the parent of two subtrees is hashed from them, rather than being one of them.
  static func needsHash(_ left: TreeNode, _ right: TreeNode) -> Bool {
    !(left.isEmpty && !right.isMany || right.isEmpty && !left.isMany)
  }
}

extension Digest {
  /// The lowest and the highest path whose first `depth` bits are the last `depth` bits of
  /// `prefix`.
  static func range(prefix: Int, depth: Int) -> ClosedRange<Digest> {
    var low = Bytes32.zero
    var high = Bytes32.zero
    for index in 0..<32 { high[index] = 0xFF }
    guard depth > 0 else { return Digest(low)...Digest(high) }
    let first = UInt64(truncatingIfNeeded: prefix) << UInt64(64 - depth)
    let last = first | (depth == 64 ? 0 : UInt64.max >> UInt64(depth))
    for index in 0..<8 {
      low[index] = UInt8(truncatingIfNeeded: first >> UInt64(56 - 8 * index))
      high[index] = UInt8(truncatingIfNeeded: last >> UInt64(56 - 8 * index))
    }
    return Digest(low)...Digest(high)
  }
}
