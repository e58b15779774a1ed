import Dissemination
public import LedgerCore
public import LedgerState

/// What the shell shows of the replica beyond its queries.
extension ReplicaMachine {
  /// The commit certificate of the last final block; nil at genesis.
  public var certificate: QuorumCertificate? { tip.certificate }

  /// A record at the tip and the proof that it stands, or does not stand, in the state whose root
  /// `certificate` signs.
  public func proof(of key: StateKey) throws -> (value: [UInt8]?, proof: CommitmentProof) {
    guard let value = try state.value(of: key) else { return (nil, try state.absenceProof(key)) }
    return (value, try state.existenceProof(key))
  }

  /// The bytes of a bundle in memory: not decided yet, or lately.
  public func bundleBytes(_ digest: Digest) -> ArraySlice<UInt8>? {
    disseminator.bundleBytes(digest)
  }

  /// Transactions in bundles that no block names yet.
  public var bundledTransactions: Int { disseminator.bundledTransactions }
}
