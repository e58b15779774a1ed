import Consensus
import LedgerCore

/// When a node leads: for operators who want to stop it between two of its turns.
public struct NodeTurns: Sendable {
  /// The height being decided.
  public let height: UInt64
  /// The size of the set that decides it.
  public let members: Int
  /// Whether this node leads the view at work.
  public let leadsNow: Bool
  /// The next heights that this node proposes in their first view, ascending, as set and dues stand
  /// now; empty when it is no member. One that was handed over already is not among them.
  public let next: [UInt64]
  /// The earliest timestamp of the block at work, milliseconds since 1970.
  public let slot: UInt64
}

extension ReplicaMachine {
  /// This node's turns in so many rounds from the height being decided on.
  public func turns(rounds: Int) -> NodeTurns {
    let height = tip.height + 1
    let schedule = Schedule(chain: configuration.chain, set: tip.set)
    let own = configuration.account.flatMap(tip.set.index)
    let isAtWork = consensus.height == height && !consensus.isDecided
    let view = isAtWork ? consensus.view ?? 0 : 0
    let heights = height..<height + UInt64(tip.set.count * rounds)
    let next = heights.filter { candidate in
      guard let own, candidate > height || view == 0 else { return false }
      return schedule.primary(height: candidate, view: 0, debtors: tip.debtors) == own
    }
    let timing = configuration.timing
    let past = tip.timestamp - timing.genesisTimeMilliseconds
    let slot = tip.timestamp - past % timing.intervalMilliseconds + timing.intervalMilliseconds
    return NodeTurns(
      height: height, members: tip.set.count,
      leadsNow: own == schedule.primary(height: height, view: view, debtors: tip.debtors),
      next: next, slot: slot)
  }

  /// Whether this node signs votes at the height being decided.
  public var isVoting: Bool { consensus.isVoting }
}
