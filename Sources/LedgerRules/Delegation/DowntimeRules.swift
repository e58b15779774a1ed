import LedgerCore
import LedgerState

// Downtime (carbon rules, "Elections"): a member that has signed fewer than half of the last 1,000
// blocks is jailed. Blocks before its entry count as signed.

extension ExecutionContext {
  /// Notes whose COMMITs the header carries, and jails members that have missed too many blocks.
  mutating func watchSignatures() throws(ExecutionError) {
    var watched = try openHeight()
    for commits in [LateCommits(height: tip.height, commits: header.parentCommits)]
      + header.lateCommits
    {
      try note(commits, in: &watched)
    }
    let blocks = parameters.elections.downtimeBlocks
    for member in sets.current.members {
      guard var record = watched[member.account] else { continue }
      let missed = record.missed(at: height, blocks: blocks)
      let isDown =
        UInt128(blocks - min(missed, blocks)) * 100
        < UInt128(blocks) * UInt128(parameters.elections.signedPercentMin)
      if isDown {
        try jail(member.account)
        record = SignedBlocks(from: height + 1)
      }
      view.set(SignedBlocks.key(member.account), record.bcs)
    }
  }

  /// The records of the members that decide this height, with room for it; those that have left are
  /// removed.
  private mutating func openHeight() throws(ExecutionError) -> [AccountID: SignedBlocks] {
    var watched: [AccountID: SignedBlocks] = [:]
    do throws(RecordError) {
      for member in sets.current.members {
        let key = SignedBlocks.key(member.account)
        var record = try view.find(key, as: SignedBlocks.self) ?? SignedBlocks(from: height)
        record.open(height)
        watched[member.account] = record
      }
    } catch { throw .record(error) }
    for member in sets.current.members where sets.following.index(of: member.account) == nil {
      view.remove(SignedBlocks.key(member.account))
      watched[member.account] = nil
    }
    return watched
  }

  /// Notes the COMMITs for one block.
  private mutating func note(
    _ late: LateCommits, in watched: inout [AccountID: SignedBlocks]
  ) throws(ExecutionError) {
    guard !late.commits.isEmpty, late.height < height,
      height - late.height <= SignedBlocks.closedAfter
    else { return }
    let set: ValidatorSet?
    do { set = try view.set(deciding: late.height) } catch { throw .record(error) }
    for commit in late.commits {
      guard let set, Int(commit.member) < set.count else { continue }
      watched[set.members[Int(commit.member)].account]?.sign(late.height)
    }
  }
}
