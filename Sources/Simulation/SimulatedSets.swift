import Consensus
import LedgerCore

/// How the validator sets of a run come about.
public enum SetChanges: String, Sendable, CaseIterable, Encodable {
  /// Terms are longer than any run: only who is excluded leaves.
  case none
  /// Terms of few blocks: nodes declare themselves, clients vote, who misses blocks is jailed.
  case elected
}

/// The sets that decide a run's heights, as honest nodes' states say: nobody knows them before.
final class SimulatedSets {
  /// Ascending by first height; the first is that of genesis.
  private(set) var list: [ValidatorSet]

  init(_ first: ValidatorSet) { list = [first] }

  /// Takes a set that a state names; false when another is known to decide those heights.
  func learn(_ set: ValidatorSet) -> Bool {
    if let known = list.last(where: { $0.firstHeight == set.firstHeight }) { return known == set }
    guard let last = list.last, last.firstHeight < set.firstHeight else { return false }
    list.append(set)
    return true
  }

  /// The set that decides a height, at most two above the highest final one.
  func at(_ height: UInt64) -> ValidatorSet {
    list.last { $0.firstHeight <= height } ?? list[0]
  }

  /// The smallest quorum of the sets of some heights.
  func quorum(around height: UInt64) -> Int {
    (height...height + 3).map { at($0).quorum }.min() ?? 0
  }
}
