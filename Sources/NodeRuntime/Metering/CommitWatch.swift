import LedgerCore
import LedgerMetrics
import Replica

/// Who is late and who is silent, from what every final block shows: its certificate as this node
/// made it, the COMMITs later headers carry, and who was to propose it.
struct CommitWatch {
  private struct Height {
    let height: UInt64
    let members: [AccountID]
    /// Members whose COMMIT has been seen.
    var seen: Set<Int>
  }

  private let own: AccountID?
  private let names: MemberNames
  private let metrics: NodeMetrics
  /// Ascending; those whose COMMITs a header may still carry.
  private var heights: [Height] = []

  init(own: AccountID?, names: MemberNames, metrics: NodeMetrics) {
    self.own = own
    self.names = names
    self.metrics = metrics
  }

  /// Takes the next final block.
  mutating func add(_ block: FinalBlock) {
    let certificate = block.decided.certificate
    let header = block.decided.block.header
    mark(header.parentCommits.map(\.member), at: header.height - 1)
    for late in header.lateCommits { mark(late.commits.map(\.member), at: late.height) }
    let signers = certificate.signatures.map { Int($0.member) }
    heights.append(
      Height(height: header.height, members: block.set.members.map(\.account), seen: Set(signers)))
    for signer in signers { committed(signer, in: heights[heights.count - 1]) }
    // A block that a peer handed out says nothing of who was late here.
    guard block.certifiedAfterMilliseconds != nil else {
      heights = []
      return
    }
    while let oldest = heights.first,
      oldest.height + Limits.lateCommitHeightsMax < header.height
    {
      heights.removeFirst()
      for member in oldest.members.indices where !oldest.seen.contains(member) {
        metrics.members.commitsMissing.child(names[oldest.members[member]]).add()
      }
    }
    countTurn(block)
  }

  /// COMMITs that a header carries, of a height decided before.
  private mutating func mark(_ members: [UInt16], at height: UInt64) {
    guard let index = heights.firstIndex(where: { $0.height == height }) else { return }
    for member in members.map(Int.init) where heights[index].members.indices.contains(member) {
      guard heights[index].seen.insert(member).inserted else { continue }
      metrics.members.commitsLate.child(names[heights[index].members[member]]).add()
      committed(member, in: heights[index])
    }
  }

  private func committed(_ member: Int, in height: Height) {
    guard height.members.indices.contains(member) else { return }
    metrics.members.lastCommit.child(names[height.members[member]])
      .raise(to: Int(clamping: height.height))
  }

  private func countTurn(_ block: FinalBlock) {
    let author = block.decided.block.header.author
    metrics.members.blocks.child(names[author]).add()
    if author == own { metrics.chain.blocksAuthored.add() }
    guard let primary = block.firstPrimary, primary != author else { return }
    metrics.members.turnsMissed.child(names[primary]).add()
    if primary == own { metrics.consensus.proposalsMissed.add() }
  }
}
