import CatchUp
import LedgerCore

/// Whether somebody else votes with this node's key, by the COMMITs of it that final blocks carry.
///
/// A COMMIT of a height at which no earlier life of this node can have voted, and that this process
/// did not sign, is another process's. It cannot tell two processes that sign the same things:
/// those do no harm. Votes that peers send in this node's name are consensus's to see.
struct OwnKeyWatch {
  /// Heights looked back at: as far as headers carry late COMMITs.
  private static let heightsMax = Int(Limits.lateCommitHeightsMax) + 2

  private let watermark: VotePosition?
  /// Up to here, votes may be of an earlier life; nil before this node has reached the tip.
  private var lastEarlierHeight: UInt64?
  /// Views of this process's own COMMITs, by height, ascending.
  private var commits: [(height: UInt64, view: UInt64)] = []

  /// - Parameter watermark: the highest position signed before this start, as far as known.
  init(watermark: VotePosition?) { self.watermark = watermark }

  /// This node follows: an earlier life can have voted one height above the tip, which nobody had
  /// decided, and where its record or its peers say.
  mutating func reachedTip(_ height: UInt64, _ pause: VotingPause?) {
    guard lastEarlierHeight == nil else { return }
    var seen: UInt64 = 0
    if case .voteAboveWatermark(let position) = pause { seen = position.height }
    lastEarlierHeight = max(height + 1, seen, watermark?.height ?? 0)
  }

  /// This process has signed a vote.
  mutating func signed(_ vote: Vote) {
    guard vote.statement.kind == .commit else { return }
    commits.append((vote.height, vote.view))
    if commits.count > Self.heightsMax * 2 { commits.removeFirst() }
    commits.removeAll { $0.height + UInt64(Self.heightsMax) < vote.height }
  }

  /// Whether a COMMIT of the own key, valid and in a final block, is another process's.
  func isForeign(height: UInt64, view: UInt64) -> Bool {
    guard let lastEarlierHeight, height > lastEarlierHeight else { return false }
    return !commits.contains { $0.height == height && $0.view == view }
  }
}
