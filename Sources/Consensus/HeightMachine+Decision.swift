import LedgerCore

/// The commit certificate, and what contradicts this node's own execution.
extension HeightMachine {
  /// A COMMIT has been counted: makes the certificate when its statement has a quorum, in whatever
  /// view.
  mutating func certify(_ statement: VoteStatement) {
    guard certificate == nil, case .commit(let block, let stateRoot) = statement.content else {
      return
    }
    let signatures = book.signatures(for: statement)
    guard signatures.count >= quorum else { return }
    certify(
      QuorumCertificate(
        kind: .commit, height: height, view: statement.view, block: block, stateRoot: stateRoot,
        signatures: signatures))
  }

  /// A commit certificate is there; without its block, others are asked for it.
  mutating func certify(_ certificate: QuorumCertificate) {
    guard self.certificate == nil else { return }
    self.certificate = certificate
    if block(certificate.block) == nil { inquire() }
  }

  /// Decides the height when certificate and block are there.
  mutating func decide() -> Bool {
    guard let certificate, let block = block(certificate.block) else { return false }
    let whole = completed(certificate)
    decision = Decided(certificate: whole, block: block)
    var ownRoot: Digest?
    if case .root(let root) = result(of: certificate.block) { ownRoot = root }
    effects.append(.decided(block, whole, ownRoot: ownRoot))
    for commit in otherCommits(beside: whole) {
      effects.append(.lateCommit(commit, height: height))
    }
    if let own = result(of: certificate.block), own != .root(certificate.stateRoot) {
      diverge(certificate.block, own: own, other: certificate.stateRoot)
    }
    return true
  }

  /// The certificate with every COMMIT of its statement that is known.
  private func completed(_ certificate: QuorumCertificate) -> QuorumCertificate {
    let known = book.signatures(for: certificate.statement).filter { signature in
      !certificate.signatures.contains { $0.member == signature.member }
    }
    return QuorumCertificate(
      kind: .commit, height: height, view: certificate.view, block: certificate.block,
      stateRoot: certificate.stateRoot, signatures: certificate.signatures + known)
  }

  /// COMMITs for the decided block and root in other views, of members the certificate lacks; the
  /// latest of each.
  private func otherCommits(beside certificate: QuorumCertificate) -> [CommitSignature] {
    let content = certificate.statement.content
    return book.members.compactMap { member in
      guard !certificate.signatures.contains(where: { Int($0.member) == member }),
        let vote = book.all(of: member).last(where: { $0.statement.content == content })
      else { return nil }
      return CommitSignature(member: vote.member, view: vote.view, signature: vote.signature)
    }
  }

  /// Stops voting when f + 1 members COMMIT another result of a block than this node's own: at
  /// least one of them is honest.
  mutating func watchForDivergence(of block: Digest) {
    guard !hasDiverged, let own = result(of: block) else { return }
    var others: [Digest] = []
    for member in book.members {
      for vote in book.all(of: member) {
        guard case .commit(block, let root) = vote.statement.content, own != .root(root) else {
          continue
        }
        others.append(root)
        break
      }
    }
    guard others.count > context.set.faultyMax, let other = others.min() else { return }
    diverge(block, own: own, other: other)
  }

  private mutating func diverge(_ block: Digest, own: ExecutionResult, other: Digest) {
    guard !hasDiverged else { return }
    hasDiverged = true
    mayVote = false
    deadline = nil
    effects.append(.report(.diverged(height: height, block: block, own: own, other: other)))
  }
}
