import LedgerCore

/// The last blocks as later headers need them: what COMMITs for them are known and which a header
/// has carried already.
struct RecentBlocks {
  struct Entry {
    let height: UInt64
    /// Of its certificate.
    let view: UInt64
    let hash: Digest
    let stateRoot: Digest
    /// The set that decided it.
    let set: ValidatorSet
    /// Verified COMMITs, at most one a member, ascending by member.
    var known: [CommitSignature]
    /// Members whose COMMIT a header carries.
    var carried: Set<UInt16> = []

    /// The COMMIT that its certificate is made of.
    var statement: VoteStatement {
      VoteStatement(
        height: height, view: view, content: .commit(block: hash, stateRoot: stateRoot))
    }
  }

  /// Ascending by height; at most `Limits.lateCommitHeightsMax + 1`.
  private(set) var entries: [Entry] = []

  /// A block has become final.
  mutating func append(
    hash: Digest, certificate: QuorumCertificate, header: BlockHeader, set: ValidatorSet
  ) {
    let commits = certificate.signatures.map {
      CommitSignature(member: $0.member, view: certificate.view, signature: $0.signature)
    }
    markCarried(by: header)
    entries.append(
      Entry(
        height: certificate.height, view: certificate.view, hash: hash,
        stateRoot: certificate.stateRoot, set: set, known: commits))
    if entries.count > Int(Limits.lateCommitHeightsMax) + 1 { entries.removeFirst() }
  }

  private mutating func markCarried(by header: BlockHeader) {
    mark(header.parentCommits, at: header.height - 1)
    for late in header.lateCommits { mark(late.commits, at: late.height) }
  }

  private mutating func mark(_ commits: [CommitSignature], at height: UInt64) {
    guard let index = index(of: height) else { return }
    for commit in commits {
      entries[index].carried.insert(commit.member)
      add(commit, at: index)
    }
  }

  /// A verified COMMIT that came after its block was final.
  mutating func addLate(_ commit: CommitSignature, height: UInt64) {
    guard let index = index(of: height) else { return }
    add(commit, at: index)
  }

  private mutating func add(_ commit: CommitSignature, at index: Int) {
    let position =
      entries[index].known.firstIndex { $0.member >= commit.member } ?? entries[index].known.count
    if position < entries[index].known.count,
      entries[index].known[position].member == commit.member
    {
      return
    }
    entries[index].known.insert(commit, at: position)
  }

  func entry(at height: UInt64) -> Entry? { index(of: height).map { entries[$0] } }

  private func index(of height: UInt64) -> Int? { entries.firstIndex { $0.height == height } }

  /// The parent's COMMITs and the late ones, for a header of this height.
  func commits(forHeaderAt height: UInt64) -> (parent: [CommitSignature], late: [LateCommits]) {
    let parent = entry(at: height - 1)?.known ?? []
    let late = entries.reversed().compactMap { entry -> LateCommits? in
      guard entry.height + 1 < height else { return nil }
      let fresh = entry.known.filter { !entry.carried.contains($0.member) }
      return fresh.isEmpty ? nil : LateCommits(height: entry.height, commits: fresh)
    }
    return (parent, Array(late.prefix(Int(Limits.lateCommitHeightsMax))))
  }

  /// What must verify for a header's COMMITs beyond those known; nil when the header carries one it
  /// may not, or too few for its parent.
  func checks(for header: BlockHeader) -> [SignatureCheck]? {
    guard header.height > 1 else {
      return header.parentCommits.isEmpty && header.lateCommits.isEmpty ? [] : nil
    }
    guard let parent = entry(at: header.height - 1), parent.hash == header.parent,
      hasQuorum(header.parentCommits, of: parent.set)
    else { return nil }
    var checks: [SignatureCheck] = []
    guard append(header.parentCommits, of: parent, to: &checks) else { return nil }
    for late in header.lateCommits {
      // The height is whatever the proposal's author wrote: nothing is added to it.
      guard late.height < header.height - 1, let entry = entry(at: late.height),
        append(late.commits, of: entry, to: &checks)
      else { return nil }
    }
    return checks
  }

  /// A quorum of one view.
  private func hasQuorum(_ commits: [CommitSignature], of set: ValidatorSet) -> Bool {
    commits.contains { candidate in
      commits.count { $0.view == candidate.view } >= set.quorum
    }
  }

  private func append(
    _ commits: [CommitSignature], of entry: Entry, to checks: inout [SignatureCheck]
  ) -> Bool {
    for commit in commits where !entry.known.contains(commit) {
      guard Int(commit.member) < entry.set.count else { return false }
      let statement = VoteStatement(
        height: entry.height, view: commit.view,
        content: .commit(block: entry.hash, stateRoot: entry.stateRoot))
      checks.append(
        SignatureCheck(
          domain: .commit, message: statement.message[...],
          key: entry.set.members[Int(commit.member)].consensusKey, signature: commit.signature))
    }
    return true
  }
}
