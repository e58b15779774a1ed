/// One signature to be verified, as state machines ask for it: verification is an effect, its
/// verdict an event (architecture, "One shape for each kind of room").
public struct SignatureCheck: Hashable, Sendable {
  public let domain: SigningDomain
  /// What was signed, after tag and genesis hash.
  public let message: ArraySlice<UInt8>
  public let key: PublicKey
  public let signature: Signature

  public init(
    domain: SigningDomain, message: ArraySlice<UInt8>, key: PublicKey, signature: Signature
  ) {
    self.domain = domain
    self.message = message
    self.key = key
    self.signature = signature
  }
}

extension Vote {
  /// What must verify for this vote, or nil when its member is not in the set.
  public func check(in set: ValidatorSet) -> SignatureCheck? {
    guard Int(member) < set.count else { return nil }
    return SignatureCheck(
      domain: statement.kind.domain, message: statement.message[...],
      key: set.members[Int(member)].consensusKey, signature: signature)
  }
}

extension QuorumCertificate {
  /// What must verify for this certificate, or nil when it is no quorum of the set.
  public func checks(in set: ValidatorSet) -> [SignatureCheck]? {
    guard hasQuorum(of: set) else { return nil }
    let message = statement.message[...]
    return signatures.map {
      SignatureCheck(
        domain: statement.kind.domain, message: message,
        key: set.members[Int($0.member)].consensusKey, signature: $0.signature)
    }
  }
}

extension Transaction {
  /// What must verify for this transaction to be well-signed.
  public var signatureChecks: [SignatureCheck] {
    (senderAuthorizations + sponsorAuthorizations).map {
      SignatureCheck(
        domain: .transaction, message: bodyBytes, key: $0.key, signature: $0.signature)
    }
  }
}

extension Bundle {
  /// What must verify for the author's signature; the transactions' own checks are theirs.
  public func headerCheck(key: PublicKey) -> SignatureCheck {
    SignatureCheck(domain: .bundle, message: header.bcs[...], key: key, signature: signature)
  }
}
