/// What a tree's proofs must look like to prove anything (ICS-23 `ProofSpec`): how its leaves and
/// inner nodes are hashed, so that neither can pass for the other.
public struct ProofSpec: Hashable, Sendable {
  public var leaf: LeafOp
  public var inner: InnerSpec
  /// Inner steps at most; 0 stands for 128, as in ICS-23's reference verifier.
  public var maxDepth: Int
  /// Inner steps at least; 0 sets no bound.
  public var minDepth: Int
  /// Keys are ordered by their hashes.
  public var comparesHashedKeys: Bool

  public init(
    leaf: LeafOp, inner: InnerSpec, maxDepth: Int = 0, minDepth: Int = 0,
    comparesHashedKeys: Bool = false
  ) {
    self.leaf = leaf
    self.inner = inner
    self.maxDepth = maxDepth
    self.minDepth = minDepth
    self.comparesHashedKeys = comparesHashedKeys
  }

  /// ICS-23's `SmtSpec`: the tree of this ledger's state (protocol §6).
  public static let smt = ProofSpec(
    leaf: LeafOp(
      hash: .sha256, prehashKey: .sha256, prehashValue: .sha256, length: .none, prefix: [0]),
    inner: InnerSpec(
      childOrder: [0, 1], childBytes: 32, prefixBytesMin: 1, prefixBytesMax: 1,
      emptyChild: Array(repeating: 0, count: 32), hash: .sha256),
    maxDepth: 256, comparesHashedKeys: true)

  /// The step up from a child of an `SmtSpec` node to the node.
  public static func smtStep(sibling: Digest, isRightChild: Bool) -> InnerOp {
    let sibling = sibling.bytes.array
    return isRightChild
      ? InnerOp(hash: .sha256, prefix: [1] + sibling, suffix: [])
      : InnerOp(hash: .sha256, prefix: [1], suffix: sibling)
  }
}

/// How inner nodes are hashed (ICS-23 `InnerSpec`).
public struct InnerSpec: Hashable, Sendable {
  /// The order in which the children are hashed; its count is the number of children.
  public var childOrder: [Int]
  /// A child's hash with what surrounds it.
  public var childBytes: Int
  public var prefixBytesMin: Int
  public var prefixBytesMax: Int
  /// What stands for a child that is not there; empty when there is no such thing.
  public var emptyChild: [UInt8]
  public var hash: HashOp

  public init(
    childOrder: [Int], childBytes: Int, prefixBytesMin: Int, prefixBytesMax: Int,
    emptyChild: [UInt8] = [], hash: HashOp
  ) {
    self.childOrder = childOrder
    self.childBytes = childBytes
    self.prefixBytesMin = prefixBytesMin
    self.prefixBytesMax = prefixBytesMax
    self.emptyChild = emptyChild
    self.hash = hash
  }
}
