public import LedgerCore
import NodeAnswers

/// What is proved, so that no node need be trusted. A node whose proof does not hold is not asked
/// again for a long time; the next one is.
///
/// Where a block was decided by a set that is not known yet, the node that shows it is asked how
/// the set changed, and each step is verified.
extension Ledger {
  /// An account as a certified block left it, verified against `trust`.
  ///
  /// Throws `notProved` when no node proves it, and without a `trust` to prove it against.
  public func provenAccount(_ id: AccountID, minimumHeight: UInt64 = 0)
    async throws(ClientError) -> ProvenAccount
  {
    let trust = try anchor()
    let address = address(id)
    @Sendable func verify(_ shown: Shown<ProofAnswer>) throws(VerificationError) -> ProvenAccount {
      try shown.anchor.get().verify(
        accountProof: shown.answer, of: id, minimumHeight: minimumHeight)
    }
    let shown = try await ask(
      height: { $0.answer.height },
      check: { shown throws(VerificationError) in _ = try verify(shown) },
      { node throws(ClientError) in
        let proof = try await node.accountProof(address)
        return Shown(
          answer: proof,
          anchor: try await self.following(trust, node, Hex.decode(proof.header) ?? []))
      })
    do { return try verify(shown) } catch { throw .malformedAnswer("\(error)") }
  }

  /// A final block's header, its certificate verified against `trust`.
  public func provenHeader(_ height: UInt64) async throws(ClientError) -> ProvenHeader {
    let trust = try anchor()
    @Sendable func verify(_ shown: Shown<CertifiedHeader>) throws(VerificationError) -> ProvenHeader
    {
      let proven = try shown.anchor.get().verify(
        certificate: shown.answer.certificate, headerBytes: shown.answer.header)
      guard proven.header.height == height else { throw .differs("height") }
      return proven
    }
    let shown = try await ask(
      check: { shown throws(VerificationError) in _ = try verify(shown) },
      { node throws(ClientError) in
        let header = try await node.headerBytes(height)
        let answer = CertifiedHeader(
          header: header, certificate: try await node.certificate(height))
        return Shown(answer: answer, anchor: try await self.following(trust, node, header))
      })
    do { return try verify(shown) } catch { throw .malformedAnswer("\(error)") }
  }

  /// Follows the changes of set that a node shows to a header, and keeps how far they are proved.
  private func following(_ anchor: TrustAnchor, _ node: NodeClient, _ header: [UInt8])
    async throws(ClientError) -> Result<TrustAnchor, VerificationError>
  { try await node.following(anchor, toHeader: header) { keep($0) } }

  private func anchor() throws(ClientError) -> TrustAnchor {
    guard let trust else {
      throw .notProved(
        nodes.map {
          NodeFailure(
            node: $0.node,
            reason: "there is nothing to prove it against: connect with `trust`, a genesis document"
          )
        })
    }
    return trust
  }
}

/// What a node shows, and how far it has led through the changes of set, or why that is false.
private struct Shown<Answer: Sendable>: Sendable {
  let answer: Answer
  let anchor: Result<TrustAnchor, VerificationError>
}

private struct CertifiedHeader: Sendable {
  let header: [UInt8]
  let certificate: CertificateAnswer
}
