import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Pays the block's reward and tips: the author's part to its account, or withheld while it owes;
  /// the voters' part to those that vote for the author, or without any to the fund.
  mutating func payReward() throws(ExecutionError) {
    let reward = min(BlockReward.reward(at: height), now.rewards.eco2)
    let shares = BlockReward.shares(of: reward)
    now.rewards.eco2 = try now.rewards.eco2.less(reward)
    try payVoters(of: header.author, shares.voters)
    let toAuthor = try shares.author.sum(tips)
    let slot = try node(header.author)
    guard var node = nodes.entries[slot].current else {
      throw .record(.missing(key: NodeCarbon.key(header.author)))
    }
    if node.owes {
      node.withheld = try node.withheld.sum(toAuthor)
      nodes.set(slot, node)
    } else {
      try pay(toAuthor, to: header.author)
    }
  }

  /// Brings a candidate to a term, and keeps what votes placed before it need to know; false where
  /// it is there.
  mutating func begin(_ term: UInt64, of candidate: inout Candidate, _ account: AccountID) -> Bool {
    guard let (ended, rate) = candidate.begin(term) else { return false }
    view.set(TermRate.key(account, ended), rate.bcs)
    return true
  }

  /// Shares a part of a reward among all whose votes for a candidate earn: those placed before this
  /// term.
  private mutating func payVoters(of author: AccountID, _ part: Amount) throws(ExecutionError) {
    let place: Int
    do { place = try candidates.slot(of: author, in: &view) } catch { throw .record(error) }
    guard var record = candidates.entries[place].current else {
      throw .record(.missing(key: Candidate.key(author)))
    }
    if begin(terms.term(at: header.timestamp), of: &record, author) {
      candidates.set(place, record)
    }
    guard !record.earning.isZero else {
      now.fund.eco2 = try now.fund.eco2.sum(part)
      return
    }
    RewardShare.divide(part, among: &record)
    now.delegation.unclaimed = try now.delegation.unclaimed.sum(part)
    candidates.set(place, record)
  }
}
