import LedgerCore

/// Handing a turn over: a primary that does not want to propose says so with the VIEW-CHANGE it
/// would sign after its time were up, and the others go with it at once.
///
/// Safety: these are VIEW-CHANGEs like any other, signed earlier. What a VIEW-CHANGE must name,
/// when NEW-VIEW is valid and what may be signed below the watermark do not change; only when a
/// node leaves a view does, and no rule that keeps blocks safe depends on when.
///
/// Liveness: only the view's own primary is followed, by one view, and only in the first views, so
/// a faulty one gives away no more than its turn, which it could have let pass in silence. With the
/// VIEW-CHANGE signed it cannot propose in the view any more: nothing is left to wait for.
extension HeightMachine {
  /// Gives the current view away when this node leads it, is asked to hand over, and can neither
  /// have proposed in it nor voted for it.
  mutating func handOver(now: UInt64) -> Bool {
    guard handsOver, context.leads(view), !context.leads(view + 1), canGiveAway(view),
      ownProposal == nil,
      watermark.map({ $0 < VotePosition(height: height, view: view, kind: .prePrepare) }) ?? true
    else { return false }
    changeHandedOver(now: now)
    return true
  }

  /// Leaves a view that its primary has left, unless there is a proposal to work at.
  mutating func followHandOver(now: UInt64) -> Bool {
    guard !context.leads(view), canGiveAway(view),
      let wish = book.highestViewChange(of: context.primary(of: view)), wish > view
    else { return false }
    changeHandedOver(now: now)
    return true
  }

  private func canGiveAway(_ view: UInt64) -> Bool {
    mayVote && certificate == nil && accepted == nil && view < ConsensusRules.handOverViews
      && !candidates.contains { $0.view == view }
      && !ownVotes.contains { $0.view == view && $0.statement.kind >= .prePrepare }
  }

  private mutating func changeHandedOver(now: UInt64) {
    let note = ConsensusNote.handedOver(
      height: height, view: view, isOwn: context.leads(view))
    change(to: view + 1, because: note, now: now)
  }
}
