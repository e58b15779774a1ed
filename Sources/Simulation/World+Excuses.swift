import LedgerCore
import LedgerRules

/// What a node does wrong without its fault, and what others may rightly hold against it.
extension World {
  /// Whether a contradiction to an earlier vote was nobody's to prevent: the node's whole disk,
  /// its signer's file included, is one of earlier, and too few of those it may have asked still
  /// know what it has signed since. Such a node counts against f.
  ///
  /// - Parameter last: the highest position that its key has ever signed.
  func isExcused(_ node: SimulatedNode, last: VotePosition) -> Bool {
    guard node.disk.hasOldSigner else { return false }
    let set = sets.at(last.height)
    let witnesses = nodes.count { peer in
      set.index(of: peer.name) != nil && peer.index != node.index && corruptions[peer.index] == nil
        && peer.latestVote(of: node.name).map { $0 >= last } ?? false
    }
    // It hears the tips of a quorum, itself included: of these many others one is among them.
    return witnesses <= set.count - set.quorum
  }

  /// Whether others may hold against a node that it promised a block and has none, or the like: its
  /// disk is not what it was.
  func mayDoubt(_ other: Int) -> Bool {
    !nodes[other].disk.damagedBlocks.isEmpty || nodes[other].timesSetBack > 0
  }
}
