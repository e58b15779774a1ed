import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

/// Votes, and what nodes say of each other: honest ones are never accused.
extension Checker {
  /// A node's key has signed a vote. A contradiction to an earlier one is an offence; `isExcused`
  /// says whether it was nobody's to prevent, and is asked only then, with the highest position
  /// that the key has signed.
  mutating func signed(_ vote: Vote, by node: Int, isExcused: (VotePosition) -> Bool) {
    guard !isFull(node) else {
      return report(.fullNodes, [node], "a full node signs \(vote.statement.kind)")
    }
    guard !byzantine.contains(node), !offenders.contains(node) else { return }
    let ballot = Ballot(node: node, position: vote.statement.position)
    if let earlier = signed[ballot] {
      guard earlier.statement != vote.statement else { return }
      if isExcused(highest[node] ?? ballot.position) {
        offenders.insert(node)
      } else {
        report(
          .votes, [node],
          "signed two statements for height \(vote.height), view \(vote.view), "
            + "\(vote.statement.kind)")
      }
      return
    }
    let last = max(highest[node] ?? ballot.position, ballot.position)
    highest[node] = last
    signed[ballot] = vote
    for other in votes[node]?[vote.height] ?? [] {
      guard let (commit, change) = Self.denial(other, vote) else { continue }
      guard !isExcused(last) else {
        offenders.insert(node)
        return
      }
      report(
        .votes, [node],
        "signed COMMIT at height \(vote.height) in view \(commit.view), and denies it in view "
          + "\(change.view)")
    }
    votes[node, default: [:]][vote.height, default: []].append(vote)
  }

  /// A COMMIT, and a VIEW-CHANGE of a later view that names neither its block nor a later one.
  /// Judged here, by none of the code with which nodes accuse each other.
  private static func denial(_ one: Vote, _ other: Vote) -> (commit: Vote, change: Vote)? {
    let (first, second) = one.view < other.view ? (one, other) : (other, one)
    guard first.view < second.view, case .commit(let block, _) = first.statement.content,
      case .viewChange(let prepared) = second.statement.content
    else { return nil }
    guard let prepared else { return (first, second) }
    let isNamed = prepared.view == first.view && prepared.block == block
    return isNamed || prepared.view > first.view ? nil : (first, second)
  }

  /// What a replica reports of others and of itself. `mayDoubt` says whether a node may rightly
  /// hold something against another whose fault it is not.
  mutating func noted(_ note: ReplicaNote, by node: Int, mayDoubt: (Int) -> Bool) {
    guard !byzantine.contains(node) else { return }
    func isExcused(_ peer: AccountID) -> Bool {
      guard let other = names.firstIndex(of: peer) else { return false }
      return offenders.contains(other) || replayed.contains([node, other]) || mayDoubt(other)
    }
    switch note {
    case .consensus(let note): noted(note, by: node)
    case .distrust(let peer, _) where isByzantine(peer): break
    case .malformedFrame(let peer, _) where isByzantine(peer): break
    case .outOfPlace(let peer) where isByzantine(peer): break
    case .bundleOffence(let offence) where isByzantine(offence.author): break
    case .distrust(let peer, let lie):
      guard !isExcused(peer) else { return }
      report(.health, [node] + index(of: peer), "an honest peer is called a liar: \(lie)")
    case .bundleOffence(let offence):
      guard !isExcused(offence.author) else { return }
      report(.health, [node], "an honest author is accused: \(offence)")
    case .offenceFound(_, let offender) where isByzantine(offender): break
    case .offenceRecorded(let offence) where isByzantine(offence.offender): break
    case .offenceFound(let evidence, let offender):
      guard offenders.isDisjoint(with: index(of: offender)) else { return }
      report(
        .health, [node] + index(of: offender),
        "an honest member is accused of \(evidence.offence)")
    case .offenceRecorded(let offence):
      guard offenders.isDisjoint(with: index(of: offence.offender)) else { return }
      report(
        .health, [node] + index(of: offence.offender),
        "the chain has recorded an honest member for \(offence.offence)")
    case .malformedFrame(let peer, let error):
      guard !isExcused(peer) else { return }
      report(.health, [node] + index(of: peer), "an honest peer's frame is malformed: \(error)")
    case .outOfPlace(let peer), .misbehaved(let peer, _):
      guard !isExcused(peer) else { return }
      report(.health, [node] + index(of: peer), "an honest peer is said to break the rules")
    case .mode(.diverged(let height)):
      report(.health, [node], "diverged at height \(height)")
    case .mode, .progress, .invalidProposal, .round: break
    }
  }

  private mutating func noted(_ note: ConsensusNote, by node: Int) {
    switch note {
    case .badSignatures(let peer, _) where isByzantine(peer): break
    case .evidence(let evidence):
      let accused = index(of: evidence.first.member, at: evidence.first.height)
      guard byzantine.union(offenders).isDisjoint(with: accused) else { return }
      report(
        .health, [node] + accused,
        "an honest member is accused of \(evidence.offence)")
    case .diverged(let height, _, let own, let other):
      report(.health, [node], "diverged at height \(height): \(own), others \(other)")
    case .badSignatures(let peer, _):
      guard let other = index(of: peer).first, !offenders.contains(other) else { return }
      report(.health, [node, other], "an honest peer's signature is refused")
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
