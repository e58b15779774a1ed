import LedgerCore

/// Retransmission, inquiries, and the next instant at which something is due.
extension HeightMachine {
  mutating func restartRetransmission(now: UInt64) {
    let pause = timing.retransmitMilliseconds
    let start = view == 0 ? max(due, now) : now
    retransmission = Retransmission(at: start.addingClamped(pause), pause: pause)
  }

  /// No timer is further off than its own length: a clock that was ahead when it was started has
  /// been set right since.
  mutating func shortenTimers(now: UInt64) {
    let start = max(due, now)
    if let deadline {
      self.deadline = min(deadline, start.addingClamped(timing.timeout(view: view)))
    }
    retransmission.at = min(retransmission.at, start.addingClamped(retransmission.pause))
  }

  /// Sends again what is undecided, ever more slowly, and asks two others for what is missing.
  mutating func retransmit(now: UInt64) {
    guard now >= retransmission.at else { return }
    let pauseMax = timing.retransmitMilliseconds * ConsensusLimits.retransmitBackoffMax
    retransmission.pause = min(retransmission.pause * 2, pauseMax)
    retransmission.at = now.addingClamped(retransmission.pause)
    for message in repeated() { effects.append(.broadcast(message)) }
    inquire()
  }

  /// What is said again to those who may have missed it: nothing while only a block is missing.
  func repeated() -> [ConsensusMessage] {
    mayVote && certificate == nil ? currentMessages() : []
  }

  /// Asks two members, others each time, for what this node misses.
  mutating func inquire() {
    let isMissingBlock = certificate != nil
    let inquiry = Inquiry(
      height: height, view: view, needsBlock: isMissingBlock || accepted == nil)
    let others = context.set.members.indices.filter { $0 != context.own }
    let first = UInt64(context.own ?? 0) + retransmission.attempts * 2
    retransmission.attempts += 1
    for step in 0..<2 {
      let index = others[Int((first + UInt64(step)) % UInt64(others.count))]
      effects.append(.send(.inquiry(inquiry), to: context.set.members[index].account))
    }
  }

  /// This node's latest messages of the current view.
  func currentMessages() -> [ConsensusMessage] {
    var messages: [ConsensusMessage] = []
    if let message = ownProposal?.message { messages.append(message) }
    for vote in ownVotes where vote.view == view {
      switch vote.statement.content {
      case .viewChange(let reference):
        guard phase == .changing, reference == shownRecord?.reference else { continue }
        messages.append(.viewChange(ViewChange(vote: vote, prepared: shownRecord)))
      case .prepare, .commit: messages.append(.vote(vote))
      case .newView, .prePrepare: continue
      }
    }
    return messages
  }

  /// What answers an inquiry about this undecided height.
  func answers(to inquiry: Inquiry) -> [ConsensusMessage] {
    var messages = mayVote ? currentMessages() : []
    let isProposalMissing = inquiry.needsBlock || inquiry.view < view
    if isProposalMissing, phase == .active, ownProposal?.message == nil,
      let candidate = candidates.first(where: { $0.view == view })
    {
      messages.insert(candidate.carrier, at: 0)
    }
    return messages
  }

  /// The next instant after now at which a tick changes something; nil when only events can.
  func nextInstant(after now: UInt64) -> UInt64? {
    guard decision == nil else { return nil }
    var instants = [retransmission.at]
    if mayVote {
      if let deadline { instants.append(deadline) }
      if context.leads(view), !started.proposal { instants.append(due) }
    }
    if accepted == nil, let candidate = candidates.first(where: { $0.view == view }) {
      let timestamp = candidate.block.header.timestamp
      instants.append(timestamp.subtractingClamped(timing.clockToleranceMilliseconds))
    }
    return instants.filter { $0 > now }.min()
  }
}
