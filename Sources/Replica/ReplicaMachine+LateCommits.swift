import CatchUp
import Consensus
import Dissemination
import LedgerCore

/// What this process has had signed, for the COMMITs that come late.
struct LateVoting {
  /// The highest position that the signer was asked for, or that was signed before the start.
  var asked: VotePosition?
  /// The last COMMIT signed.
  var last: Vote?
}

// COMMITs for blocks that others have decided without this node (protocol §5).
//
// A node that gets a block's bundles late is overtaken by the certificate of the others. Without
// these COMMITs its author chooses who that is: it shows its bundles to all but one, and the one
// counts as absent, block for block, until it is jailed.
//
// Safety. A COMMIT binds its member to one block of a height. Here the commit certificate of this
// very statement is in the log, synced, after this node has executed the block with the same root:
// no other block of the height can be decided, and this node signs nothing more of it, since
// consensus never goes back below the log. That a prepared record is on the disk before a COMMIT
// has one purpose: a VIEW-CHANGE after a crash must name it. After a crash here the log ends the
// height before one could be signed; where the log itself is lost, the signer's last COMMIT stands
// above the tip without its record, and the node does not vote. All else is the watermark's: these
// go through the signer as all votes do, upwards, before any vote of the next height. Where this
// node has left the decided view with a VIEW-CHANGE, nothing is signed.
extension ReplicaMachine {
  /// Has a vote signed with this node's key in the set that decides its height.
  mutating func sign(_ statement: VoteStatement, in set: ValidatorSet) {
    guard let member = configuration.account.flatMap(set.index) else { return }
    lateVoting.asked = max(lateVoting.asked ?? statement.position, statement.position)
    effects.append(
      .signVote(
        statement, member: UInt16(member), key: set.members[member].consensusKey))
  }

  /// Has COMMITs signed for the decided blocks that lack this node's: of the heights whose late
  /// COMMITs headers still carry, from the first at which it may vote on; none while it catches up.
  mutating func signLateCommits() {
    addOwnCommit()
    guard let account = configuration.account, !isKeyUsedElsewhere, !consensus.hasDiverged
    else { return }
    for entry in recent.entries where mayVote(at: entry.height) {
      guard let own = entry.set.index(of: account),
        !entry.known.contains(where: { Int($0.member) == own }),
        lateVoting.asked.map({ $0 < entry.statement.position }) ?? true
      else { continue }
      sign(entry.statement, in: entry.set)
    }
  }

  /// A vote is signed whose height is over: of a COMMIT for what was decided the others are told.
  mutating func signedLate(_ vote: Vote) {
    guard let entry = recent.entry(at: vote.height), isDecided(vote, in: entry),
      !isKeyUsedElsewhere, !consensus.hasDiverged,
      !entry.known.contains(where: { $0.member == vote.member })
    else { return }
    addOwnCommit()
    broadcast(.consensus(.vote(vote)))
  }

  /// The own COMMIT counts for headers, too, where it was signed after the certificate was made.
  private mutating func addOwnCommit() {
    guard let vote = lateVoting.last, let entry = recent.entry(at: vote.height),
      isDecided(vote, in: entry)
    else { return }
    recent.addLate(
      CommitSignature(member: vote.member, view: vote.view, signature: vote.signature),
      height: vote.height)
  }

  private func isDecided(_ vote: Vote, in entry: RecentBlocks.Entry) -> Bool {
    vote.statement.content == entry.statement.content
      && configuration.account.flatMap(entry.set.index) == Int(vote.member)
  }

  /// A member that PREPAREs or COMMITs a block holds all bundles it names: its word is as good as
  /// the acknowledgement that it has sent of them, or will.
  ///
  /// - Parameter peer: is the member, by its connection.
  mutating func noteHolder(_ peer: AccountID, of vote: Vote) {
    guard let waiting = candidates.waiting, !waiting.block.runs.isEmpty,
      vote.height == waiting.block.header.height
    else { return }
    switch vote.statement.content {
    case .prepare(waiting.hash, _), .commit(waiting.hash, _): break
    default: return
    }
    let held = waiting.block.runs.map { run in
      Acknowledgement(
        author: run.author, incarnation: run.incarnation,
        number: run.firstNumber &+ UInt64(run.digests.count) &- 1)
    }
    pending.append(.dissemination(.message(.acknowledge(held), from: peer)))
  }
}
