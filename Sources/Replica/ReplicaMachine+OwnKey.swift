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

  /// Looks for this node's COMMITs in a block that is final now, and in its certificate.
  ///
  /// - Parameter set: decided it.
  mutating func watchOwnKey(
    _ executed: Executed, _ certificate: QuorumCertificate, set: ValidatorSet
  ) {
    guard let account = configuration.account, let own = set.index(of: account) else { return }
    for signature in certificate.signatures where Int(signature.member) == own {
      sawOwnCommit(
        certificate.statement,
        CommitSignature(
          member: signature.member, view: certificate.view, signature: signature.signature))
    }
    let header = executed.block.header
    var carried = header.lateCommits
    if header.height > 1 {
      carried.append(LateCommits(height: header.height - 1, commits: header.parentCommits))
    }
    for late in carried {
      guard let entry = recent.entry(at: late.height),
        let own = entry.set.index(of: account)
      else { continue }
      for commit in late.commits where Int(commit.member) == own {
        let statement = VoteStatement(
          height: late.height, view: commit.view,
          content: .commit(block: entry.hash, stateRoot: entry.stateRoot))
        sawOwnCommit(statement, commit)
      }
    }
  }

  private mutating func sawOwnCommit(_ statement: VoteStatement, _ commit: CommitSignature) {
    if ownKey.isForeign(height: statement.height, view: commit.view) {
      guard !isKeyUsedElsewhere, !configuration.rehearsal.sharesKey else { return }
      let vote = Vote(statement: statement, member: commit.member, signature: commit.signature)
      effects.append(.report(.consensus(.ownKeyUsedElsewhere(vote))))
      return keyIsUsedElsewhere()
    }
    pending.append(.catchUp(.ownVoteDecided(statement.position)))
  }
}
