/// Proof that a quorum of a set's members signed one PREPARE or COMMIT statement (protocol §5).
///
/// Of PREPAREs it is a *prepared certificate*; of COMMITs the *commit certificate* that makes block
/// and state final together.
public struct QuorumCertificate: Hashable, Sendable {
  public let kind: Kind
  public let height: UInt64
  public let view: UInt64
  public let block: Digest
  public let stateRoot: Digest
  /// Strictly ascending by member.
  public let signatures: [MemberSignature]

  /// Which votes a certificate holds.
  public enum Kind: UInt8, Sendable {
    case prepare = 0
    case commit = 1
  }

  public init(
    kind: Kind, height: UInt64, view: UInt64, block: Digest, stateRoot: Digest,
    signatures: [MemberSignature]
  ) {
    self.kind = kind
    self.height = height
    self.view = view
    self.block = block
    self.stateRoot = stateRoot
    self.signatures = signatures.sorted { $0.member < $1.member }
  }

  /// The statement each member has signed.
  public var statement: VoteStatement {
    VoteStatement(
      height: height, view: view,
      content: kind == .prepare
        ? .prepare(block: block, stateRoot: stateRoot)
        : .commit(block: block, stateRoot: stateRoot))
  }

  /// Whether the members are distinct, belong to the set, and are a quorum of it. Signatures are
  /// checked by `verify` or by a batch the caller owns.
  public func hasQuorum(of set: ValidatorSet) -> Bool {
    signatures.count >= set.quorum && signatures.allSatisfy { Int($0.member) < set.count }
      && zip(signatures, signatures.dropFirst()).allSatisfy { $0.member < $1.member }
  }
}

/// One member's signature over a statement the context names.
public struct MemberSignature: Hashable, Sendable, BCSCodable {
  /// Index in the set that decides the height.
  public let member: UInt16
  public let signature: Signature

  public init(member: UInt16, signature: Signature) {
    self.member = member
    self.signature = signature
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    member = try reader.u16("member")
    signature = try Signature(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u16(member)
    signature.encode(into: &writer)
  }
}

extension QuorumCertificate: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let tag = try reader.uleb128("certificate kind")
    guard let raw = UInt8(exactly: tag), let kind = Kind(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: "certificate kind", offset: start)
    }
    self.kind = kind
    height = try reader.u64("height")
    view = try reader.u64("view")
    block = try Digest(from: &reader)
    stateRoot = try Digest(from: &reader)
    let listStart = reader.offset
    signatures = try reader.list(in: 1...Limits.validatorsMax, "signatures")
    guard zip(signatures, signatures.dropFirst()).allSatisfy({ $0.member < $1.member }) else {
      throw BCSError(.unsorted, field: "signatures", offset: listStart)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(UInt32(kind.rawValue))
    writer.u64(height)
    writer.u64(view)
    block.encode(into: &writer)
    stateRoot.encode(into: &writer)
    writer.list(signatures)
  }
}
