/// Verification of batches as ICS-23 lays it down (`BatchVerifyMembership` and
/// `BatchVerifyNonMembership`): what is asked for may be a part of what a batch holds, a single
/// proof serves for one key, and a key is decided by the first entry that is for it.
extension ProofSpec {
  /// Checks that the tree under `root` holds every one of the items. Asking for none asks nothing.
  ///
  /// Throws what `verifyMembership` throws, `keyMismatch` for a key without an entry, and
  /// `unknownStep`.
  public func verifyBatchMembership(
    _ proof: CommitmentProof, root: [UInt8], items: [(key: [UInt8], value: [UInt8])]
  ) throws(ProofError) {
    let entries = try proof.entries()
    for item in items {
      let found = entries.lazy.compactMap(\.existence).first { $0.key == item.key }
      guard let found else { throw .keyMismatch }
      try verifyMembership(.exist(found), root: root, key: item.key, value: item.value)
    }
  }

  /// Checks that the tree under `root` holds none of the keys. Asking for none asks nothing.
  ///
  /// Throws what `verifyNonMembership` throws, `keyNotBetween` for a key without an entry, and
  /// `unknownStep`.
  public func verifyBatchNonMembership(
    _ proof: CommitmentProof, root: [UInt8], keys: [[UInt8]]
  ) throws(ProofError) {
    var gaps: [Gap] = []
    for proof in try proof.entries().compactMap(\.absence) {
      var gap = Gap(proof: proof)
      if let left = proof.left { gap.left = try comparable(left.key) }
      if let right = proof.right { gap.right = try comparable(right.key) }
      gaps.append(gap)
    }
    for key in keys {
      let place = try comparable(key)
      guard let gap = gaps.first(where: { $0.holds(place) }) else { throw .keyNotBetween }
      try verifyNonMembership(.nonexist(gap.proof), root: root, key: key)
    }
  }

  /// What an absence proof claims to be empty, between places in the tree's order.
  private struct Gap {
    let proof: NonExistenceProof
    var left: [UInt8]?
    var right: [UInt8]?

    func holds(_ place: [UInt8]) -> Bool {
      left?.lexicographicallyPrecedes(place) != false
        && (right.map { place.lexicographicallyPrecedes($0) } != false)
    }
  }
}

extension BatchEntry {
  fileprivate var existence: ExistenceProof? {
    guard case .exist(let proof) = self else { return nil }
    return proof
  }

  fileprivate var absence: NonExistenceProof? {
    guard case .nonexist(let proof) = self else { return nil }
    return proof
  }
}

extension CommitmentProof {
  /// The single proofs in it.
  fileprivate func entries() throws(ProofError) -> [BatchEntry] {
    switch self {
    case .exist(let proof): [.exist(proof)]
    case .nonexist(let proof): [.nonexist(proof)]
    case .batch(let batch): batch.entries
    case .compressed(let batch): try batch.expanded().entries
    }
  }
}
