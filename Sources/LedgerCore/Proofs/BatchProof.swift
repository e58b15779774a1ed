/// Proofs of several keys in one message (ICS-23 `BatchProof`).
public struct BatchProof: Hashable, Sendable {
  /// In any order.
  public var entries: [BatchEntry]

  public init(entries: [BatchEntry]) { self.entries = entries }
}

/// One proof of a batch.
public enum BatchEntry: Hashable, Sendable {
  case exist(ExistenceProof)
  case nonexist(NonExistenceProof)
}

/// A batch whose steps stand in a table, each once: the upper levels of the tree, which most paths
/// share, are sent once (ICS-23 `CompressedBatchProof`).
public struct CompressedBatchProof: Hashable, Sendable {
  public var entries: [CompressedBatchEntry]
  /// The steps that the entries' paths name by their place.
  public var steps: [InnerOp]

  public init(entries: [CompressedBatchEntry], steps: [InnerOp]) {
    self.entries = entries
    self.steps = steps
  }
}

/// One proof of a compressed batch.
public enum CompressedBatchEntry: Hashable, Sendable {
  case exist(CompressedExistenceProof)
  case nonexist(CompressedNonExistenceProof)
}

/// `ExistenceProof` with places in the table for steps.
public struct CompressedExistenceProof: Hashable, Sendable {
  public var key: [UInt8]
  public var value: [UInt8]
  public var leaf: LeafOp?
  /// From the leaf up to the root.
  public var path: [UInt32]

  public init(key: [UInt8], value: [UInt8], leaf: LeafOp?, path: [UInt32]) {
    self.key = key
    self.value = value
    self.leaf = leaf
    self.path = path
  }
}

/// `NonExistenceProof` with places in the table for steps.
public struct CompressedNonExistenceProof: Hashable, Sendable {
  /// For people; verifiers do not read it.
  public var key: [UInt8]
  public var left: CompressedExistenceProof?
  public var right: CompressedExistenceProof?

  public init(
    key: [UInt8], left: CompressedExistenceProof?, right: CompressedExistenceProof?
  ) {
    self.key = key
    self.left = left
    self.right = right
  }
}

extension CommitmentProof {
  /// A batch in its compressed form; every other proof as it is.
  public var compressingBatch: CommitmentProof {
    guard case .batch(let batch) = self else { return self }
    return .compressed(batch.compressed)
  }

  /// A compressed batch in its plain form; every other proof as it is. Throws `unknownStep`.
  public func expandingBatch() throws(ProofError) -> CommitmentProof {
    guard case .compressed(let batch) = self else { return self }
    return .batch(try batch.expanded())
  }
}

extension BatchProof {
  /// The batch with each step once, in the order in which the paths first name them.
  public var compressed: CompressedBatchProof {
    var table = StepTable()
    let entries = entries.map { table.compress($0) }
    return CompressedBatchProof(entries: entries, steps: table.steps)
  }
}

/// The steps met so far; the dictionary is only ever asked, never walked.
private struct StepTable {
  private(set) var steps: [InnerOp] = []
  private var places: [InnerOp: UInt32] = [:]

  mutating func compress(_ entry: BatchEntry) -> CompressedBatchEntry {
    switch entry {
    case .exist(let proof): .exist(compress(proof))
    case .nonexist(let proof):
      .nonexist(
        CompressedNonExistenceProof(
          key: proof.key, left: proof.left.map { compress($0) },
          right: proof.right.map { compress($0) }))
    }
  }

  private mutating func compress(_ proof: ExistenceProof) -> CompressedExistenceProof {
    CompressedExistenceProof(
      key: proof.key, value: proof.value, leaf: proof.leaf, path: proof.path.map { place(of: $0) })
  }

  private mutating func place(of step: InnerOp) -> UInt32 {
    if let place = places[step] { return place }
    let place = UInt32(steps.count)
    places[step] = place
    steps.append(step)
    return place
  }
}

extension CompressedBatchProof {
  /// The batch with its steps in each path. Throws `unknownStep` for a place beyond the table.
  public func expanded() throws(ProofError) -> BatchProof {
    var plain = BatchProof(entries: [])
    plain.entries.reserveCapacity(entries.count)
    for entry in entries {
      switch entry {
      case .exist(let proof): plain.entries.append(.exist(try expand(proof)))
      case .nonexist(let proof):
        var absence = NonExistenceProof(key: proof.key, left: nil, right: nil)
        if let left = proof.left { absence.left = try expand(left) }
        if let right = proof.right { absence.right = try expand(right) }
        plain.entries.append(.nonexist(absence))
      }
    }
    return plain
  }

  private func expand(_ proof: CompressedExistenceProof) throws(ProofError) -> ExistenceProof {
    var path: [InnerOp] = []
    path.reserveCapacity(proof.path.count)
    for place in proof.path {
      guard place < steps.count else { throw .unknownStep(index: place, count: steps.count) }
      path.append(steps[Int(place)])
    }
    return ExistenceProof(key: proof.key, value: proof.value, leaf: proof.leaf, path: path)
  }
}
