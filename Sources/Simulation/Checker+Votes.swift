import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

/// Votes, and what nodes say of each other: honest ones are never accused.
extension Checker {
  /// A node's key has signed a vote.
  mutating func signed(_ vote: Vote, by node: Int) {
    guard !isFull(node) else {
      return report(.fullNodes, [node], "a full node signs \(vote.statement.kind)")
    }
    guard !byzantine.contains(node) else { return }
    let ballot = Ballot(node: node, position: vote.statement.position)
    if let earlier = signed[ballot] {
      if earlier.statement != vote.statement {
        report(
          .votes, [node],
          "signed two statements for height \(vote.height), view \(vote.view), "
            + "\(vote.statement.kind)")
      }
      return
    }
    signed[ballot] = vote
    for other in votes[node]?[vote.height] ?? [] {
      guard let evidence = VoteEvidence(other, vote) else { continue }
      report(
        .votes, [node],
        "signed \(evidence.offence) at height \(vote.height): \(evidence.first.statement.kind) in "
          + "view \(evidence.first.view), \(evidence.second.statement.kind) in view "
          + "\(evidence.second.view)")
    }
    votes[node, default: [:]][vote.height, default: []].append(vote)
  }

  /// What a replica reports of others and of itself.
  mutating func noted(_ note: ReplicaNote, by node: Int) {
    guard !byzantine.contains(node) else { return }
    switch note {
    case .consensus(let note): noted(note, by: node)
    case .distrust(let peer, _) where isByzantine(peer): break
    case .malformedFrame(let peer, _) where isByzantine(peer): break
    case .outOfPlace(let peer) where isByzantine(peer): break
    case .bundleOffence(let offence) where isByzantine(offence.author): break
    case .distrust(let peer, let lie):
      report(.health, [node] + index(of: peer), "an honest peer is called a liar: \(lie)")
    case .bundleOffence(let offence):
      report(.health, [node], "an honest author is accused: \(offence)")
    case .offenceFound(_, let offender) where isByzantine(offender): break
    case .offenceRecorded(let offence) where isByzantine(offence.offender): break
    case .offenceFound(let evidence, let offender):
      report(
        .health, [node] + index(of: offender),
        "an honest member is accused of \(evidence.offence)")
    case .offenceRecorded(let offence):
      report(
        .health, [node] + index(of: offence.offender),
        "the chain has recorded an honest member for \(offence.offence)")
    case .malformedFrame(let peer, let error):
      report(.health, [node] + index(of: peer), "an honest peer's frame is malformed: \(error)")
    case .outOfPlace(let peer), .misbehaved(let peer, _):
      report(.health, [node] + index(of: peer), "an honest peer is said to break the rules")
    case .mode(.diverged(let height)):
      report(.health, [node], "diverged at height \(height)")
    case .mode, .progress, .invalidProposal, .round: break
    }
  }

  private mutating func noted(_ note: ConsensusNote, by node: Int) {
    switch note {
    case .evidence(let evidence) where byzantine.contains(Int(evidence.first.member)): break
    case .badSignatures(let peer, _) where isByzantine(peer): break
    case .evidence(let evidence):
      report(
        .health, [node, Int(evidence.first.member)],
        "an honest member is accused of \(evidence.offence)")
    case .diverged(let height, _, let own, let other):
      report(.health, [node], "diverged at height \(height): \(own), others \(other)")
    case .badSignatures(let peer, _):
      report(.health, [node] + index(of: peer), "an honest peer's signature is refused")
    case .viewChangeStarted, .handedOver, .viewEntered, .ownKeyUsedElsewhere, .refused,
      .signingRefused,
      .peersAhead:
      break
    }
  }

  mutating func halted(_ failure: ReplicaFailure, node: Int) {
    guard !byzantine.contains(node) else { return }
    report(.health, [node], "stopped: \(failure)")
  }

  /// Whether a name is a Byzantine node's.
  func isByzantine(_ account: AccountID) -> Bool {
    names.indices.contains { names[$0] == account && byzantine.contains($0) }
  }

  private func index(of account: AccountID) -> [Int] {
    names.firstIndex(of: account).map { [$0] } ?? []
  }
}

extension BundleOffence {
  /// Whose offence it is.
  var author: AccountID {
    switch self {
    case .equivocation(let signed, _), .badlySigned(let signed, _, _): signed.header.author
    }
  }
}
