import LedgerCore
import LedgerMetrics
import Replica

/// Times the steps of the height at work, and this clock against those of the others.
struct RoundWatch {
  /// Proposals of one member that are looked at: the quickest counts, so that one slow block does
  /// not look like a wrong clock.
  static let delaysKept = 8

  private struct Delays {
    let author: AccountID
    /// Milliseconds, the latest last.
    var last: [Int64]
  }

  private let own: AccountID?
  private let names: MemberNames
  private let metrics: NodeMetrics
  private var height: UInt64 = 0
  private var view: UInt64 = 0
  private var proposedAt: UInt64?
  private var preparedAt: UInt64?
  private var delays: [Delays] = []

  init(own: AccountID?, names: MemberNames, metrics: NodeMetrics) {
    self.own = own
    self.names = names
    self.metrics = metrics
  }

  /// Takes a step with the time of the event that brought it, milliseconds since 1970.
  mutating func take(_ step: RoundStep, height: UInt64, view: UInt64, at now: UInt64) {
    if (self.height, self.view) != (height, view) {
      (self.height, self.view) = (height, view)
      proposedAt = nil
      preparedAt = nil
    }
    switch step {
    case .proposal(let author, let timestamp):
      guard proposedAt == nil else { return }
      proposedAt = now
      guard view == 0 else { return }
      metrics.consensus.proposal.observe(milliseconds: now > timestamp ? now - timestamp : 0)
      if author != own { compareClocks(author, Int64(clamping: now) - Int64(clamping: timestamp)) }
    case .prepared:
      guard preparedAt == nil, let proposedAt else { return }
      preparedAt = now
      metrics.consensus.prepare.observe(milliseconds: now > proposedAt ? now - proposedAt : 0)
    case .certified:
      guard let preparedAt else { return }
      metrics.consensus.commit.observe(milliseconds: now > preparedAt ? now - preparedAt : 0)
    }
  }

  /// A fresh proposal names the latest slot that has begun by its author's clock. When all is in
  /// time it comes right after the slot's start: what this node's clock shows beyond that is travel
  /// time, the author's delay, and the difference of the two clocks.
  private mutating func compareClocks(_ author: AccountID, _ delay: Int64) {
    metrics.members.proposalDelay.child(names[author]).set(delay)
    if let index = delays.firstIndex(where: { $0.author == author }) {
      if delays[index].last.count == Self.delaysKept { delays[index].last.removeFirst() }
      delays[index].last.append(delay)
    } else if delays.count < Limits.validatorsMax {
      delays.append(Delays(author: author, last: [delay]))
    }
    let least = delays.compactMap { $0.last.min() }.sorted()
    // The median: a minority of wrong clocks does not move it.
    if !least.isEmpty { metrics.process.clockOffset.set(least[(least.count - 1) / 2]) }
  }
}
