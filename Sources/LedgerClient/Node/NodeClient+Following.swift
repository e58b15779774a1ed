public import LedgerCore
public import NodeAnswers

/// Following the validator set through one node, which need not be trusted: each step is signed by
/// a quorum of the set before.
extension NodeClient {
  /// Takes an anchor along the changes that this node shows, until it knows the set of a header, or
  /// there are no more: then verifying the header says that it is another set's.
  ///
  /// - Returns: the anchor, or why a step is false; then the node is not to be believed.
  /// - Throws: when the node does not answer, or does not have the changes.
  public func following(_ anchor: TrustAnchor, to header: BlockHeader)
    async throws(ClientError) -> Result<TrustAnchor, VerificationError>
  { try await following(anchor, to: header) { _ in } }

  /// The same to the header of a proof; one that cannot be decoded leads nowhere.
  public func following(_ anchor: TrustAnchor, to answer: ProofAnswer)
    async throws(ClientError) -> Result<TrustAnchor, VerificationError>
  { try await following(anchor, toHeader: Hex.decode(answer.header) ?? []) { _ in } }

  func following(
    _ anchor: TrustAnchor, toHeader bytes: [UInt8], each: (TrustAnchor) -> Void
  ) async throws(ClientError) -> Result<TrustAnchor, VerificationError> {
    guard let header = try? BlockHeader(bcs: bytes) else { return .success(anchor) }
    return try await following(anchor, to: header, each: each)
  }

  /// - Parameter each: told of the anchor after each page: what was verified stays so.
  private func following(
    _ anchor: TrustAnchor, to header: BlockHeader, each: (TrustAnchor) -> Void
  ) async throws(ClientError) -> Result<TrustAnchor, VerificationError> {
    var anchor = anchor
    while !anchor.knowsSet(of: header), header.height >= anchor.validators.firstHeight {
      let first = anchor.validators.firstHeight
      let page = try await setChanges(after: first > 0 ? first - 1 : 0)
      guard !page.items.isEmpty else { break }
      // Only a quorum's signatures make it go on: a liar's pages end with the first.
      do { anchor = try anchor.following(page.items) } catch { return .failure(error) }
      each(anchor)
    }
    return .success(anchor)
  }
}
