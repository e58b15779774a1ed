import LedgerCore

/// Operations of candidates, voters and governance as sentences for the one who signs them.
enum DelegationSentence {
  /// What an operation does; nil where it is none of these.
  static func text(_ operation: Operation, network: NetworkKind) -> String? {
    func votes(_ amount: Amount) -> String { "\(Token.eco2.format(amount)) ECO2" }
    func name(_ account: AccountID) -> String { account.address(network: network) }
    return switch operation {
    case .lockVotes(let lock): "lock \(votes(lock.amount)) to vote with"
    case .unlockVotes(let unlock): "begin to unlock \(votes(unlock.amount))"
    case .collectUnlocked: "take unlocked ECO2 back"
    case .placeVotes(let place): "vote for \(name(place.candidate)) with \(votes(place.amount))"
    case .moveVotes(let move):
      "move votes of \(votes(move.amount)) from \(name(move.from)) to \(name(move.to))"
    case .withdrawVotes(let withdrawal):
      "take votes of \(votes(withdrawal.amount)) back from \(name(withdrawal.candidate))"
    case .claimRewards(let claim):
      "take what the votes for \(name(claim.candidate)) have earned"
    case .registerCandidate(let registration):
      "become a candidate as \"\(registration.facts.name)\", with "
        + "\(Token.ecc.format(registration.reserve)) ECC in its reserve; its bond is locked"
    case .updateCandidate(let update):
      "call the candidate \"\(update.facts.name)\", with another profile from the next term on"
    case .changeConsensusKey(let change):
      "sign with consensus key \(change.key.key.hex) from height \(change.height) on"
    case .declareReady(let ready): "be ready for term \(ready.term)"
    case .resignCandidate: "stand no more as a candidate"
    case .collectBond: "take the candidate's bond back"
    case .releaseNode: "end the node's jail, for the fine"
    case .proposeMotion(let proposal):
      "make a motion (\(proposal.motion.name)): \(proposal.reason)"
    case .decideMotion(let decision):
      decision.approves
        ? "approve motion \(decision.motion)"
        : "take the approval of motion \(decision.motion) back"
    case .cancelMotion(let cancellation): "take motion \(cancellation.motion) back"
    case .vetoMotion(let veto):
      veto.isVeto
        ? "put all votes of the sender against motion \(veto.motion)"
        : "take the votes against motion \(veto.motion) back"
    default: nil
    }
  }
}
