/// A bundle's signed header, and one of its transactions that is badly signed (protocol §4).
///
/// A wrong bundle that does not decode never becomes one: its receivers drop the frame.
public struct BundleEvidence: Hashable, Sendable {
  public let header: BundleHeader
  /// The author's.
  public let signature: Signature
  /// The bytes of the badly signed transaction, at most `Limits.transactionBytesMax`.
  public let transaction: [UInt8]
  /// That they are a leaf under the header's root.
  public let proof: InclusionProof

  /// Nil when the transaction is longer than evidence may carry: a badly signed report of a bundle
  /// makes a bundle useless, and is no offence.
  public init?(
    header: BundleHeader, signature: Signature, transaction: [UInt8], proof: InclusionProof
  ) {
    guard (1...Limits.transactionBytesMax).contains(transaction.count) else { return nil }
    self.header = header
    self.signature = signature
    self.transaction = transaction
    self.proof = proof
  }

  /// The transaction's id; of bytes that are no transaction, the hash of nothing.
  func transactionID(_ chain: ChainID) -> Digest {
    (try? Transaction(decoding: transaction[...]))?.id(chain) ?? .zero
  }

  /// Whether the key has signed the header, the leaf stands under it, and is one transaction of
  /// which a signature does not verify. Bytes that are no transaction prove nothing: a release may
  /// know operations that another does not.
  func isProof(against key: PublicKey, chain: ChainID) -> Bool {
    guard proof.treeSize == UInt64(header.transactionCount),
      let transaction = try? Transaction(decoding: transaction[...])
    else { return false }
    do {
      try proof.verify(leaf: transaction.bytes, root: header.transactionsRoot)
    } catch {
      return false
    }
    let signed = SignatureCheck(
      domain: .bundle, message: header.bcs[...], key: key, signature: signature)
    return Ed25519.verify([signed], chain: chain).allValid
      && !Ed25519.verify(transaction.signatureChecks, chain: chain).allValid
  }
}

extension BundleEvidence: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    header = try BundleHeader(from: &reader)
    signature = try Signature(from: &reader)
    let count = try reader.length(in: 1...Limits.transactionBytesMax, "transaction")
    transaction = reader.copy(try reader.skip(count, "transaction"))
    proof = try InclusionProof(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    header.encode(into: &writer)
    signature.encode(into: &writer)
    writer.byteString(transaction)
    proof.encode(into: &writer)
  }
}
