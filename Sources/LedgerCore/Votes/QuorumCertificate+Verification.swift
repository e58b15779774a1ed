/// Verification at once, as clients do it; state machines ask for `checks(in:)` instead.
extension QuorumCertificate {
  /// Checks that a quorum of the set, and nobody else, has signed the statement on this chain.
  /// Every signature must be valid, those beyond the quorum too. Whether this is the set that
  /// decides the height is the caller's to know.
  public func verify(in set: ValidatorSet, chain: ChainID) throws(CertificateError) {
    guard height >= set.firstHeight else {
      throw .beforeSet(height: height, firstHeight: set.firstHeight)
    }
    if let stranger = signatures.first(where: { Int($0.member) >= set.count }) {
      throw .unknownMember(stranger.member, setCount: set.count)
    }
    for (one, next) in zip(signatures, signatures.dropFirst()) where one.member >= next.member {
      throw .repeatedMember(next.member)
    }
    guard signatures.count >= set.quorum, let checks = checks(in: set) else {
      throw .noQuorum(signatures: signatures.count, quorum: set.quorum)
    }
    let verdicts = Ed25519.verify(checks, chain: chain)
    guard verdicts.allValid else {
      throw .badSignatures(members: verdicts.invalidIndices.map { signatures[$0].member })
    }
  }

  /// Checks that this commit certificate makes the block of a header final, and that the header
  /// names the set. With the set trusted, so are the header and this certificate's state root.
  public func verify(
    deciding header: BlockHeader, in set: ValidatorSet, chain: ChainID
  ) throws(CertificateError) {
    guard kind == .commit else { throw .notCommit }
    guard header.height == height else {
      throw .wrongHeight(certificate: height, header: header.height)
    }
    let hash = header.hash(chain)
    guard hash == block else { throw .wrongBlock(certificate: block, header: hash) }
    let setHash = set.hash(chain)
    guard header.validatorsHash == setHash else {
      throw .wrongSet(header: header.validatorsHash, set: setHash)
    }
    try verify(in: set, chain: chain)
  }
}

/// Why a certificate proves nothing.
public enum CertificateError: Error, Equatable, Sendable {
  /// The set decides from a later height on.
  case beforeSet(height: UInt64, firstHeight: UInt64)
  /// A signer's index lies outside the set.
  case unknownMember(UInt16, setCount: Int)
  /// A member stands twice, or out of order.
  case repeatedMember(UInt16)
  /// Fewer signers than the set's quorum.
  case noQuorum(signatures: Int, quorum: Int)
  /// These members' signatures are not theirs over the statement on this chain.
  case badSignatures(members: [UInt16])
  /// A prepared certificate makes nothing final.
  case notCommit
  case wrongHeight(certificate: UInt64, header: UInt64)
  /// The certificate is for another block.
  case wrongBlock(certificate: Digest, header: Digest)
  /// The header names another set.
  case wrongSet(header: Digest, set: Digest)
}
