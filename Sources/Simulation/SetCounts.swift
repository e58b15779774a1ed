import LedgerCore
import LedgerRules
import LedgerState

/// How the validator sets of a run, or of many, followed each other.
public struct SetCounts: Hashable, Sendable, Encodable {
  public private(set) var changes: UInt64 = 0
  /// Changes to more members, and to fewer.
  public private(set) var grown: UInt64 = 0
  public private(set) var shrunk: UInt64 = 0
  /// Changes that left nobody in place.
  public private(set) var replaced: UInt64 = 0
  /// Changes in which members that stayed had other keys.
  public private(set) var renewedKeys: UInt64 = 0
  /// Changes that took the seat of a member which was, or had been, the primary of a view of one of
  /// the two heights before.
  public private(set) var primariesLost: UInt64 = 0
  /// The most members that went down together when they had just been elected.
  public internal(set) var winnersDownMax: UInt64 = 0
  /// The most candidates at once.
  public internal(set) var candidatesMax: UInt64 = 0

  init() {}

  /// Ascending sets of one run, and the view in which each height was decided.
  init(_ sets: [ValidatorSet], chain: ChainID, view: (UInt64) -> UInt64?) {
    for (before, after) in zip(sets, sets.dropFirst()) {
      changes += 1
      if after.count > before.count { grown += 1 }
      if after.count < before.count { shrunk += 1 }
      let stay = before.members.compactMap { member in
        after.index(of: member.account).map { (member, after.members[$0]) }
      }
      if stay.isEmpty { replaced += 1 }
      if stay.contains(where: { $0.0 != $0.1 }) { renewedKeys += 1 }
      let schedule = Schedule(chain: chain, set: before)
      let primaries = (max(after.firstHeight, before.firstHeight + 2) - 2..<after.firstHeight)
        .flatMap { height in
          (0...(view(height) ?? 0)).map { schedule.primary(height: height, view: $0) }
        }
      if primaries.contains(where: { after.index(of: before.members[$0].account) == nil }) {
        primariesLost += 1
      }
    }
  }

  mutating func add(_ other: SetCounts) {
    changes += other.changes
    grown += other.grown
    shrunk += other.shrunk
    replaced += other.replaced
    renewedKeys += other.renewedKeys
    primariesLost += other.primariesLost
    winnersDownMax = max(winnersDownMax, other.winnersDownMax)
    candidatesMax = max(candidatesMax, other.candidatesMax)
  }
}

extension World {
  /// How sets that have decided a height followed each other.
  func setCounts(_ sets: [ValidatorSet]) -> SetCounts {
    var counts = SetCounts(sets, chain: genesis.initial.chain) { checker.final($0)?.view }
    counts.winnersDownMax = self.counts.winnersDownMax
    let candidates = nodes.prefix(erNodes).map { node in
      node.disk.state.records.count { RecordKind(of: $0.key) == .candidate }
    }
    counts.candidatesMax = UInt64(candidates.max() ?? 0)
    return counts
  }
}
