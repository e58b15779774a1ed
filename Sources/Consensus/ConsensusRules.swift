import LedgerCore

/// Rules on a proposed block that depend on nothing but the height's context and the block.
public enum ConsensusRules {
  /// From this view on a fresh proposal names no bundles, so that a height whose bundles cannot be
  /// had is still decided.
  public static let firstEmptyView: UInt64 = 3

  /// Views below this one can be handed over: the last that may name bundles is always led, even
  /// when every member would rather not.
  public static let handOverViews: UInt64 = firstEmptyView - 1

  /// Why a block, fresh or proposed again, cannot be this height's; nil when it can.
  static func refusal(
    of block: Block, _ context: HeightContext, _ timing: ConsensusTiming
  ) -> ConsensusRefusal? {
    let header = block.header
    guard header.height == context.height, header.parent == context.parent, block.isConsistent
    else { return .wrongBlock }
    guard header.timestamp > context.parentTimestamp, timing.isSlot(header.timestamp) else {
      return .wrongTimestamp
    }
    return nil
  }

  /// Why a fresh proposal cannot be its view's; nil when it can. Its timestamp is judged against
  /// the clock when it is taken up.
  static func refusal(
    ofFresh block: Block, view: UInt64, _ context: HeightContext, _ timing: ConsensusTiming
  ) -> ConsensusRefusal? {
    if let refusal = refusal(of: block, context, timing) { return refusal }
    guard block.header.author == context.set.members[context.primary(of: view)].account else {
      return .wrongBlock
    }
    guard view < firstEmptyView || block.runs.isEmpty else { return .namesBundles }
    return nil
  }
}
