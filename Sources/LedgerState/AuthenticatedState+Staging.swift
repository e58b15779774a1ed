import LedgerCore

extension AuthenticatedState {
  /// Computes what writes do to the tip, or to a staged delta, and changes nothing.
  ///
  /// Of several writes to one key the last wins; writes that change nothing are left out. Cost: one
  /// `leaves(in:)` for each bucket touched, and the hashes above.
  public func stage(
    _ changes: [StateChange], on parent: StateDelta? = nil
  ) throws(StateError) -> StateDelta {
    let ancestors = try chain(to: parent)
    let base = NodeBase(tree: tree, deltas: ancestors)
    var layer = StateLayer(changes)
    var isKept = Array(repeating: false, count: layer.count)
    var bottom = DeltaLevel()
    var added = 0
    var start = 0
    while start < layer.count {
      let bucket = tree.bucket(of: layer.paths[start])
      var end = start + 1
      while end < layer.count, tree.bucket(of: layer.paths[end]) == bucket { end += 1 }
      let before = try leaves(inBucket: bucket, under: ancestors)
      let after = layer.merge(start..<end, over: before)
      added += after.count - before.count
      for index in start..<end { isKept[index] = layer.changesSomething(index, in: before) }
      let node = TreeNode.subtree(after[...], depth: tree.depth)
      if node != base[bucket] { bottom.append(bucket, node) }
      start = end
    }
    if isKept.contains(false) { layer = layer.keeping(isKept) }
    let levels = Self.levels(above: bottom, depth: tree.depth, base)
    let before = ancestors.last?.recordCount ?? recordCount
    return StateDelta(
      base: base[1].hash, root: levels[0].nodes.first?.hash ?? base[1].hash,
      recordCount: before + added, layer: layer, levels: levels, ancestors: ancestors)
  }

  /// A view for execution above the tip, or above a staged delta. The state must not adopt while
  /// the view lives.
  public func view(on parent: StateDelta? = nil) throws(StateError) -> StateView {
    let deltas = try chain(to: parent)
    return deltas.isEmpty
      ? StateView(over: self) : StateView(over: StagedState(state: self, deltas: deltas))
  }

  /// The deltas from the tip to one staged above it, oldest first, all of the tree's depth.
  func chain(to delta: StateDelta?) throws(StateError) -> [StateDelta] {
    guard let delta, delta.root != root else { return [] }
    let all = delta.ancestors + [delta]
    guard let first = all.lastIndex(where: { $0.base == root }) else {
      throw .staleDelta(base: delta.base, tip: root)
    }
    let deltas = Array(all[first...])
    guard deltas.count < StateLimits.stagedDepthMax else {
      throw .stagedTooDeep(max: StateLimits.stagedDepthMax)
    }
    guard deltas.contains(where: { $0.depth != tree.depth }) else { return deltas }
    // The tree was built anew since: compute them again for its depth.
    var renewed: StateDelta?
    for delta in deltas { renewed = try stage(delta.changes, on: renewed) }
    return renewed.map { $0.ancestors + [$0] } ?? []
  }

  private func leaves(
    inBucket bucket: Int, under deltas: [StateDelta]
  ) throws(StateError) -> [StateLeaf] {
    let range = Digest.range(prefix: bucket, depth: tree.depth)
    var leaves: [StateLeaf]
    do { leaves = try self.leaves(in: range) } catch { throw .read(error) }
    for delta in deltas {
      leaves = delta.layer.merge(delta.layer.indices(in: range), over: leaves)
    }
    return leaves
  }

  /// The changed nodes of all levels, from the root down, given those of the lowest.
  private static func levels(
    above bottom: DeltaLevel, depth: Int, _ base: NodeBase
  ) -> [DeltaLevel] {
    var levels = [bottom]
    for _ in 0..<depth {
      levels.append(parents(of: levels[levels.count - 1], base))
    }
    return levels.reversed()
  }

  private static func parents(of level: DeltaLevel, _ base: NodeBase) -> DeltaLevel {
    var parents = DeltaLevel()
    var pairs: [Digest] = []
    var hashed: [Int] = []
    var at = 0
    while at < level.indices.count {
      let index = level.indices[at]
      let hasBoth = at + 1 < level.indices.count && level.indices[at + 1] == index ^ 1
      let own = level.nodes[at]
      let other = hasBoth ? level.nodes[at + 1] : base[index ^ 1]
      let (left, right) = index & 1 == 0 ? (own, other) : (other, own)
      if TreeNode.needsHash(left, right) {
        hashed.append(parents.indices.count)
        pairs.append(left.hash)
        pairs.append(right.hash)
        parents.append(index >> 1, .empty)
      } else {
        parents.append(index >> 1, TreeNode.parent(left, right))
      }
      at += hasBoth ? 2 : 1
    }
    for (place, hash) in zip(hashed, TreeHash.level(pairs)) {
      parents.nodes[place] = TreeNode(hash: hash, isMany: true)
    }
    return parents
  }
}

/// The tree's nodes as of a chain of deltas.
private struct NodeBase {
  let tree: UpperTree
  let deltas: [StateDelta]

  subscript(index: Int) -> TreeNode {
    for delta in deltas.reversed() {
      if let node = delta.node(at: index) { return node }
    }
    return tree[index]
  }
}

extension StateLayer {
  /// Whether a write changes leaves (ascending) it is laid over.
  fileprivate func changesSomething(_ index: Int, in leaves: [StateLeaf]) -> Bool {
    let before = leaves.first { $0.path == paths[index] }?.hash ?? .zero
    return before != hashes[index]
  }
}

/// The tip with staged deltas above it, as a view reads it.
private struct StagedState: RecordSource {
  let state: AuthenticatedState
  /// Oldest first.
  let deltas: [StateDelta]

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    let path = key.hash
    for delta in deltas.reversed() {
      if let index = delta.layer.index(of: path) { return delta.layer.changes[index].value }
    }
    return try state.value(of: key, path: path)
  }
}
