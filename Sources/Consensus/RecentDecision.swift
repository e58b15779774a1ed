import LedgerCore

/// A decided height whose late COMMITs are still taken, for the headers to come.
struct RecentDecision: Sendable {
  let height: UInt64
  let set: ValidatorSet
  let block: Digest
  let stateRoot: Digest
  /// Members whose COMMIT is known, ascending.
  private(set) var members: [UInt16]

  init(_ certificate: QuorumCertificate, others: [UInt16], set: ValidatorSet) {
    height = certificate.height
    self.set = set
    block = certificate.block
    stateRoot = certificate.stateRoot
    members = (certificate.signatures.map(\.member) + others).sorted()
  }

  /// Whether the vote is a COMMIT for what was decided, of a member whose COMMIT is not known.
  func lacks(_ vote: Vote) -> Bool {
    vote.statement.content == .commit(block: block, stateRoot: stateRoot)
      && vote.height == height && !members.contains(vote.member)
  }

  /// Takes a verified late COMMIT; nil when it is not lacking.
  mutating func take(_ vote: Vote) -> CommitSignature? {
    guard lacks(vote) else { return nil }
    members.append(vote.member)
    return CommitSignature(member: vote.member, view: vote.view, signature: vote.signature)
  }
}
