/// Verification as ICS-23's reference verifier does it: a proof that its stock verifiers accept is
/// accepted here, and the other way round.
extension ProofSpec {
  /// Checks that the tree under `root` holds `key` with `value`.
  public func verifyMembership(
    _ proof: CommitmentProof, root: [UInt8], key: [UInt8], value: [UInt8]
  ) throws(ProofError) {
    guard case .exist(let proof) = proof else { throw .wrongKind }
    try verify(proof, root: root, key: key, value: value)
  }

  /// Checks that the tree under `root` does not hold `key`.
  public func verifyNonMembership(
    _ proof: CommitmentProof, root: [UInt8], key: [UInt8]
  ) throws(ProofError) {
    guard case .nonexist(let proof) = proof else { throw .wrongKind }
    guard !key.isEmpty else { throw .emptyData }
    guard proof.left != nil || proof.right != nil else { throw .noNeighbour }
    let place = try comparable(key)
    if let left = proof.left {
      try verify(left, root: root, key: left.key, value: left.value)
      guard try comparable(left.key).lexicographicallyPrecedes(place) else {
        throw .keyNotBetween
      }
    }
    if let right = proof.right {
      try verify(right, root: root, key: right.key, value: right.value)
      guard try place.lexicographicallyPrecedes(comparable(right.key)) else {
        throw .keyNotBetween
      }
    }
    let areNeighbours =
      switch (proof.left?.path, proof.right?.path) {
      case (let left?, let right?): inner.areNeighbours(left[...], right[...])
      case (let left?, nil): inner.isRightmost(left[...])
      case (nil, let right?): inner.isLeftmost(right[...])
      case (nil, nil): false
      }
    guard areNeighbours else { throw .notNeighbours }
  }

  func comparable(_ key: [UInt8]) throws(ProofError) -> [UInt8] {
    comparesHashedKeys && leaf.prehashKey != .none ? try leaf.prehashKey.hash(key) : key
  }

  private func verify(
    _ proof: ExistenceProof, root: [UInt8], key: [UInt8], value: [UInt8]
  ) throws(ProofError) {
    try check(proof)
    guard proof.key == key else { throw .keyMismatch }
    guard proof.value == value else { throw .valueMismatch }
    guard try proof.root(inner: inner) == root else { throw .rootMismatch }
  }

  /// Checks that a proof's steps are those of this tree.
  func check(_ proof: ExistenceProof) throws(ProofError) {
    guard let leaf = proof.leaf else { throw .missingLeaf }
    try check(leaf)
    let steps = proof.path.count
    guard minDepth <= 0 || steps >= minDepth else {
      throw .tooShallow(steps: steps, min: minDepth)
    }
    let most = maxDepth == 0 ? 128 : maxDepth
    guard steps <= most else { throw .tooDeep(steps: steps, max: most) }
    for (index, step) in proof.path.enumerated() { try check(step, number: index + 1) }
  }

  /// Checks that a leaf step is that of this tree.
  func check(_ op: LeafOp) throws(ProofError) {
    guard op.hash == leaf.hash, op.prehashKey == leaf.prehashKey,
      op.prehashValue == leaf.prehashValue, op.length == leaf.length,
      op.prefix.starts(with: leaf.prefix), !isIAVL || op.isIAVLLeaf
    else { throw .leafNotInSpec }
  }

  private func check(_ op: InnerOp, number: Int) throws(ProofError) {
    guard inner.childBytes > 0, !inner.childOrder.isEmpty else { throw .invalidSpec }
    let (leftBytesMax, overflow) = (inner.childOrder.count - 1)
      .multipliedReportingOverflow(by: inner.childBytes)
    // A prefix so long that a sibling fits into it would let a node stand for another child.
    guard !overflow, inner.prefixBytesMin >= 0, inner.prefixBytesMax >= inner.prefixBytesMin,
      inner.prefixBytesMax - inner.prefixBytesMin < inner.childBytes,
      inner.prefixBytesMax <= Int.max - leftBytesMax
    else { throw .invalidSpec }
    guard op.hash == inner.hash, !op.prefix.starts(with: leaf.prefix),
      op.prefix.count >= inner.prefixBytesMin,
      op.prefix.count <= inner.prefixBytesMax + leftBytesMax,
      op.suffix.count.isMultiple(of: inner.childBytes),
      !isIAVL || op.isIAVLInner(layer: number)
    else { throw .innerNotInSpec(step: number) }
  }
}

extension ExistenceProof {
  /// The root that the steps lead to, whatever the tree.
  public func root() throws(ProofError) -> [UInt8] { try root(inner: nil) }

  fileprivate func root(inner: InnerSpec?) throws(ProofError) -> [UInt8] {
    guard let leaf else { throw .missingLeaf }
    var hash = try leaf.apply(key: key, value: value)
    for (index, step) in path.enumerated() {
      hash = try step.apply(child: hash)
      if let inner, inner.childBytes >= 32, hash.count > inner.childBytes {
        throw .innerNotInSpec(step: index + 1)
      }
    }
    return hash
  }
}
