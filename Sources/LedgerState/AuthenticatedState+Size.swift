import CLedgerCore

/// What the tree takes in memory: for operators.
extension AuthenticatedState {
  /// Levels of the tree in memory below the root; its lowest has 2^`treeDepth` buckets of leaves.
  public var treeDepth: Int { tree.depth }

  /// Bytes of the tree's nodes in memory: 49.5 a bucket.
  public var treeBytes: Int { cl_state_tree_bytes(UInt32(tree.depth)) }
}
