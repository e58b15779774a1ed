import LedgerCore
import LedgerState

// Between elections (protocol §5, "Set changes"): members that were jailed, excluded or resigned
// leave, at most f of them in two rounds of the schedule, and standbys take their seats. Never are
// there fewer than four: one that nobody can replace stays.

extension ExecutionContext {
  /// Changes the set of the height after the next where members have to leave it, or change keys.
  mutating func changeSet() throws(ExecutionError) {
    var members = nextSets.following.members
    try departures(&members)
    try changeKeys(&members)
    guard members != nextSets.following.members else { return }
    try follow(with: members)
  }

  /// Lets these members decide from the height after the next on.
  mutating func follow(with members: [Validator]) throws(ExecutionError) {
    guard let set = ValidatorSet(firstHeight: height + 2, members: members) else {
      throw .overflow
    }
    let time = header.timestamp
    for member in nextSets.following.members where set.index(of: member.account) == nil {
      try change(member.account) { $0.leftAt = time }
    }
    for member in set.members { try change(member.account) { $0.leftAt = 0 } }
    nextSets.following = set
  }

  // MARK: Leaving

  private mutating func departures(_ members: inout [Validator]) throws(ExecutionError) {
    let (rounds, height) = (UInt64(2 * members.count), height)
    // A larger set may be elected, whose two rounds reach further back.
    now.delegation.departures.removeAll { height - $0 >= Delegation.departureHeights }
    let left = now.delegation.departures.count { height - $0 < rounds }
    let leaving = try leaving(members)
    let free = max((members.count - 1) / 3 - left, 0)
    for account in leaving.prefix(free) {
      guard let seat = members.firstIndex(where: { $0.account == account }) else { continue }
      if let standby = try nextStandby(members) {
        members[seat] = standby
      } else if members.count > Limits.validatorsMin {
        members.remove(at: seat)
      } else {
        continue
      }
      now.delegation.departures.append(height)
    }
  }

  /// Who has to leave, in this order: the excluded, the jailed by the time of their jail, those who
  /// resigned.
  private mutating func leaving(_ members: [Validator]) throws(ExecutionError) -> [AccountID] {
    var list: [(rank: Int, since: UInt64, account: AccountID)] = []
    for member in members {
      guard let record = try record(of: member.account), !record.isElectable else { continue }
      let rank =
        switch record.standing {
        case .excluded: 0
        case .standing: 1
        case .resigned: 2
        }
      // A jail that came before says nothing of who is excluded or has resigned.
      let since = record.standing == .standing ? record.jailedAt : 0
      list.append((rank, since, member.account))
    }
    list.sort { ($0.rank, $0.since, $0.account) < ($1.rank, $1.since, $1.account) }
    return list.map(\.account)
  }

  /// Takes the first standby that may have a seat off the list, with the key it declared.
  private mutating func nextStandby(_ members: [Validator]) throws(ExecutionError) -> Validator? {
    while let account = now.delegation.standbys.first {
      now.delegation.standbys.removeFirst()
      guard let record = try record(of: account), record.isElectable,
        !members.contains(where: { $0.account == account })
      else { continue }
      let node: ERNode
      do { node = try view.required(ERNode.key(account)) } catch { throw .record(error) }
      return Validator(account: account, consensusKey: node.consensusKey)
    }
    return nil
  }

  private mutating func record(of account: AccountID) throws(ExecutionError) -> Candidate? {
    do {
      // The slot first: finding it may add the entry.
      let place = try candidates.slot(of: account, in: &view)
      return candidates.entries[place].current
    } catch { throw .record(error) }
  }

  // MARK: Keys

  /// Gives members the keys that are due from the height after the next on, where a round of their
  /// set begins: a set's first height is the origin of its rounds, and who could choose it by a
  /// key's height would choose who proposes. Of one that has left the set the key is kept for its
  /// return.
  private mutating func changeKeys(_ members: inout [Validator]) throws(ExecutionError) {
    let first = height + 2
    let due = now.delegation.keyChanges.filter { $0.height <= first }
    let schedule = Schedule(chain: chain, set: nextSets.following)
    guard !due.isEmpty,
      members != nextSets.following.members || schedule.roundStart(first) == first
    else { return }
    now.delegation.keyChanges.removeAll { $0.height <= first }
    for change in due {
      do throws(RecordError) {
        var node: ERNode = try view.required(ERNode.key(change.account))
        node.consensusKey = change.key
        view.set(ERNode.key(change.account), node.bcs)
      } catch { throw .record(error) }
      guard let seat = members.firstIndex(where: { $0.account == change.account }) else {
        continue
      }
      members[seat] = Validator(account: change.account, consensusKey: change.key)
    }
  }
}
