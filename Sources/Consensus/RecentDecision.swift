import LedgerCore

/// A decided height whose late COMMITs are still taken, for the headers to come, and whose votes
/// are still held against others of their members.
struct RecentDecision: Sendable {
  let height: UInt64
  let set: ValidatorSet
  let block: Digest
  let stateRoot: Digest
  /// Members whose COMMIT is known, ascending.
  private(set) var members: [UInt16]
  private let book: VoteBook
  private var offenders: [UInt16]

  /// - Parameter machine: has decided it.
  init(_ certificate: QuorumCertificate, others: [UInt16], _ machine: HeightMachine) {
    height = certificate.height
    set = machine.context.set
    book = machine.book
    offenders = machine.offenders
    block = certificate.block
    stateRoot = certificate.stateRoot
    members = (certificate.signatures.map(\.member) + others).sorted()
  }

  /// Whether the vote is a COMMIT for what was decided, of a member whose COMMIT is not known.
  func lacks(_ vote: Vote) -> Bool {
    vote.statement.content == .commit(block: block, stateRoot: stateRoot)
      && vote.height == height && !members.contains(vote.member)
  }

  /// What a vote of the height proves together with one that is known of its member.
  private func evidence(with vote: Vote) -> VoteEvidence? {
    guard vote.height == height, Int(vote.member) < set.count, !offenders.contains(vote.member)
    else { return nil }
    for known in book.all(of: Int(vote.member)) {
      if let evidence = VoteEvidence(known, vote) { return evidence }
    }
    return nil
  }

  /// Whether a vote contradicts one that is known, of a member that is not accused yet.
  func isContradicted(by vote: Vote) -> Bool { evidence(with: vote) != nil }

  /// The evidence that a verified vote gives, once for each member.
  mutating func accuse(with vote: Vote) -> VoteEvidence? {
    guard let evidence = evidence(with: vote) else { return nil }
    offenders.append(vote.member)
    return evidence
  }

  /// Takes a verified late COMMIT; nil when it is not lacking.
  mutating func take(_ vote: Vote) -> CommitSignature? {
    guard lacks(vote) else { return nil }
    members.append(vote.member)
    return CommitSignature(member: vote.member, view: vote.view, signature: vote.signature)
  }
}
