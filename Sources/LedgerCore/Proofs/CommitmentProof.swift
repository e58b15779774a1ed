/// A proof that a tree under a root holds a key with its value, or does not hold it, or of many
/// such at once: ICS-23's `CommitmentProof`, whose stock verifiers in Go, Rust and TypeScript
/// accept the same bytes.
public enum CommitmentProof: Hashable, Sendable {
  case exist(ExistenceProof)
  case nonexist(NonExistenceProof)
  case batch(BatchProof)
  case compressed(CompressedBatchProof)
}

/// That a key has a value: the hashing steps from them up to the root.
public struct ExistenceProof: Hashable, Sendable {
  public var key: [UInt8]
  public var value: [UInt8]
  /// How key and value become the leaf's hash; a proof without it is refused.
  public var leaf: LeafOp?
  /// From the leaf up to the root.
  public var path: [InnerOp]

  public init(key: [UInt8], value: [UInt8], leaf: LeafOp?, path: [InnerOp]) {
    self.key = key
    self.value = value
    self.leaf = leaf
    self.path = path
  }
}

/// That a key is absent: its neighbours exist and stand beside each other, or one stands at the
/// edge.
public struct NonExistenceProof: Hashable, Sendable {
  /// For people; verifiers do not read it.
  public var key: [UInt8]
  public var left: ExistenceProof?
  public var right: ExistenceProof?

  public init(key: [UInt8], left: ExistenceProof?, right: ExistenceProof?) {
    self.key = key
    self.left = left
    self.right = right
  }
}

/// How key and value become a leaf's hash.
public struct LeafOp: Hashable, Sendable {
  public var hash: HashOp
  public var prehashKey: HashOp
  public var prehashValue: HashOp
  public var length: LengthOp
  public var prefix: [UInt8]

  public init(
    hash: HashOp, prehashKey: HashOp, prehashValue: HashOp, length: LengthOp, prefix: [UInt8]
  ) {
    self.hash = hash
    self.prehashKey = prehashKey
    self.prehashValue = prehashValue
    self.length = length
    self.prefix = prefix
  }
}

/// How a child's hash becomes its parent's: the hash of prefix, child and suffix.
public struct InnerOp: Hashable, Sendable {
  public var hash: HashOp
  public var prefix: [UInt8]
  public var suffix: [UInt8]

  public init(hash: HashOp, prefix: [UInt8], suffix: [UInt8]) {
    self.hash = hash
    self.prefix = prefix
    self.suffix = suffix
  }
}

/// The hashes ICS-23 names, with its numbers.
public enum HashOp: UInt8, Sendable, CaseIterable {
  case none = 0
  case sha256 = 1
  case sha512 = 2
  case keccak256 = 3
  case ripemd160 = 4
  /// RIPEMD-160 of SHA-256.
  case bitcoin = 5
  /// SHA-512/256.
  case sha512Truncated256 = 6
  case blake2b512 = 7
  case blake2s256 = 8
  case blake3 = 9
}

/// How ICS-23 marks the length of a key or value in a leaf, with its numbers.
public enum LengthOp: UInt8, Sendable, CaseIterable {
  case none = 0
  case varProto = 1
  case varRLP = 2
  case fixed32Big = 3
  case fixed32Little = 4
  case fixed64Big = 5
  case fixed64Little = 6
  case require32Bytes = 7
  case require64Bytes = 8
}
