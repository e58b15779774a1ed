/// What the tree takes in memory: for operators.
extension AuthenticatedState {
  /// Levels of the tree in memory below the root; its lowest has 2^`treeDepth` buckets of leaves.
  public var treeDepth: Int { tree.depth }

  /// Bytes of the tree in memory: 33 for each node of a level, the buckets included.
  public var treeBytes: Int { 66 << tree.depth }
}
