import CLedgerCore
import LedgerCore

/// A node of the state tree: its ICS-23 hash, and what stands below it.
///
/// `SmtSpec` hashes an empty subtree as 32 zero bytes and a subtree with one leaf as that leaf; so
/// how a parent is hashed depends on how many leaves its children hold: none, one or many.
struct TreeNode: Hashable, Sendable {
  var hash: Digest
  /// Two leaves or more stand below.
  var isMany: Bool

  static let empty = TreeNode(hash: .zero, isMany: false)

  var isEmpty: Bool { hash == .zero }

  /// A subtree with one leaf.
  static func single(_ leaf: StateLeaf) -> TreeNode { TreeNode(hash: leaf.hash, isMany: false) }

  /// The parent of two subtrees.
  static func parent(_ left: TreeNode, _ right: TreeNode) -> TreeNode {
    if left.isEmpty && !right.isMany { return right }
    if right.isEmpty && !left.isMany { return left }
    return TreeNode(hash: TreeHash.inner(left.hash, right.hash), isMany: true)
  }

  /// The subtree over leaves that are ascending and share their first `depth` bits.
  ///
  /// Recursion ends at depth 256, where paths have no more bits to differ in.
  static func subtree(_ leaves: ArraySlice<StateLeaf>, depth: Int) -> TreeNode {
    guard let first = leaves.first else { return .empty }
    guard leaves.count > 1 else { return .single(first) }
    precondition(depth < 256, "two leaves have one path")
    let middle = leaves.split(atBit: depth)
    return parent(
      subtree(leaves[..<middle], depth: depth + 1), subtree(leaves[middle...], depth: depth + 1))
  }
}

/// Node hashes of ICS-23's `SmtSpec`, through the C engine.
enum TreeHash {
  /// SHA-256 of 0x01, left and right.
  static func inner(_ left: Digest, _ right: Digest) -> Digest {
    var node = (left, right)
    unsafe withUnsafeMutableBytes(of: &node) { bytes in
      guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
        return
      }
      unsafe cl_sha256_inner_level(start, 1, start)
    }
    return node.0
  }
}

extension ArraySlice<StateLeaf> {
  /// The index of the first leaf whose path has the bit set; the leaves share all bits before it.
  func split(atBit depth: Int) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if self[middle].path.bytes.bit(depth) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
