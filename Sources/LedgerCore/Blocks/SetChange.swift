/// A step from one validator set to the next, as a light client takes it: the last block that a set
/// decides, made final by that set, names by hash who decides from the next height on.
///
/// It proves itself to whoever trusts the set before; nobody who hands it on need be trusted.
public struct SetChange: Hashable, Sendable {
  /// Of the last block of the set that ends.
  public let header: BlockHeader
  /// COMMITs of that set for the block.
  public let certificate: QuorumCertificate
  /// Decides from the next height on.
  public let next: ValidatorSet

  public init(header: BlockHeader, certificate: QuorumCertificate, next: ValidatorSet) {
    self.header = header
    self.certificate = certificate
    self.next = next
  }

  /// Checks that `next` follows a trusted set: a quorum of that set has made the block final, whose
  /// header names `next` by its hash; and it begins where that block ends, so steps only go
  /// forwards.
  public func verify(after set: ValidatorSet, chain: ChainID) throws(SetChangeError) {
    do {
      try certificate.verify(deciding: header, in: set, chain: chain)
    } catch { throw .certificate(error) }
    let hash = next.hash(chain)
    guard header.nextValidatorsHash == hash else {
      throw .wrongNextSet(header: header.nextValidatorsHash, set: hash)
    }
    guard next.firstHeight > header.height, next.firstHeight - 1 == header.height else {
      throw .wrongFirstHeight(next.firstHeight, lastHeight: header.height)
    }
  }
}

extension SetChange: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    header = try BlockHeader(from: &reader)
    certificate = try QuorumCertificate(from: &reader)
    next = try ValidatorSet(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    header.encode(into: &writer)
    certificate.encode(into: &writer)
    next.encode(into: &writer)
  }
}

/// Why a set does not follow another.
public enum SetChangeError: Error, Equatable, Sendable {
  /// No quorum of the set before has made the block final: it may be another set's step.
  case certificate(CertificateError)
  /// The header names another set for the next height, or no change.
  case wrongNextSet(header: Digest, set: Digest)
  /// The set does not begin with the next height.
  case wrongFirstHeight(UInt64, lastHeight: UInt64)
}

extension SetChangeError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .certificate(let error): "no quorum of the set before has signed it (\(error))"
    case .wrongNextSet(let named, let hash): "the header names set \(named) to follow, not \(hash)"
    case .wrongFirstHeight(let first, let last):
      "the set begins with height \(first), the one before ends with \(last)"
    }
  }
}
