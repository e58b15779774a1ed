public import LedgerCore

/// Proofs at the tip, as ICS-23 `SmtSpec` proofs: `ProofSpec.smt` and stock verifiers accept them.
extension AuthenticatedState {
  /// That the tip holds a record. Throws `noSuchRecord` when it does not.
  public func existenceProof(_ key: StateKey) throws(StateError) -> CommitmentProof {
    let path = key.hash
    let descent = try descend(to: path)
    guard descent.leaf?.path == path else { throw .noSuchRecord }
    return .exist(try existence(descent, at: path))
  }

  /// That the tip does not hold a record. Throws `recordExists` when it does, and `emptyState` when
  /// there is nothing to prove it with.
  public func absenceProof(_ key: StateKey) throws(StateError) -> CommitmentProof {
    let path = key.hash
    guard recordCount > 0 else { throw .emptyState }
    guard try descend(to: path).leaf?.path != path else { throw .recordExists }
    var left: ExistenceProof?
    var right: ExistenceProof?
    if let leaf = try neighbour(of: path, onLeft: true) {
      left = try existence(descend(to: leaf.path), at: leaf.path)
    }
    if let leaf = try neighbour(of: path, onLeft: false) {
      right = try existence(descend(to: leaf.path), at: leaf.path)
    }
    return .nonexist(NonExistenceProof(key: key.bytes, left: left, right: right))
  }

  /// The way from the root to where a path ends.
  private struct Descent {
    /// From the root down.
    var steps: [InnerOp] = []
    /// The leaf there, when there is one; not necessarily that of the path.
    var leaf: StateLeaf?
  }

  private func descend(to path: Digest) throws(StateError) -> Descent {
    var descent = Descent()
    var index = 1
    var level = 0
    while level < tree.depth, tree[index].isMany {
      let isRight = path.bytes.bit(level)
      index = 2 * index + (isRight ? 1 : 0)
      descent.steps.append(ProofSpec.smtStep(sibling: tree[index ^ 1].hash, isRightChild: isRight))
      level += 1
    }
    guard !tree[index].isEmpty else { return descent }
    // The leaf of a subtree that has but one: in whichever bucket it is.
    while index < tree.bucketCount { index = 2 * index + (tree[2 * index].isEmpty ? 1 : 0) }
    var leaves = try provenLeaves(inBucket: index - tree.bucketCount)[...]
    while leaves.count > 1, level < 256 {
      let middle = leaves.split(atBit: level)
      let isRight = path.bytes.bit(level)
      let other = isRight ? leaves[..<middle] : leaves[middle...]
      leaves = isRight ? leaves[middle...] : leaves[..<middle]
      level += 1
      descent.steps.append(
        ProofSpec.smtStep(
          sibling: TreeNode.subtree(other, depth: level).hash, isRightChild: isRight))
    }
    descent.leaf = leaves.first
    return descent
  }

  private func existence(_ descent: Descent, at path: Digest) throws(StateError) -> ExistenceProof {
    let record: StateRecord?
    do { record = try self.record(at: path) } catch { throw .read(error) }
    guard let record else { throw .read(.corruptRecord(path: path)) }
    return ExistenceProof(
      key: record.key.bytes, value: record.value, leaf: ProofSpec.smt.leaf,
      path: descent.steps.reversed())
  }

  /// The nearest leaf below or above a path that has none.
  private func neighbour(of path: Digest, onLeft: Bool) throws(StateError) -> StateLeaf? {
    let bucket = tree.bucket(of: path)
    let own = try provenLeaves(inBucket: bucket)
    if let leaf = onLeft
      ? own.last(where: { $0.path < path }) : own.first(where: { $0.path > path })
    {
      return leaf
    }
    guard let beside = tree.nonEmptyBucket(beside: bucket, onLeft: onLeft) else { return nil }
    let leaves = try provenLeaves(inBucket: beside)
    return onLeft ? leaves.last : leaves.first
  }

  private func provenLeaves(inBucket bucket: Int) throws(StateError) -> [StateLeaf] {
    do { return try leaves(inBucket: bucket) } catch { throw .read(error) }
  }
}

extension StateTree {
  /// The nearest bucket on one side that holds leaves.
  func nonEmptyBucket(beside bucket: Int, onLeft: Bool) -> Int? {
    var index = bucketCount | bucket
    let ownSide = onLeft ? 1 : 0
    while index > 1 {
      if index & 1 == ownSide, !self[index ^ 1].isEmpty { break }
      index >>= 1
    }
    guard index > 1 else { return nil }
    index ^= 1
    while index < bucketCount {
      let nearer = 2 * index + ownSide
      index = self[nearer].isEmpty ? nearer ^ 1 : nearer
    }
    return index - bucketCount
  }
}
