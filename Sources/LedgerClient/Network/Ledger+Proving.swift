public import LedgerCore
import NodeAnswers

/// What is proved, so that no node need be trusted. A node whose proof does not hold is not asked
/// again for a long time; the next one is.
extension Ledger {
  /// An account as a certified block left it, verified against `trust`.
  ///
  /// Throws `notProved` when no node proves it, and without a `trust` to prove it against.
  public func provenAccount(_ id: AccountID, minimumHeight: UInt64 = 0)
    async throws(ClientError) -> ProvenAccount
  {
    let anchor = try anchor()
    let address = address(id)
    let proof = try await ask(
      height: { $0.height },
      check: { proof throws(VerificationError) in
        _ = try anchor.verify(accountProof: proof, of: id, minimumHeight: minimumHeight)
      },
      { node throws(ClientError) in try await node.accountProof(address) })
    do {
      return try anchor.verify(accountProof: proof, of: id, minimumHeight: minimumHeight)
    } catch {
      throw .malformedAnswer("\(error)")
    }
  }

  /// A final block's header, its certificate verified against `trust`.
  public func provenHeader(_ height: UInt64) async throws(ClientError) -> ProvenHeader {
    let anchor = try anchor()
    @Sendable func check(_ answer: CertifiedHeader) throws(VerificationError) {
      let proven = try anchor.verify(certificate: answer.certificate, headerBytes: answer.header)
      guard proven.header.height == height else { throw .differs("height") }
    }
    let answer = try await ask(check: check) { node throws(ClientError) in
      CertifiedHeader(
        header: try await node.headerBytes(height),
        certificate: try await node.certificate(height))
    }
    do {
      return try anchor.verify(certificate: answer.certificate, headerBytes: answer.header)
    } catch {
      throw .malformedAnswer("\(error)")
    }
  }

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

private struct CertifiedHeader: Sendable {
  let header: [UInt8]
  let certificate: CertificateAnswer
}
