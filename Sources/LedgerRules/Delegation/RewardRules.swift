import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Pays the block's reward and tips: the author's part to its account, or withheld while it owes;
  /// without voters the voters' part goes to the fund.
  mutating func payReward() throws(ExecutionError) {
    let reward = min(BlockReward.reward(at: height), now.rewards.eco2)
    let shares = BlockReward.shares(of: reward)
    now.rewards.eco2 = try now.rewards.eco2.less(reward)
    now.fund.eco2 = try now.fund.eco2.sum(shares.fund)
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
}
