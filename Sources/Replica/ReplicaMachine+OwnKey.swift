import CatchUp
import Consensus
import LedgerCore

/// Two processes with one key (protocol §5): the one that notices stops voting, and stays so until
/// its operator acts.
extension ReplicaMachine {
  /// Another process votes with this node's key: nothing is voted for any more, now and after a
  /// restart.
  mutating func keyIsUsedElsewhere() {
    guard !isKeyUsedElsewhere, !configuration.rehearsal.sharesKey else { return }
    isKeyUsedElsewhere = true
    pending.append(.consensus(.mayVoteChanged(false)))
  }

  /// Looks at the COMMITs in a block that is final now, and in its certificate: those of this
  /// node's key, and those that contradict what their members have sent to this node.
  ///
  /// - Parameter set: decided it.
  mutating func watchCommits(
    _ executed: Executed, _ certificate: QuorumCertificate, set: ValidatorSet
  ) {
    guard let account = configuration.account else { return }
    let carried = commits(in: executed.block.header)
    for vote in carried
    where recent.entry(at: vote.height)?.set.index(of: account) == Int(vote.member) {
      sawOwnCommit(vote)
    }
    let own = set.index(of: account)
    for signature in certificate.signatures where Int(signature.member) == own {
      sawOwnCommit(
        Vote(
          statement: certificate.statement, member: signature.member,
          signature: signature.signature))
    }
    if !carried.isEmpty { pending.append(.consensus(.decidedCommits(carried))) }
  }

  /// The COMMITs that a header carries, as far as their heights are known here.
  private func commits(in header: BlockHeader) -> [Vote] {
    var carried = header.lateCommits
    if header.height > 1 {
      carried.append(LateCommits(height: header.height - 1, commits: header.parentCommits))
    }
    return carried.flatMap { late -> [Vote] in
      guard let entry = recent.entry(at: late.height) else { return [] }
      return late.commits.map { commit in
        Vote(
          statement: VoteStatement(
            height: late.height, view: commit.view,
            content: .commit(block: entry.hash, stateRoot: entry.stateRoot)),
          member: commit.member, signature: commit.signature)
      }
    }
  }

  private mutating func sawOwnCommit(_ vote: Vote) {
    guard ownKey.isForeign(height: vote.height, view: vote.view) else {
      return pending.append(.catchUp(.ownVoteDecided(vote.statement.position)))
    }
    guard !isKeyUsedElsewhere, !configuration.rehearsal.sharesKey else { return }
    effects.append(.report(.consensus(.ownKeyUsedElsewhere(vote))))
    keyIsUsedElsewhere()
  }
}
