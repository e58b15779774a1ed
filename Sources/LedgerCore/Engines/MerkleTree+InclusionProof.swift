/// Proof that a leaf stands at an index of an RFC 6962 tree of a known size (RFC 6962 §2.1.1,
/// verified as RFC 9162 §2.1.3.2).
public struct InclusionProof: Hashable, Sendable {
  /// More siblings no tree of 2^64 leaves needs.
  public static let siblingsMax = 64

  /// The leaf's index, from 0.
  public let leafIndex: UInt64
  /// How many leaves the tree has.
  public let treeSize: UInt64
  /// The siblings on the way to the root, lowest first.
  public let siblings: [Digest]

  public init(leafIndex: UInt64, treeSize: UInt64, siblings: [Digest]) {
    self.leafIndex = leafIndex
    self.treeSize = treeSize
    self.siblings = siblings
  }

  /// The root that this proof leads to from a leaf's hash. Throws when index, size and number of
  /// siblings do not fit together.
  public func root(leafHash: Digest) throws(InclusionProofError) -> Digest {
    guard leafIndex < treeSize else {
      throw .indexOutsideTree(index: leafIndex, size: treeSize)
    }
    let expected = Self.siblingCount(index: leafIndex, size: treeSize)
    guard siblings.count == expected else {
      throw .wrongSiblingCount(expected: expected, found: siblings.count)
    }
    var node = leafHash
    var index = leafIndex
    var last = treeSize - 1
    for sibling in siblings {
      // A level's last node without a sibling goes up unchanged.
      while index == last && index & 1 == 0 {
        index >>= 1
        last >>= 1
      }
      node =
        index & 1 == 1
        ? MerkleTree.nodeHash(sibling, node) : MerkleTree.nodeHash(node, sibling)
      index >>= 1
      last >>= 1
    }
    return node
  }

  /// Throws unless this proof leads from the leaf's hash to `root`.
  public func verify(leafHash: Digest, root expected: Digest) throws(InclusionProofError) {
    let found = try root(leafHash: leafHash)
    guard found == expected else { throw .rootMismatch(expected: expected, found: found) }
  }

  /// Throws unless this proof leads from the leaf's data to `root`.
  public func verify(leaf: ArraySlice<UInt8>, root: Digest) throws(InclusionProofError) {
    try verify(leafHash: MerkleTree.leafHash(leaf), root: root)
  }

  /// How many levels of the way from leaf `index` to the root of `size` leaves have a sibling;
  /// `index < size`.
  private static func siblingCount(index: UInt64, size: UInt64) -> Int {
    var count = 0
    var index = index
    var last = size - 1
    while last > 0 {
      if index & 1 == 1 || index < last { count += 1 }
      index >>= 1
      last >>= 1
    }
    return count
  }
}

/// Why an inclusion proof proves nothing.
public enum InclusionProofError: Error, Hashable {
  /// The tree has no leaf of this index.
  case indexOutsideTree(index: UInt64, size: UInt64)
  /// A proof for this index and size has another number of siblings.
  case wrongSiblingCount(expected: Int, found: Int)
  /// The proof leads to another root.
  case rootMismatch(expected: Digest, found: Digest)
}

extension InclusionProof: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    leafIndex = try reader.u64("leaf index")
    treeSize = try reader.u64("tree size")
    siblings = try reader.list(in: 0...Self.siblingsMax, "siblings")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(leafIndex)
    writer.u64(treeSize)
    writer.list(siblings)
  }
}
