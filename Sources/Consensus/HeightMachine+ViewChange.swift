import LedgerCore

/// Leaving a view and entering the next.
extension HeightMachine {
  /// Leaves the current view for a higher one: nothing is signed below it any more.
  mutating func change(to wanted: UInt64, because note: ConsensusNote? = nil, now: UInt64) {
    let view = openView(from: wanted)
    leaveView(for: view, phase: .changing, now: now)
    effects.append(.report(note ?? .viewChangeStarted(height: height, view: view)))
    askForViewChange()
  }

  /// The first view from this one on whose VIEW-CHANGE can be shown. What was signed before a
  /// restart and not kept can be signed neither again nor below: a node that went on to such a view
  /// would be silent there for ever, and more than f of them would stop the height.
  ///
  /// But for the last one: the signer, which has its signature, repeats it. A node that went on to
  /// the next view at each restart would leave the others behind.
  private func openView(from view: UInt64) -> UInt64 {
    guard let watermark, watermark.height == height, watermark.view < ConsensusLimits.viewMax,
      VotePosition(height: height, view: view, kind: .viewChange) <= watermark,
      !ownVotes.contains(where: { $0.view == view && $0.statement.kind == .viewChange })
    else { return view }
    let canRepeat = watermark.kind == .viewChange && repetition != .refused
    return canRepeat ? watermark.view : watermark.view + 1
  }

  /// The signer will not repeat the VIEW-CHANGE at the watermark: it named another record, which is
  /// lost. The next view is open.
  mutating func repetitionRefused(now: UInt64) {
    repetition = .refused
    guard phase == .changing, view < ConsensusLimits.viewMax else { return }
    change(to: view + 1, now: now)
  }

  /// Asks for the current view's VIEW-CHANGE. A node that has signed COMMIT without holding the
  /// record of it signs none: it would deny its own COMMIT.
  mutating func askForViewChange() {
    let committed = committedView
    if let committed, (prepared?.view).map({ $0 < committed }) ?? true {
      let content = VoteStatement.Content.viewChange(prepared: prepared?.reference)
      let statement = VoteStatement(height: height, view: view, content: content)
      effects.append(.report(.signingRefused(statement)))
      return
    }
    shownRecord = prepared
    askForSignature(.viewChange(prepared: prepared?.reference))
  }

  /// The highest view known in which this node has signed COMMIT.
  private var committedView: UInt64? {
    let own = ownVotes.last { $0.statement.kind == .commit }?.view
    guard let watermark, watermark.height == height, watermark.kind == .commit else { return own }
    return max(own ?? 0, watermark.view)
  }

  private mutating func leaveView(for view: UInt64, phase: Phase, now: UInt64) {
    self.view = view
    self.phase = phase
    deadline = nil
    started = Started()
    accepted = nil
    building = nil
    ownProposal = nil
    restartRetransmission(now: now)
  }

  /// Joins the lowest of the higher views that f + 1 others ask for, each by its latest wish.
  mutating func joinOthers(now: UInt64) -> Bool {
    guard mayVote else { return false }
    let wishes = book.members.compactMap { book.highestViewChange(of: $0) }.filter { $0 > view }
    guard wishes.count > context.set.faultyMax, let lowest = wishes.min() else { return false }
    change(to: lowest, now: now)
    return true
  }

  /// Gives up the current view when its time is up.
  mutating func expire(now: UInt64) -> Bool {
    guard mayVote, let deadline, now >= deadline, view < ConsensusLimits.viewMax else {
      return false
    }
    change(to: view + 1, now: now)
    return true
  }

  /// Starts the timer of a view asked for once a quorum has asked for it. One that asks for a
  /// higher view has left the views below as well, so it counts: else those that wait for its
  /// earlier wish, which it sends no more, would wait for ever.
  mutating func startTimerOfChange(now: UInt64) {
    guard phase == .changing, deadline == nil else { return }
    let wishes = book.members.filter { book.highestViewChange(of: $0).map { $0 >= view } ?? false }
    if wishes.count >= quorum { startTimer(now: now) }
  }

  /// Starts the current view's timer, never before the slot: a view that was handed over may come
  /// long before it.
  mutating func startTimer(now: UInt64) {
    guard mayVote else { return }
    deadline = max(due, now).addingClamped(timing.timeout(view: view))
  }

  /// A valid NEW-VIEW (or the own one) brings a view in.
  mutating func enter(_ view: UInt64, now: UInt64) {
    guard view > self.view || (view == self.view && phase == .changing) else { return }
    if view > self.view {
      leaveView(for: view, phase: .active, now: now)
    } else {
      phase = .active
      restartRetransmission(now: now)
    }
    if deadline == nil { startTimer(now: now) }
    effects.append(.report(.viewEntered(height: height, view: view)))
  }

  /// Whether this node may vote has changed.
  mutating func setMayVote(_ allowed: Bool, now: UInt64) {
    let allowed = allowed && !hasDiverged && context.own != nil
    guard allowed != mayVote else { return }
    mayVote = allowed
    guard allowed else {
      deadline = nil
      building = nil
      return
    }
    started.prepare = false
    started.commit = false
    if ownProposal == nil { started.proposal = false }
    restartRetransmission(now: now)
    switch phase {
    case .active: startTimer(now: now)
    case .changing: askForViewChange()
    }
  }
}
