public import LedgerCore

extension ConsensusMachine {
  /// How full everything is that others make this node keep.
  public var queues: [QueueFill] {
    [
      QueueFill("unchecked messages", queue.count, of: ConsensusLimits.uncheckedMax),
      QueueFill("peers of future messages", future.peersCount, of: ConsensusLimits.futurePeersMax),
      QueueFill(
        "future messages of a peer", future.messagesMax,
        of: ConsensusLimits.futureMessagesPerPeerMax),
      QueueFill("decided heights", recent.count, of: ConsensusLimits.lateHeightsMax + 1),
    ] + (current?.queues ?? [])
  }
}

extension HeightMachine {
  var queues: [QueueFill] {
    let votesMax = ConsensusLimits.viewsPerMemberMax * VoteKind.allCases.count
    return [
      QueueFill("votes of a member", book.votesMax, of: votesMax),
      QueueFill("proposals", candidates.count, of: ConsensusLimits.proposalsMax),
      QueueFill("prepared blocks", records.count, of: ConsensusLimits.proposalsMax),
      QueueFill("executions", executions.count, of: ConsensusLimits.executionsMax),
    ]
  }
}

extension VoteBook {
  /// Of the member with the most.
  var votesMax: Int { members.map { all(of: $0).count }.max() ?? 0 }
}
